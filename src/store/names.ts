/** The names in a store. A store may have been copied from anywhere, so no name is used before it was checked. */
import { STORE_NAMES } from '../model/backup-store.ts';

/** A letter or digit first, so that no name is hidden, looks like an option or leaves the folder. */
const WORD = '[A-Za-z0-9][A-Za-z0-9._+-]{0,199}';

/** Names that have another meaning in a store. */
const RESERVED = `(?:${STORE_NAMES.mark.replace('.', '\\.')}|${STORE_NAMES.locks})$`;

/** The names of backups, as a regular expression. */
export const BACKUP_NAME = `^(?!${RESERVED})(?!.*\\.partial$)${WORD}$`;

/** The name that stands for the newest backup, where one is read. */
export const LATEST = 'latest';

/** The names of new backups, as a regular expression: one called `latest` could hardly be named. */
export const NEW_BACKUP_NAME = BACKUP_NAME.replace('^', `^(?!${LATEST}$)`);

/** The names of image files, as a regular expression. */
export const IMAGE_NAME = `^(?!.*\\.(?:json|sums|xml)$)${WORD}$`;

/** The targets of disks, as a regular expression. */
export const TARGET_NAME = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';

const BACKUP = new RegExp(BACKUP_NAME);
const IMAGE = new RegExp(IMAGE_NAME);

export function isBackupName(name: string): boolean {
  return BACKUP.test(name);
}

/** The backup that a draft's folder is for; undefined if it is not the folder of a draft. */
export function draftName(folder: string): string | undefined {
  const { draftEnding } = STORE_NAMES;
  const name = folder.slice(0, -draftEnding.length);
  return folder.endsWith(draftEnding) && isBackupName(name) ? name : undefined;
}

/** An image in another backup of the same store. */
export interface ImagePlace {
  readonly backup: string;
  readonly file: string;
}

/**
 * The image that a backing file name leads to, if it is in the same store. Only `../BACKUP/FILE` is accepted: any other name
 * would lead to another place once the store is copied.
 */
export function imageNamed(backing: string): ImagePlace | undefined {
  const [, backup = '', file = ''] = /^\.\.\/([^/]+)\/([^/]+)$/.exec(backing) ?? [];
  return isBackupName(backup) && IMAGE.test(file) ? { backup, file } : undefined;
}
