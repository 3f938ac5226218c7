/** Which runs are not over: an index, so that nobody has to read all journals; the journals are the truth. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeDurably } from './durable.ts';
import { isStateName, listRuns, statePath } from './folder.ts';
import { readJournalEnds } from './journal-ends.ts';
import { isRunOver } from './run-log.ts';

/** Puts a run into the index, before its first effect. */
export async function addUnfinished(state: string, run: string): Promise<void> {
  if (!existsSync(unfinishedIndex(state))) await makeIndex(state);
  await writeDurably(statePath(state, 'unfinished', run), '');
}

/** Takes out a run that is over. */
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

/** The folder that the index is: an empty file for each run. */
export function unfinishedIndex(state: string): string {
  return join(state, 'unfinished');
}

/** Runs of a version that kept no index are not forgotten: those that are not over are in it when it appears. */
async function makeIndex(state: string): Promise<void> {
  await makeFolder(state, 0o700);
  const draft = await mkdtemp(`${unfinishedIndex(state)}.`);
  for (const run of await unfinishedByJournal(state)) await writeDurably(join(draft, run), '');
  try {
    await rename(draft, unfinishedIndex(state));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    // Another run that begins now was quicker.
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
    // What cannot be read has to be looked at by somebody.
    return true;
  }
}
