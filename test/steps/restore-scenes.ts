/** Backup stores for the tests of `restore`, and guests that are off. */
import { codes } from '../../src/codes.ts';
import type { BackupStore } from '../../src/model/backup-store.ts';
import type { HostState } from '../../src/model/host-state.ts';
import { stored, storedDisk, storeOf, withStore } from '../stored.ts';
import { DATA, disk, SNAP2, world } from '../worlds.ts';

export const MiB = 1024 ** 2;
export const STORE = '/backup/testvm';
export const DEST = '/new';
export const all = { store: STORE, backup: 'tuesday', dest: DEST };
export const VDA = `${DEST}/testvm-tuesday-vda.qcow2`;

/** A full backup of two disks, and an increment of one above it. */
export const WEEK = storeOf([
  stored('monday', [storedDisk('vda'), storedDisk('vdb')]),
  stored('tuesday', [storedDisk('vda', { mode: 'incremental', below: 'monday', size: MiB })]),
]);

/** Two disks, as in the older of the two backups. */
export const both = [disk('vda', [SNAP2]), disk('vdb', [DATA])];
export const missing = { problem: 'the image is missing' } as const;

/** A guest that is off, with one disk. */
export function off(
  change: Parameters<typeof world>[0] = {},
  store: BackupStore | null = WEEK,
): HostState {
  const disks = [disk('vda', [SNAP2])];
  const domain = { state: 'shut off', agent: false, ...change.domain } as const;
  return withStore(world({ disks, ...change, domain }), STORE, store);
}

export const latest = { ...all, backup: 'latest' };
export const finding = (message: string) =>
  ({ code: codes.backupChainBroken, severity: 'error', message }) as const;
export const broken = stored('tuesday', [storedDisk('vda', { broken: missing })], {
  findings: [finding('tuesday: the image is missing')],
});
export const foreign = stored('tuesday', undefined, {
  point: { ...stored('x').point!, domain: 'web2', uuid: 'other' },
});
