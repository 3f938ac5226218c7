/** `virsh checkpoint-create` and `checkpoint-delete`: records of instants, each with a bitmap of what changed since. */
import { withCheckpoint, withoutCheckpoint, withoutNamesake } from '../host/checkpoints.ts';
import { readCheckpointXml } from '../model/checkpoint-xml.ts';
import { defineCommand, NO_JOB, optional, required } from './define.ts';
import { withRecord } from './snapshot-metadata.ts';

/** With `redefine`: restores libvirt's record of a checkpoint, whose bitmaps exist. */
export const checkpointCreate = defineCommand({
  verb: 'checkpoint-create',
  options: { domain: required('text'), xmlfile: required('document'), redefine: optional('flag') },
  apply: (host, { xmlfile, redefine }) =>
    redefine
      ? withRecord(host, 'checkpoints', xmlfile.content)
      : withCheckpoint(host, ...namedBy(xmlfile.content)),
  unobstructed(host, { xmlfile, redefine }) {
    if (redefine) return withRecord(host, 'checkpoints', xmlfile.content);
    const [name, targets] = namedBy(xmlfile.content);
    return withCheckpoint(withoutNamesake(host, name), name, targets);
  },
  ...NO_JOB,
  unanswered: () => 'look',
});

/** Deletes the bitmaps as well, unless only the `metadata` is to be removed. */
export const checkpointDelete = defineCommand({
  verb: 'checkpoint-delete',
  options: {
    domain: required('text'),
    checkpointname: required('text'),
    metadata: optional('flag'),
  },
  apply: (host, { checkpointname, metadata = false }) =>
    withoutCheckpoint(host, checkpointname, metadata),
  unobstructed: (host, { checkpointname }) => withoutCheckpoint(host, checkpointname, true),
  // Another process has deleted it.
  isDone: (said) => /no domain checkpoint with matching name/.test(said),
  ...NO_JOB,
  unanswered: () => 'look',
});

function namedBy(xml: string): [name: string, targets: readonly string[]] {
  const { name, disks } = readCheckpointXml(xml);
  return [name, disks.map(({ target }) => target)];
}
