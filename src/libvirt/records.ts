/** Reads libvirt's records of a domain's snapshots and checkpoints. */
import { XmlElement } from '@rgrove/parse-xml';
import { readDomainXml } from '../model/domain-xml.ts';
import type {
  CheckpointDisk,
  CheckpointRecord,
  SnapshotDisk,
  SnapshotRecord,
} from '../model/examination.ts';
import type { Domain } from '../model/host-state.ts';
import { parseXml } from '../model/xml-tree.ts';
import type { ExaminedAnswers } from './examined-answers.ts';
import { LOCKED_ANSWER_MS, NOT_RUNNING } from './read-answer.ts';
import type { Virsh } from './virsh.ts';

/** libvirt's refusal of a record that has been deleted in the meantime. */
const DELETED = /no domain (snapshot|checkpoint) with matching name/;

/** The refusals of `--size`: the guest has stopped, or libvirt or virsh is older than the option. */
const NO_SIZES: readonly RegExp[] = [
  NOT_RUNNING,
  /unsupported flags|doesn't support option --size/,
  DELETED,
];

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

/**
 * Reads the records of a domain's checkpoints. With `--size`, libvirt omits the size of a disk whose bitmap QEMU has lost or
 * does not trust (libvirt 9.0.0 and QEMU 7.2: seen for a bitmap that was removed, and for one of a QEMU that was killed).
 * It is the only information about a running guest's bitmaps that a read-only connection gets.
 * @param answers gets those that libvirt refuses to show
 */
export async function checkpointRecords(
  virsh: Virsh,
  domain: Domain,
  answers: ExaminedAnswers,
): Promise<CheckpointRecord[]> {
  const running = domain.state === 'running' || domain.state === 'paused';
  const ask = (name: string, more: readonly string[]) => [
    'checkpoint-dumpxml',
    ...['--domain', domain.name, '--checkpointname', name, '--no-domain', ...more],
  ];
  const names = domain.checkpoints;
  // Each size needs libvirt's lock on the domain.
  const timeoutMs = LOCKED_ANSWER_MS * Math.max(1, names.length);
  const [plain, sized] = await Promise.all([
    virsh.runAll(names.map((name) => ask(name, []))),
    virsh.runAll(running ? names.map((name) => ask(name, ['--size'])) : [], { timeoutMs }),
  ]);
  return names.flatMap((name, at) => {
    const record = { part: 'checkpoints', what: `the record of checkpoint "${name}"` } as const;
    const xml = answers.read(record, plain[at], DELETED);
    if (xml === undefined) return [];
    const size = { part: 'other', what: `the bitmaps of checkpoint "${name}"` } as const;
    const sizes = answers.read(size, sized[at], ...NO_SIZES);
    return [readCheckpoint(sizes ?? xml, sizes !== undefined)];
  });
}

function readCheckpoint(xml: string, sized: boolean): CheckpointRecord {
  const root = parseXml(xml.trim()).root;
  return {
    name: child(root, 'name')?.text.trim() ?? '',
    disks: children(child(root, 'disks'), 'disk').flatMap((disk): CheckpointDisk[] => {
      const { name: target = '', checkpoint, bitmap, size } = disk.attributes;
      if (checkpoint !== 'bitmap' || bitmap === undefined) return [];
      return [{ target, bitmap, ...(sized ? { whole: size !== undefined } : {}) }];
    }),
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
