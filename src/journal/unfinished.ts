/** The runs that are not over: an index, so that not all journals must be read; the journals are authoritative. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeDurably } from './durable.ts';
import { isStateName, listRuns, statePath } from './folder.ts';
import { readJournalEnds } from './journal-ends.ts';
import { isRunOver } from './run-log.ts';

/** Adds a run to the index, before its first effect. */
export async function addUnfinished(state: string, run: string): Promise<void> {
  if (!existsSync(unfinishedIndex(state))) await makeIndex(state);
  await writeDurably(statePath(state, 'unfinished', run), '');
}

/** Removes a run that is over. */
export async function removeUnfinished(state: string, run: string): Promise<void> {
  await rm(statePath(state, 'unfinished', run), { force: true });
}

/** The runs that are not over, oldest first. */
export async function unfinishedRuns(state: string): Promise<string[]> {
  try {
    return (await readdir(unfinishedIndex(state))).filter(isStateName).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return unfinishedByJournal(state);
  }
}

/** The folder of the index: an empty file for each run. */
export function unfinishedIndex(state: string): string {
  return join(state, 'unfinished');
}

/** A new index includes the runs that are not over of versions that kept no index. */
async function makeIndex(state: string): Promise<void> {
  await makeFolder(state, 0o700);
  const draft = await mkdtemp(`${unfinishedIndex(state)}.`);
  for (const run of await unfinishedByJournal(state)) await writeDurably(join(draft, run), '');
  try {
    await rename(draft, unfinishedIndex(state));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    // Another run that begins now was faster.
    await rm(draft, { recursive: true });
  }
}

async function unfinishedByJournal(state: string): Promise<string[]> {
  return (await listRuns(state)).filter(({ folder }) => isLeft(folder)).map(({ run }) => run);
}

function isLeft(folder: string): boolean {
  try {
    const ends = readJournalEnds(folder);
    if (!ends) return false;
    const { log, strange } = ends;
    return strange !== undefined || (log.last !== undefined && !isRunOver(log));
  } catch {
    // A journal that cannot be read needs a person's attention.
    return true;
  }
}
