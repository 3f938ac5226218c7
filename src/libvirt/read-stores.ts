/** Reads the backup stores that a plan names. */
import { dirname } from 'node:path';
import { codes } from '../codes.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { type BackupStore, STORE_NAMES } from '../model/backup-store.ts';
import type { HostState } from '../model/host-state.ts';
import { backupStoreOf, isBackupStore } from '../store/store.ts';
import { storeFinding } from '../store/store-finding.ts';
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

/** A store that cannot be read, and anything else at its path, seems an empty store with a finding. */
async function storeAt(io: HostIO, path: string): Promise<BackupStore | null> {
  try {
    const folder = await io.readStore(path);
    if (folder?.strays.includes(STORE_NAMES.manifest) && !isBackupStore(folder))
      return noStore(
        `${path} is a backup, not a store`,
        `name the folder that it is in: ${dirname(path)}`,
      );
    if (folder) return { ...backupStoreOf(folder), readAt: new Date().toISOString() };
    return (await io.stat(path))
      ? noStore(`${path} is not a folder`, 'name the folder that has the backups as subfolders')
      : null;
  } catch (error) {
    // The path leads through a file.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    return {
      ...{ backups: [], drafts: [], holders: [], strays: [] },
      findings: [unreadStore(path, error)],
    };
  }
}

function noStore(message: string, hint: string): BackupStore {
  return {
    ...{ backups: [], drafts: [], holders: [], strays: [] },
    findings: [storeFinding(codes.notBackupStore, message, hint)],
  };
}
