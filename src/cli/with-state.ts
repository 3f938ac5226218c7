import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';

/** What to do, by the file system's error. */
const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'grant access there',
  EPERM: 'grant access there',
  EROFS: 'remount the file system read-write',
  ENOSPC: 'free some space there',
  EDQUOT: 'free some space there',
  EIO: 'check the storage there',
  ENOTDIR: 'make sure that each part of the path is a directory',
  ENOENT: 'make sure that the directory exists and is not a dangling link',
};

/**
 * A run does not start unless it can record what it intends to do.
 * @param work writes below the state directory
 * @throws BlockplanError journalNotWritable if it cannot be written
 */
export async function withState<T>(state: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = code && HINTS[code];
    if (!hint) throw error;
    throw new BlockplanError('preflight-refused', [
      {
        code: codes.journalNotWritable,
        severity: 'error',
        message: `the journal cannot be written in ${state}: ${message}`,
        hint: `${hint}, or set BLOCKPLAN_STATE_DIR to another directory, never a temporary one`,
      },
    ]);
  }
}
