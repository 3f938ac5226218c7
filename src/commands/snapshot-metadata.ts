/** `virsh snapshot-create` and `snapshot-delete`: libvirt's records of snapshots. */
import { refuseUnless, type SimulatedHost, updateDomain } from '../host/simulated-host.ts';
import { defineCommand, NO_JOB, optional, required } from './define.ts';

/** With these options: restores libvirt's record of a snapshot. */
export const snapshotCreate = defineCommand({
  verb: 'snapshot-create',
  options: {
    domain: required('text'),
    xmlfile: required('document'),
    redefine: required('flag'),
    current: optional('flag'),
  },
  apply: (host, { xmlfile }) => withRecord(host, 'snapshots', xmlfile.content),
  ...NO_JOB,
  unanswered: () => 'look',
});

/** With these options: removes libvirt's record of a snapshot; its layers stay. */
export const snapshotDelete = defineCommand({
  verb: 'snapshot-delete',
  options: {
    domain: required('text'),
    snapshotname: required('text'),
    metadata: required('flag'),
  },
  apply(host, { snapshotname: name, metadata }) {
    const { snapshots } = host.state.domain;
    refuseUnless(snapshots.includes(name), `no domain snapshot with matching name '${name}'`);
    if (!metadata) throw new Error('a simulated host only forgets the metadata of snapshots');
    return updateDomain(host, { snapshots: snapshots.filter((each) => each !== name) });
  },
  ...NO_JOB,
  unanswered: () => 'look',
});

/** The same host after libvirt has restored the record that the XML describes. */
export function withRecord(
  host: SimulatedHost,
  list: 'snapshots' | 'checkpoints',
  xml: string,
): SimulatedHost {
  const name = unescaped(/<name>([^<]*)<\/name>/.exec(xml)?.[1] ?? '');
  const known = host.state.domain[list];
  return known.includes(name) ? host : updateDomain(host, { [list]: [...known, name] });
}

function unescaped(text: string): string {
  const words: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_all, word: string) => words[word] ?? '');
}
