/** The backup that `STORE@NAME` on the command line means, if its disks can be read. */
import { resolve } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import type { PointInTime, StoredBackup, StoredDisk } from '../model/backup-store.ts';
import { namedBackup } from '../store/named-backup.ts';
import { LATEST } from '../store/names.ts';
import { doubtsAbout, unreadableDisks } from '../store/readable-disks.ts';
import { backupStoreOf } from '../store/store.ts';
import { notStore, storeAt } from './backup-store.ts';
import { inputRefusal } from './read.ts';

/** What the user has named. */
export interface WantedBackup {
  /** The absolute path of the store. */
  readonly store: string;
  /** The name of the backup, or `latest`. */
  readonly name: string;
  /** The target of the only disk that is wanted. */
  readonly disk?: string;
}

/** A backup whose chosen disks can be read. */
export interface BrowsableBackup {
  readonly name: string;
  readonly point: PointInTime;
  readonly disks: readonly StoredDisk[];
  /** What may be wrong with it nevertheless. */
  readonly findings: readonly Finding[];
}

/**
 * @param word `STORE@NAME`; a path may contain `@`, the name of a backup never does
 * @throws BlockplanError backupNotFound if it has no name
 */
export function wantedBackup(word: string, disk: string | undefined): WantedBackup {
  const at = word.lastIndexOf('@');
  const [place, name] = at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
  if (name === '' || name.includes('/'))
    throw inputRefusal(
      codes.backupNotFound,
      `"${word}" does not name a backup`,
      `write the store, @ and the name: ${blockplanCommand('browse', `${name === '' ? place : word}@${LATEST}`)}`,
    );
  // Without a path, the store is the current folder.
  return { store: resolve(place), name, ...(disk === undefined ? {} : { disk }) };
}

/**
 * Reads the store.
 * @throws BlockplanError notBackupStore, storeUnreadable, backupNotFound or backupUnusable
 */
export async function browsableBackup(wanted: WantedBackup): Promise<BrowsableBackup> {
  const { store, name } = wanted;
  const named = namedBackup(backupStoreOf(await storeAt(store)), store, name);
  if ('problem' in named) throw refused(named.problem);
  const { backup } = named;
  const disks = chosenDisks(backup, wanted.disk);
  const [first, ...others] = unreadableDisks(backup, disks);
  if (first) throw refused(first, ...others);
  // A backup without a valid manifest was refused.
  if (!backup.point) throw new Error(`${backup.name} has no manifest`);
  return { name: backup.name, point: backup.point, disks, findings: doubtsAbout(backup) };
}

function chosenDisks({ name, disks }: StoredBackup, target: string | undefined) {
  if (target === undefined) return disks;
  const chosen = disks.filter((disk) => disk.target === target);
  if (chosen.length > 0) return chosen;
  const known = disks.map((disk) => disk.target).join(', ');
  throw notStore(`the backup ${name} has no disk "${target}"`, `name one of ${known}`);
}

/** A name that does not exist is wrong input; a backup that cannot be read is not. */
function refused(first: Finding, ...others: readonly Finding[]): BlockplanError {
  const end = first.code === codes.backupNotFound ? 'input-refused' : 'preflight-refused';
  return new BlockplanError(end, [first, ...others]);
}
