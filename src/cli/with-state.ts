import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';

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
    if (
      !code ||
      !['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'ENOTDIR', 'ENOENT'].includes(code)
    )
      throw error;
    throw new BlockplanError('preflight-refused', [
      {
        code: codes.journalNotWritable,
        severity: 'error',
        message: `the journal cannot be written below ${state}: ${message}`,
        hint: 'free space or grant access there, or set BLOCKPLAN_STATE_DIR to another directory, never a temporary one',
      },
    ]);
  }
}
