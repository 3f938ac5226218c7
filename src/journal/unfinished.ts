/** Which runs are not over: an index, so that nobody has to read all journals; the journals are the truth. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './journal.ts';

/** Puts a run into the index, before its first effect. */
export async function addUnfinished(state: string, run: string): Promise<void> {
  await mkdir(folderOf(state), { recursive: true, mode: 0o700 });
  await writeDurably(join(folderOf(state), run), '');
}

/** Takes out a run that is over. */
export async function removeUnfinished(state: string, run: string): Promise<void> {
  await rm(join(folderOf(state), run), { force: true });
}

/** The runs that are not over, oldest first; none where there is no such folder. */
export async function unfinishedRuns(state: string): Promise<string[]> {
  try {
    return (await readdir(folderOf(state))).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function folderOf(state: string): string {
  return join(state, 'unfinished');
}
