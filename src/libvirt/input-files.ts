/** Files that a command reads, such as a definition: written before it runs; scratch files are removed after it. */
import { join } from 'node:path';
import type { InputFile, Word } from '../commands/define.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';

export interface InputFilePlaces {
  readonly io: HostIO;
  /** The run's folder, on the machine that blockplan runs on. */
  readonly folder: string;
  /** Writes a file of that machine so that it survives a power loss; the journal's function. */
  writeDurably(path: string, content: string): Promise<void>;
}

/**
 * Writes the documents among the words of a command to files, and replaces each by the path of its file.
 * @param use sends the command
 * @throws EffectFailed where a document cannot be written; anything that `use` throws
 */
export async function withInputFiles(
  words: readonly Word[],
  places: InputFilePlaces,
  use: (argv: readonly string[]) => Promise<void>,
): Promise<void> {
  const argv: string[] = [];
  const scratch: string[] = [];
  try {
    for (const word of words)
      argv.push(typeof word === 'string' ? word : await write(word, places, scratch));
    await use(argv);
  } finally {
    // The result of the command counts, not whether a file in /tmp could be removed after it.
    for (const path of scratch) await places.io.removeScratchFile(path).catch(() => {});
  }
}

/**
 * Writes into the run's folder or, where that fails, into a scratch file: a rollback must not fail because a few
 * kilobytes are missing, and libvirt keeps what it has read. A command on another host would always read a scratch file.
 */
async function write(
  { file, content }: InputFile,
  { io, folder, writeDurably }: InputFilePlaces,
  scratch: string[],
): Promise<string> {
  const path = join(folder, file);
  try {
    await writeDurably(path, content);
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
  try {
    const elsewhere = await io.writeScratchFile(file, content);
    scratch.push(elsewhere);
    return elsewhere;
  } catch (error) {
    throw new EffectFailed(`${path} cannot be written: ${(error as Error).message}`);
  }
}
