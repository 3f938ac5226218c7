/** Finds a backup by its name, and says why there is none, or why it is not certain which one is meant. */
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import type { Finding } from '../errors.ts';
import type { BackupStore, StoredBackup } from '../model/backup-store.ts';
import { onlyNearest } from '../nearest.ts';
import { LATEST } from './names.ts';
import { storeFinding } from './store-finding.ts';

/** A backup that can be read, or why there is none. */
export type NamedBackup = { readonly backup: StoredBackup } | { readonly problem: Finding };

/**
 * The backup that a name, or {@link LATEST}, stands for, where only the store is known and not its guest.
 * @param folder of the store, for messages
 */
export function namedBackup(store: BackupStore, folder: string, name: string): NamedBackup {
  const unread = store.findings.find(({ severity }) => severity === 'error');
  if (unread) return { problem: unread };
  if (name === LATEST) return newestBackup(store, folder);
  const backup = store.backups.find((each) => each.name === name);
  if (!backup) return { problem: backupMissing(store, folder, name) };
  const problem = backupUnreadable(backup);
  return problem ? { problem } : { backup };
}

function newestBackup(store: BackupStore, folder: string): NamedBackup {
  const kept = store.backups.filter(({ dropped }) => !dropped);
  const [last] = kept.slice(-1);
  if (!last)
    return {
      problem: storeFinding(codes.backupNotFound, `${folder} has no backups`, listingOf(folder)),
    };
  const points = kept.flatMap(({ point }) => point ?? []);
  if (new Set(points.map(({ uuid }) => uuid)).size > 1) {
    const guests = [...new Set(points.map(({ domain }) => domain))];
    return { problem: uncertain(`the store has backups of several guests: ${guests.join(', ')}`) };
  }
  // Those without a valid manifest come first.
  const problem = newestUncertain(store, last);
  return problem ? { problem } : { backup: last };
}

/** Why it is not certain which backup of a guest is the newest; undefined if it is. */
export function newestUncertain(
  { backups }: Pick<BackupStore, 'backups'>,
  newest: StoredBackup,
): Finding | undefined {
  const namesake = backups.find(({ name }) => name === LATEST && name !== newest.name);
  if (namesake)
    return storeFinding(
      codes.backupUnusable,
      `"${LATEST}" is also the name of a backup in this store, which is not the newest`,
      `name the newest, ${newest.name}; the other one can be restored by hand, as in docs/backups.md`,
    );
  // A backup without a valid manifest has no place in the order.
  const unknown = backups.find(({ point, dropped }) => !point && !dropped);
  if (unknown) return uncertain(whyUnknown(unknown));
  const twin = backups.find(
    ({ name, point, dropped }) =>
      name !== newest.name &&
      !dropped &&
      point?.uuid === newest.point?.uuid &&
      point?.sequence === newest.point?.sequence,
  );
  return twin && uncertain(`${twin.name} and ${newest.name} have the same sequence number`);
}

function uncertain(why: string): Finding {
  return storeFinding(
    codes.backupUnusable,
    `it is unknown which backup is the newest: ${why}`,
    `name a backup instead of "${LATEST}"`,
  );
}

function whyUnknown({ name, findings }: StoredBackup): string {
  return findings[0]?.message ?? `${name} has no manifest`;
}

/** Why a backup cannot be read, whichever of its disks is meant; undefined if it can. */
export function backupUnreadable(backup: StoredBackup): Finding | undefined {
  const { name, point, dropped, findings } = backup;
  if (!point) return storeFinding(codes.backupUnusable, whyUnknown(backup), findings[0]?.hint);
  if (!dropped) return undefined;
  return storeFinding(
    codes.backupUnusable,
    `the backup ${name} may be incomplete: a prune began to remove it and has not finished`,
    'name a backup that is not being removed',
  );
}

/**
 * Why a store has no backup of that name.
 * @param name of the backup, or {@link LATEST} for one of a certain guest
 */
export function backupMissing(
  { backups, drafts }: Pick<BackupStore, 'backups' | 'drafts'>,
  folder: string,
  name: string,
): Finding {
  if (drafts.some((each) => each.name === name))
    return storeFinding(
      codes.backupUnusable,
      `the backup ${name} is incomplete: it is being made, or its run was interrupted`,
      'name a complete backup, or finish its run first',
    );
  const known = backups.map((each) => each.name);
  const near = name === LATEST ? undefined : onlyNearest(name, known);
  const what = name === LATEST ? 'backup of this guest' : `backup "${name}"`;
  return storeFinding(
    codes.backupNotFound,
    `${folder} has no ${what}`,
    near === undefined ? listingOf(folder) : `did you mean "${near}"?`,
  );
}

function listingOf(folder: string): string {
  return `see: ${blockplanCommand('backups', folder)}`;
}
