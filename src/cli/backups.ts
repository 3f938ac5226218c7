/** `blockplan backups`: lists the backups in a backup store. Changes nothing, and needs no libvirt. */
import { dirname, resolve } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { STORE_NAMES, type StoreFolder } from '../model/backup-store.ts';
import { redactValue } from '../model/redact-value.ts';
import { renderBackups } from '../render/backups.ts';
import { colorWanted } from '../render/color.ts';
import { USUAL_COLUMNS } from '../render/frame.ts';
import { jsonText } from '../render/json.ts';
import { listBackups, storedTargets } from '../store/listing.ts';
import { backupStoreOf, isBackupStore } from '../store/store.ts';
import { unreadStore } from '../store/unread-store.ts';
import { withJsonRefusal } from './json-refusal.ts';
import { inputRefusal } from './read.ts';

export interface BackupsCommandOptions {
  /** Only backups of this disk. */
  readonly disk?: string;
  readonly format: 'text' | 'json';
}

/** @returns the exit code */
export function backupsCommand(store: string, options: BackupsCommandOptions): Promise<number> {
  return withJsonRefusal(options.format, () => list(store, options));
}

async function list(place: string, { disk, format }: BackupsCommandOptions): Promise<number> {
  const store = backupStoreOf(await storeAt(place));
  if (disk !== undefined) checkDisk(disk, storedTargets(store), place);
  const listing = redactValue(listBackups(store, disk));
  process.stdout.write(
    format === 'json'
      ? `${jsonText({ format: 'blockplan-backups/v1', store: resolve(place), ...listing }, 2)}\n`
      : renderBackups(
          listing,
          place,
          colorWanted(process.env, process.stdout.isTTY === true),
          process.stdout.columns || USUAL_COLUMNS,
        ),
  );
  return 0;
}

/** @throws BlockplanError if there is no store, or it cannot be read */
async function storeAt(place: string): Promise<StoreFolder> {
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

function checkDisk(disk: string, targets: readonly string[], place: string): void {
  if (targets.includes(disk)) return;
  throw notStore(
    `no backup in ${resolve(place)} has the disk "${disk}"`,
    targets.length === 0 ? 'omit --disk' : `name one of ${targets.join(', ')}`,
  );
}

function notStore(message: string, hint: string): BlockplanError {
  return inputRefusal(codes.notBackupStore, message, hint);
}
