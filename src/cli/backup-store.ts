/** The backup store that a user names on the command line. */
import { dirname, resolve } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { STORE_NAMES, type StoreFolder } from '../model/backup-store.ts';
import { isBackupStore } from '../store/store.ts';
import { unreadStore } from '../store/unread-store.ts';
import { inputRefusal } from './read.ts';

/**
 * The folder of a backup store, as it was read.
 * @param place its path as the user named it
 * @throws BlockplanError notBackupStore or storeUnreadable
 */
export async function storeAt(place: string): Promise<StoreFolder> {
  const path = resolve(place);
  const folder = await readable(path);
  if (folder === null) {
    const isFile = (await localHost.stat(path)) !== null;
    throw notStore(
      isFile ? `${path} is not a folder` : `the backup store ${path} does not exist`,
      HINT,
    );
  }
  const { files, isEmpty } = contentOf(folder);
  if (isEmpty || isBackupStore(folder)) return folder;
  // The folder of a backup is a likely mistake.
  const parent = files.includes(STORE_NAMES.manifest)
    ? `run: ${blockplanCommand('backups', dirname(path))}`
    : HINT;
  throw notStore(
    files.includes(STORE_NAMES.manifest)
      ? `${path} is a backup, not a backup store`
      : `${path} is not a backup store: no folder in it has a ${STORE_NAMES.manifest}`,
    parent,
  );
}

const HINT = `name a folder that has a subfolder with a ${STORE_NAMES.manifest} for each backup`;

/** An empty folder is a store before its first backup. */
function contentOf({ folders, strays }: StoreFolder) {
  return { files: strays, isEmpty: folders.length === 0 && strays.length === 0 };
}

async function readable(path: string): Promise<StoreFolder | null> {
  try {
    return await localHost.readStore(path);
  } catch (error) {
    throw new BlockplanError('preflight-refused', [unreadStore(path, error)]);
  }
}

/** A refusal of what the user named as a store, or as a disk in it. */
export function notStore(message: string, hint: string): BlockplanError {
  return inputRefusal(codes.notBackupStore, message, hint);
}
