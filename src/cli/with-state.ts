import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';

/**
 * Without a place to write down what it intends nothing begins.
 * @param work something that writes below the state folder
 * @throws BlockplanError journalNotWritable where it cannot be written
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
        hint: 'make room or give access there, or name another folder in BLOCKPLAN_STATE_DIR; never a temporary one',
      },
    ]);
  }
}
