/** `virsh backup-begin` and `domjobabort`: a push backup of several disks as they are at one instant. */
import { isIntact, withCheckpoint, withoutNamesake } from '../host/checkpoints.ts';
import { withPoint } from '../host/content.ts';
import { nameIn } from '../host/file-names.ts';
import { withoutBackup, withoutJobOn } from '../host/jobs.ts';
import {
  diskForCommand,
  refuseUnless,
  type SimulatedHost,
  updateDisk,
} from '../host/simulated-host.ts';
import { type BackupTarget, readBackupXml } from '../model/backup-xml.ts';
import { readCheckpointXml } from '../model/checkpoint-xml.ts';
import { isBackedUp, isUp } from '../model/host-state.ts';
import { type ArgsOf, defineCommand, NO_JOB, optional, required } from './define.ts';

const options = {
  domain: required('text'),
  backupxml: required('document'),
  /** Creates that checkpoint for the instant of the backup. */
  checkpointxml: optional('document'),
  'reuse-external': optional('flag'),
};

type Args = ArgsOf<typeof options>;

export const backupBegin = defineCommand({
  verb: 'backup-begin',
  options,
  apply: begin,
  unobstructed(host, args) {
    const targets = readBackupXml(args.backupxml.content);
    const free = targets.reduce((each, { disk }) => withoutJobOn(each, disk), host);
    const name = args.checkpointxml && readCheckpointXml(args.checkpointxml.content).name;
    return begin(name === undefined ? free : withoutNamesake(free, name), args);
  },
  // Without a job it has not begun or is over already; the images may then hold anything.
  unanswered: (_args, { domain }) => (domain.disks.some(isBackedUp) ? 'look' : 'undo'),
  startsJob: ({ backupxml }) => ({
    job: 'backup',
    disks: readBackupXml(backupxml.content).map(({ disk }) => disk),
  }),
  writesLayers: 'none',
});

/** The targets exist: libvirt reuses them. QEMU does not open the files below them. */
function begin(host: SimulatedHost, { backupxml, checkpointxml }: Args): SimulatedHost {
  const targets = readBackupXml(backupxml.content);
  refuseUnless(
    !host.state.domain.disks.some(isBackedUp),
    'Timed out during operation: cannot acquire state change lock',
  );
  for (const { disk, since } of targets)
    refuseUnless(
      since === undefined || isIntact(host, disk, since),
      `checkpoint inconsistent: missing or broken bitmap '${since}' for disk '${disk}'`,
    );
  const begun = targets.reduce(beginOne, host);
  if (!checkpointxml) return begun;
  const { name, disks } = readCheckpointXml(checkpointxml.content);
  return withCheckpoint(
    begun,
    name,
    disks.map(({ target }) => target),
  );
}

function beginOne(host: SimulatedHost, { disk: target, file }: BackupTarget): SimulatedHost {
  const disk = diskForCommand(host, target);
  refuseUnless(!disk.job, `disk '${target}' already in active block job`);
  const image = nameIn(host, file);
  refuseUnless(Boolean(host.state.files[image]), `Could not open '${file}'`);
  const begun = { ...host, content: withPoint(host.content, target, image) };
  const job = { type: 'backup', ready: false, mirror: file } as const;
  return updateDisk(begun, target, (known) => ({ ...known, job }));
}

/** Ends the domain's backup; what it has written stays. */
export const domjobabort = defineCommand({
  verb: 'domjobabort',
  options: { domain: required('text') },
  apply(host) {
    refuseUnless(isUp(host.state), 'domain is not running');
    return withoutBackup(host);
  },
  // A backup can end by itself just before it is cancelled.
  isDone: (said) => /no job is active on the domain/.test(said),
  ...NO_JOB,
  unanswered: () => 'look',
});
