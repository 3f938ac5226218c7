/** The rollback of a backup that is not kept: cancels its job and removes its folder. */
import { virshCommand } from '../../command.ts';
import type { Effect } from '../../commands/effect.ts';
import { fileAt, isSameFile } from '../../model/file-identity.ts';
import { type Disk, type HostState, isBackedUp } from '../../model/host-state.ts';
import { NoRollback } from '../define.ts';
import { awaitBackup, copyIn } from '../effects/backup.ts';

/** QEMU ends a backup within a moment, unless the storage of the copies hangs. */
const END_TIMEOUT_S = 120;

/**
 * Leads to a state without the backup in that folder, as far as the run has made it. The backup is cancelled even where the
 * folder is gone.
 * @param checkpoint what deletes its checkpoint: before the folder, whose manifest says whose checkpoint it is
 * @throws NoRollback while a backup into another folder runs as well, because libvirt ends a domain's backup as a whole
 */
export function discardBackup(
  before: HostState,
  now: HostState,
  folder: string,
  disks: readonly string[],
  checkpoint: readonly Effect[] = [],
): readonly Effect[] {
  const { name } = now.domain;
  const copied = now.domain.disks.filter(isBackedUp);
  const isOwn = ({ target, job }: Disk) => isSameFile(now, job?.mirror, copyIn(folder, target));
  const own = copied.filter(isOwn).map(({ target }) => target);
  const foreign = copied.find((disk) => !isOwn(disk));
  const made = fileAt(before, folder) === null && fileAt(now, folder)?.made;
  if (foreign && own.length > 0)
    throw new NoRollback(`another backup is running on ${foreign.target}`, [
      virshCommand(now.host, 'domjobinfo', name),
    ]);
  const cancel: readonly Effect[] = [
    {
      tool: 'virsh',
      verb: 'domjobabort',
      args: { domain: name },
      backup: folder,
      why: `cancel the backup of ${own.join(', ')}`,
    },
    awaitBackup(folder, own, 'ended', END_TIMEOUT_S),
  ];
  const discard: Effect = {
    ...{ tool: 'discard-backup', draft: folder, disks },
    why: 'remove the folder of the backup',
  };
  return [
    ...(own.length > 0 ? cancel : []),
    ...checkpoint,
    ...(made ? [discard] : []),
    ...letContinue(before, now),
  ];
}

/**
 * While a disk is copied, QEMU first copies what the guest is about to overwrite. If the copy has no space for it, that write
 * fails, and the guest is paused. Without the backup the write succeeds (seen on QEMU 7.2).
 */
function letContinue(before: HostState, now: HostState): Effect[] {
  const { name, ioError } = now.domain;
  if (!ioError || before.domain.state !== 'running') return [];
  return [
    {
      tool: 'virsh',
      verb: 'resume',
      args: { domain: name },
      why: 'resume the guest, which a failed copy has paused',
    },
  ];
}
