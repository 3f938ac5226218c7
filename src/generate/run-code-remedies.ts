/** What to do, for each code about a run (BP2); see `code-remedies.ts`. */
import type { codes } from '../codes.ts';

export const RUN_CODE_REMEDIES = {
  connectionLost:
    'Restart libvirt if it is down, then check the guest and finish the run with `blockplan resume` or `blockplan rollback`.',
  notificationFailed:
    'Ignore it if the report reached you another way. Otherwise check the target in the notification file, and its program or service.',
  metricsNotWritten:
    'Create the folder of the file, or choose a file in a folder that the user can write to.',
  reportNotMade:
    'Ignore it if you need neither the report nor the notifications: the reported outcome is correct. Please report the bug.',
  runNotFound:
    'List the runs with `blockplan list`, as the user who ran the plan. Type more of the run ID.',
  runEnded:
    'Check what the run did with `blockplan show RUN`. To undo it, move the disk back with a new plan: `blockplan init migrate`.',
  journalUnreadable:
    'Check the guest with `blockplan doctor DOMAIN`, restore a lost definition with `blockplan rescue RUN`, then close the run with `blockplan forget RUN`.',
  journalUnsupported:
    'Use the version of blockplan in the message. If the run never began, run its plan again with `blockplan run`.',
  planChanged:
    "If it is a warning, ignore it: the run continues with its stored plan. Otherwise restore the plan's original text in the run's folder.",
  runDomainReplaced:
    "Check the UUIDs in the message, then restore the name of the run's domain with `virsh domrename`.",
  runOnOtherHost:
    'Finish the run on the host in the message. If this is that host under another name, or that host is lost, follow the hint.',
  onlyDefinition: 'Run `blockplan rescue RUN` first, then `blockplan forget RUN` again.',
  hookRunning: 'Wait until the process in the message has ended, or end it, then try again.',
  unsafeName: 'Use a run ID from `blockplan list`, or the UUID of a domain.',
  activeRunNotFound: 'Name a run: `blockplan attach RUN`. `blockplan list` shows all runs.',
  runAbandoned:
    'Inspect the run with `blockplan show RUN`, then finish it with `blockplan resume RUN` or `blockplan rollback RUN`.',
  detachOptions:
    'Check the output of `blockplan preview`, then use `--detach` with `--yes` and without `--dry-run`.',
  noJobToThrottle:
    'Wait until the run copies or commits with a block job; `blockplan attach` shows its progress.',
  definitionUnavailable:
    "Look for `bundle.json` in your backups; the first record of the run's journal also contains the definition.",
  definitionNotFound:
    'Name a run, a domain or a bundle file, or use `--all`; `blockplan status` shows unfinished runs.',
  definitionOutdated:
    'Compare the saved definition with the guest. To restore it anyway, run `blockplan rescue /PATH/bundle.json`.',
  nameTaken: 'Compare the two domains, and rename one of them with `virsh domrename`.',
  transientRestorable:
    'Do not stop the guest. Use `blockplan resume` or `blockplan rollback`; if neither works, use `blockplan rescue DOMAIN`.',
  transientUnrestorable:
    'Check whether the domain should be transient. If not, save its XML with `virsh dumpxml --inactive --security-info`, then run `virsh define` on the file.',
  undefinedRestorable:
    'Run `blockplan rescue DOMAIN`, and check the file of each disk before you start the guest.',
  definitionStale:
    'Run the repair plan before the guest stops; its `redefine` step writes the current file into the definition.',
  definitionHidesLayers:
    'Run the repair plan, or remove `<backingStore/>` from the disk with `virsh edit`, before the guest starts again.',
  overlayUncommitted:
    'Check what the file below is: a template must not change. Otherwise run the repair plan, or write one with a `blockcommit` step.',
  overlayOrphaned:
    'Keep it, and check which guest or backup tool uses it; the message may name the run that left it.',
  snapshotMismatch:
    'Check whether the snapshot is still needed, and whether another file holds it. If not, run `virsh snapshot-delete --metadata`, which changes no file.',
  checkpointBroken:
    'Delete the checkpoint with `virsh checkpoint-delete`, or a stray bitmap with `qemu-img bitmap --remove`; then take a full backup.',
  jobAbandoned:
    'Check who started the job. Resume or roll back its run, or end the job with `virsh blockjob`.',
  markerStale:
    "Resume or roll back an unfinished run. Otherwise check `blockplan status` on the run's host, and remove the marker with the reported command.",
  runUnfinished: 'Read `blockplan show RUN`, then run the reported command.',
  ioError: 'Do not stop the guest. Free some space or repair the storage, then run `virsh resume`.',
  managedSaveMismatch:
    'Check which files are right, then edit the image (`virsh managedsave-edit`) or the definition. Discarding the image loses writes that the guest has not flushed.',
  layerUnreadable:
    'If a file is missing, do not stop the guest: run the repair plan. Otherwise check the file with `qemu-img info`.',
  headerMismatch:
    'Run the repair plan, which copies the whole disk into a new file, before the guest stops.',
  repairsNotWritable:
    'Choose a new folder for `--output` that you can write to; `doctor` does not overwrite files.',
  autostartLost:
    'Finish the run with `blockplan resume` or `blockplan rollback`, or run `blockplan rescue DOMAIN`, unless autostart should stay off.',
  checkpointOrphaned:
    'Resume or roll back the run of the backup. If there is none, delete the checkpoint with `virsh checkpoint-delete`.',
} as const satisfies Readonly<Partial<Record<keyof typeof codes, string>>>;
