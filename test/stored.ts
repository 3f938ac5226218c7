/** Backup stores as values, for host states. */
import type { BackupStore, StoredBackup, StoredDisk } from '../src/model/backup-store.ts';
import type { HostState } from '../src/model/host-state.ts';
import { SNAP1 } from './worlds.ts';

const MiB = 1024 ** 2;

/** The UUID of the guest in `worlds.ts`. */
const GUEST = '4dea22b3-1d52-d8f3-2516-782e98ab3fa0';

export function storedDisk(target: string, change: Partial<StoredDisk> = {}): StoredDisk {
  return {
    ...{ target, file: `${target}.qcow2`, mode: 'full', capacity: 10_240 * MiB },
    ...{ root: `root-of-${target}`, size: 30 * MiB, source: SNAP1 },
    ...change,
  };
}

/** A complete backup; its sequence number is its place in the store, unless another one is set. */
export function stored(
  name: string,
  disks: readonly StoredDisk[] = [storedDisk('vda')],
  change: Partial<StoredBackup> = {},
): StoredBackup {
  const point = { domain: 'testvm', uuid: GUEST, time: '2026-11-29T02:00:00Z', sequence: 0 };
  return { name, size: 1, findings: [], disks, point: { ...point, quiesced: false }, ...change };
}

export function storeOf(
  backups: readonly StoredBackup[],
  change: Partial<BackupStore> = {},
): BackupStore {
  const numbered = backups.map((backup, at): StoredBackup => {
    const { point } = backup;
    return point ? { ...backup, point: { ...point, sequence: point.sequence || at + 1 } } : backup;
  });
  return { backups: numbered, drafts: [], holders: [], strays: [], findings: [], ...change };
}

/** The host state with that store, and the images of its backups. */
export function withStore(state: HostState, folder: string, store: BackupStore | null): HostState {
  const images = (store?.backups ?? []).flatMap(({ name, disks }) =>
    disks.map(({ file, below, size = 0 }) => [
      `${folder}/${name}/${file}`,
      { format: 'qcow2', size, backing: below === undefined ? null : `../${below}/${file}` },
    ]),
  );
  return {
    ...state,
    files: { ...state.files, ...Object.fromEntries(images) },
    stores: { ...state.stores, [folder]: store },
  };
}
