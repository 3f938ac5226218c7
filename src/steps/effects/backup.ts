/** The effects that start a backup and wait for it. */
import { join } from 'node:path';
import type { AwaitBackupEffect } from '../../commands/backup-effect.ts';
import type { VirshEffect } from '../../commands/effect.ts';
import { imageName } from '../../model/backup-store.ts';
import { fullBackupXml } from '../../model/backup-xml.ts';
import type { HostState } from '../../model/host-state.ts';

/** The default limit is a day, as for block jobs. */
const DEFAULT_TIMEOUT_S = 24 * 3600;

/** The image in the folder of a backup that has the copy of a disk. */
export function copyIn(folder: string, disk: string): string {
  return join(folder, imageName(disk));
}

/** Starts a full backup into the images in the folder. All copies are of the same instant. */
export function beginBackup(
  { domain }: HostState,
  draft: string,
  disks: readonly string[],
): VirshEffect {
  const targets = disks.map((disk) => ({ disk, file: copyIn(draft, disk) }));
  const left = domain.disks.map(({ target }) => target).filter((disk) => !disks.includes(disk));
  return {
    tool: 'virsh',
    verb: 'backup-begin',
    args: {
      domain: domain.name,
      backupxml: { file: 'backup.xml', content: fullBackupXml(targets, left) },
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
