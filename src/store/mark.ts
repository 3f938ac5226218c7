/** The mark of a prune, `prune.json`: the backups that it removes, written before it changes anything. */
import type { DroppedBackup, PruneMark } from '../model/backup-store.ts';
import {
  amount,
  fields,
  listOf,
  mismatchOf,
  oneOf,
  optionalField,
  textLike,
} from '../model/shape.ts';
import { newerFormat } from './manifest.ts';
import { BACKUP_NAME } from './names.ts';

const backupName = textLike(new RegExp(BACKUP_NAME), 'the name of a backup');

const markShape = fields<PruneMark & { readonly prune: 'blockplan/v1' }>({
  prune: oneOf('blockplan/v1' as const),
  drop: listOf(
    fields<DroppedBackup>({
      name: backupName,
      sequence: optionalField(amount),
      into: optionalField(backupName),
    }),
  ),
});

export function writeMark(mark: PruneMark): string {
  return `${JSON.stringify({ prune: 'blockplan/v1', ...mark }, null, 2)}\n`;
}

/** A mark, or a clause that follows "prune.json ". */
export type ReadMark =
  | { readonly mark: PruneMark }
  | { readonly problem: string; readonly isNewer?: boolean };

export function readMark(text: string): ReadMark {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { problem: 'is not JSON' };
  }
  const newer = newerFormat(data, 'prune');
  if (newer !== undefined)
    return { problem: `was written by a newer version of blockplan (${newer})`, isNewer: true };
  const mismatch = mismatchOf(markShape, data);
  if (mismatch)
    return { problem: `is invalid: ${mismatch.at || 'it'} is not ${mismatch.expected}` };
  const { drop } = data as PruneMark;
  return {
    mark: {
      drop: drop.map(({ name, sequence, into }) => ({
        name,
        ...(sequence === undefined ? {} : { sequence }),
        ...(into === undefined ? {} : { into }),
      })),
    },
  };
}
