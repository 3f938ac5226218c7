/** Writes what a command prints: to standard output, or to the file of its option `--output`. */
import { codes } from '../codes.ts';
import { replaceFile } from './output-file.ts';
import { inputRefusal } from './read.ts';

/**
 * @param file replaced if it exists; standard output if undefined
 * @param what the text, as the subject of a refusal: `the facts`
 * @throws BlockplanError outputNotWritable
 */
export async function writeOutput(
  text: string,
  file: string | undefined,
  what: string,
): Promise<void> {
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    await replaceFile(file, text);
  } catch (error) {
    throw inputRefusal(
      codes.outputNotWritable,
      `${what} cannot be written: ${(error as Error).message}`,
      'choose a file in an existing folder that you can write to',
    );
  }
}
