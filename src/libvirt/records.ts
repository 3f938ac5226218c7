/** Reads libvirt's records of a domain's snapshots. */
import { XmlElement } from '@rgrove/parse-xml';
import { readDomainXml } from '../model/domain-xml.ts';
import type { SnapshotDisk, SnapshotRecord } from '../model/examination.ts';
import type { Domain } from '../model/host-state.ts';
import { parseXml } from '../model/xml-tree.ts';
import type { ExaminedAnswers } from './examined-answers.ts';
import type { Virsh } from './virsh.ts';

/** libvirt's refusal of a record that has been deleted in the meantime. */
const DELETED = /no domain snapshot with matching name/;

/**
 * Reads the records of a domain's snapshots; one that has been deleted in the meantime is left out.
 * @param answers gets those that libvirt refuses to show
 */
export async function snapshotRecords(
  virsh: Virsh,
  domain: Domain,
  answers: ExaminedAnswers,
): Promise<SnapshotRecord[]> {
  const dumped = await virsh.runAll(
    domain.snapshots.map((name) => [
      'snapshot-dumpxml',
      ...['--domain', domain.name, '--snapshotname', name],
    ]),
  );
  return domain.snapshots.flatMap((name, at) => {
    const what = `the record of snapshot "${name}"`;
    const xml = answers.read({ part: 'snapshots', what }, dumped[at], DELETED);
    return xml === undefined ? [] : [readSnapshot(xml)];
  });
}

function readSnapshot(xml: string): SnapshotRecord {
  const root = parseXml(xml.trim()).root;
  const domain = /<domain[\s>][\s\S]*?<\/domain>/.exec(xml)?.[0];
  const bases = new Map(
    (domain === undefined ? [] : readDomainXml(domain).disks).map(({ target, chain }) => [
      target,
      chain[0]?.file,
    ]),
  );
  const memory = child(root, 'memory')?.attributes;
  return {
    name: child(root, 'name')?.text.trim() ?? '',
    disks: children(child(root, 'disks'), 'disk').flatMap((disk): SnapshotDisk[] => {
      const { name: target = '', snapshot } = disk.attributes;
      if (snapshot !== 'external' && snapshot !== 'internal') return [];
      const { file, dev } = child(disk, 'source')?.attributes ?? {};
      const overlay = file ?? dev;
      const base = bases.get(target);
      return [
        {
          target,
          kind: snapshot,
          ...(overlay === undefined ? {} : { overlay }),
          ...(base === undefined ? {} : { base }),
        },
      ];
    }),
    ...(memory?.snapshot === 'external' && memory.file !== undefined
      ? { memory: memory.file }
      : {}),
  };
}

function children(element: XmlElement | null | undefined, name: string): XmlElement[] {
  return (element?.children ?? []).filter(
    (node): node is XmlElement => node instanceof XmlElement && node.name === name,
  );
}

function child(element: XmlElement | null | undefined, name: string): XmlElement | undefined {
  return children(element, name)[0];
}
