/** Reads the backup stores that a plan names. */
import type { HostIO } from '../host-io/host-io.ts';
import type { BackupStore } from '../model/backup-store.ts';
import type { HostState } from '../model/host-state.ts';
import { backupStoreOf } from '../store/store.ts';
import { unreadStore } from '../store/unread-store.ts';

/** Adds the stores in these folders to a host state. */
export async function readStores(
  io: HostIO,
  state: HostState,
  folders: readonly string[],
): Promise<HostState> {
  const read = folders.map(async (folder) => [folder, await storeAt(io, folder)] as const);
  return { ...state, stores: { ...state.stores, ...Object.fromEntries(await Promise.all(read)) } };
}

/** A store that cannot be read seems empty, and has a finding. */
async function storeAt(io: HostIO, path: string): Promise<BackupStore | null> {
  try {
    const folder = await io.readStore(path);
    return folder && backupStoreOf(folder);
  } catch (error) {
    // The path leads through a file.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    return {
      ...{ backups: [], drafts: [], holders: [], strays: [] },
      findings: [unreadStore(path, error)],
    };
  }
}
