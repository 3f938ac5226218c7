/** The rollback of a backup that is not kept: cancels its job and removes its folder. */
import { virshCommand } from '../../command.ts';
import type { Effect } from '../../commands/effect.ts';
import { fileAt, isSameFile } from '../../model/file-identity.ts';
import { diskOf, type HostState, isBackedUp } from '../../model/host-state.ts';
import { NoRollback } from '../define.ts';
import { awaitBackup, copyIn } from '../effects/backup.ts';

/** QEMU ends a backup within a moment, unless the storage of the copies hangs. */
const END_TIMEOUT_S = 120;

/**
 * Leads to a state without the backup in that folder, as far as the run has made it.
 * @throws NoRollback while another backup runs on one of the disks, because libvirt ends a domain's backup as a whole
 */
export function discardBackup(
  before: HostState,
  now: HostState,
  folder: string,
  disks: readonly string[],
): readonly Effect[] {
  const made = fileAt(before, folder) === null && fileAt(now, folder)?.made;
  if (!made) return [];
  const copied = now.domain.disks.filter(isBackedUp).map(({ target }) => target);
  const foreign = copied.find(
    (disk) => !isSameFile(now, diskOf(now, disk)?.job?.mirror, copyIn(folder, disk)),
  );
  const { name } = now.domain;
  if (foreign !== undefined)
    throw new NoRollback(`another backup is running on ${foreign}`, [
      virshCommand(now.host, 'domjobinfo', name),
    ]);
  const cancel: readonly Effect[] = [
    {
      tool: 'virsh',
      verb: 'domjobabort',
      args: { domain: name },
      why: `cancel the backup of ${copied.join(', ')}`,
    },
    awaitBackup(folder, copied, 'ended', END_TIMEOUT_S),
  ];
  return [
    ...(copied.length > 0 ? cancel : []),
    { tool: 'discard-backup', draft: folder, disks, why: 'remove the folder of the backup' },
  ];
}
