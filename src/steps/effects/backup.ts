/** The effects that start a backup and wait for it. */
import { join } from 'node:path';
import type { AwaitBackupEffect } from '../../commands/backup-effect.ts';
import type { VirshEffect } from '../../commands/effect.ts';
import { imageName } from '../../model/backup-store.ts';
import { type BackupTarget, backupXml } from '../../model/backup-xml.ts';
import { checkpointXml } from '../../model/checkpoint-xml.ts';
import type { HostState } from '../../model/host-state.ts';

/** The default limit is a day, as for block jobs. */
const DEFAULT_TIMEOUT_S = 24 * 3600;

/** The image in the folder of a backup that has the copy of a disk. */
export function copyIn(folder: string, disk: string): string {
  return join(folder, imageName(disk));
}

/**
 * Starts a backup into these images. All copies are of the same instant.
 * @param checkpoint is created for that instant, and tracks these disks
 */
export function beginBackup(
  { domain }: HostState,
  copies: readonly BackupTarget[],
  checkpoint?: { readonly name: string; readonly disks: readonly string[] },
): VirshEffect {
  const disks = copies.map(({ disk }) => disk);
  const left = domain.disks.map(({ target }) => target).filter((disk) => !disks.includes(disk));
  const tracking = checkpoint && checkpointXml(checkpoint.name, checkpoint.disks);
  return {
    tool: 'virsh',
    verb: 'backup-begin',
    args: {
      domain: domain.name,
      backupxml: { file: 'backup.xml', content: backupXml(copies, left) },
      ...(tracking === undefined
        ? {}
        : { checkpointxml: { file: 'checkpoint.xml', content: tracking } }),
      'reuse-external': true,
    },
    why: `start the backup of ${disks.join(', ')}`,
  };
}

export function awaitBackup(
  draft: string,
  disks: readonly string[],
  until: AwaitBackupEffect['until'],
  timeoutSeconds = DEFAULT_TIMEOUT_S,
): AwaitBackupEffect {
  return {
    tool: 'await-backup',
    ...{ draft, disks, until },
    why: until === 'complete' ? 'until all disks are copied' : 'until QEMU has closed the copies',
    timeoutMs: timeoutSeconds * 1000,
  };
}
