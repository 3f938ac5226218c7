/** Writes what a command prints to the file of its option `--output`. */
import { codes } from '../codes.ts';
import { printable } from '../printable.ts';
import { replaceFile, writeNewFile } from './output-file.ts';
import { inputRefusal } from './read.ts';

/**
 * Writes a file, or replaces it.
 * @param what the text, as the subject of a refusal: `the facts`
 * @throws BlockplanError outputNotWritable
 */
export async function replaceOutput(text: string, file: string, what: string): Promise<void> {
  try {
    await replaceFile(file, text);
  } catch (error) {
    throw notWritable(what, error);
  }
}

/**
 * Writes a new file: a mistyped name must not cost a plan or an image.
 * @param what as for {@link replaceOutput}
 * @throws BlockplanError outputNotWritable
 */
export async function writeNewOutput(text: string, file: string, what: string): Promise<void> {
  try {
    await writeNewFile(file, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritable(what, error);
    throw inputRefusal(
      codes.outputNotWritable,
      `${what} cannot be written: ${printable(file)} already exists`,
      'choose another file, or remove that one',
    );
  }
}

function notWritable(what: string, error: unknown): Error {
  return inputRefusal(
    codes.outputNotWritable,
    `${what} cannot be written: ${(error as Error).message}`,
    'choose a file in an existing folder that you can write to',
  );
}
