/** Writes what a command prints to the file of its option `--output`. */
import type { Code } from '../codes.ts';
import type { BlockplanError } from '../errors.ts';
import { replaceFile, writeNewFile } from './output-file.ts';
import { inputRefusal } from './read.ts';

/** The output of a command, for its refusals. */
export interface WrittenOutput {
  readonly command: string;
  /** The text, as the subject of a refusal: `the facts`. */
  readonly what: string;
  readonly code: Code;
}

/**
 * Writes a file, or replaces it.
 * @throws BlockplanError with the code of the output
 */
export async function replaceOutput(
  text: string,
  file: string,
  output: WrittenOutput,
): Promise<void> {
  try {
    await replaceFile(file, text);
  } catch (error) {
    throw notWritable(output, error);
  }
}

/**
 * Writes a new file: a mistyped name must not cost a plan or an image.
 * @throws BlockplanError with the code of the output
 */
export async function writeNewOutput(
  text: string,
  file: string,
  output: WrittenOutput,
): Promise<void> {
  try {
    await writeNewFile(file, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw existingOutput(file, output);
    throw notWritable(output, error);
  }
}

export function existingOutput(file: string, { command, code }: WrittenOutput): BlockplanError {
  return inputRefusal(
    code,
    `${file} already exists, and ${command} does not overwrite files`,
    'choose a new file, or remove that one',
  );
}

function notWritable({ what, code }: WrittenOutput, error: unknown): BlockplanError {
  return inputRefusal(
    code,
    `${what} cannot be written: ${(error as Error).message}`,
    'choose a file in an existing folder that you can write to',
  );
}
