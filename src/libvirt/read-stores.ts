/** Reads the backup stores that a plan names. */
import { codes } from '../codes.ts';
import type { HostIO } from '../host-io/host-io.ts';
import type { BackupStore } from '../model/backup-store.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { HostState } from '../model/host-state.ts';
import { backupStoreOf } from '../store/store.ts';

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
    const { code, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof EffectFailed) && typeof code !== 'string') throw error;
    // The path leads through a file.
    if (code === 'ENOTDIR') return null;
    return {
      ...{ backups: [], drafts: [], holders: [], strays: [] },
      findings: [
        {
          code: codes.storeUnreadable,
          severity: 'error',
          message: `the backup store ${path} cannot be read: ${message}`,
          hint: 'run blockplan as a user with access, such as root',
        },
      ],
    };
  }
}
