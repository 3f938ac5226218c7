/** The runs of this machine, for the commands that look at them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codes } from '../codes.ts';
import type { BlockplanError } from '../errors.ts';
import { listRuns, stateFolder } from '../journal/folder.ts';
import { JOURNAL_FILE } from '../journal/journal.ts';
import { type LockOwner, livingHolders } from '../journal/lock.ts';
import { inputRefusal } from './read.ts';

export interface RunFolder {
  readonly run: string;
  readonly folder: string;
}

/** How many runs are named where a word could mean several. */
const NAMED = 5;

/** The folder that all state lies in. */
export function ownState(): string {
  return stateFolder(process.env, process.getuid?.());
}

/**
 * The folders of all runs, oldest first.
 * @throws BlockplanError stateUnreadable where they are not this user's to read
 */
export function runFolders(state: string): Promise<RunFolder[]> {
  return readingState(state, listRuns(state));
}

/**
 * Who works on runs now, by the run.
 * @throws BlockplanError stateUnreadable where that is not this user's to read
 */
export function runHolders(state: string): Promise<ReadonlyMap<string, LockOwner>> {
  return readingState(state, livingHolders(state));
}

async function readingState<T>(state: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw inputRefusal(
      codes.stateUnreadable,
      `the state folder ${state} is not yours to read`,
      'run it as the user who runs the plans, or name another folder in BLOCKPLAN_STATE_DIR',
    );
  }
}

/**
 * The run that a word on the command line means.
 * @param word its id, the beginning of its id where no other begins so, or `last`
 * @throws BlockplanError runNotFound where there is none, or where there are several
 */
export async function namedRun(state: string, word: string): Promise<RunFolder> {
  const all = await runFolders(state);
  const exact = all.find(({ run }) => run === word);
  if (exact) return exact;
  const meant =
    word === 'last'
      ? all.findLast(({ folder }) => existsSync(join(folder, JOURNAL_FILE)))
      : undefined;
  const found = meant ? [meant] : all.filter(({ run }) => word !== '' && run.startsWith(word));
  const [first, second] = found;
  if (first && !second) return first;
  throw first ? ambiguous(word, found) : unknown(state, word, all);
}

function unknown(state: string, word: string, all: readonly RunFolder[]): BlockplanError {
  if (all.length === 0)
    return inputRefusal(
      codes.runNotFound,
      `there is no run "${word}": no run has a folder below ${state}`,
      'run it as the user who ran the plan, or name its folder in BLOCKPLAN_STATE_DIR',
    );
  return inputRefusal(
    codes.runNotFound,
    `there is no run "${word}" below ${state}`,
    'give an id as blockplan list shows it, its beginning, or "last"',
  );
}

function ambiguous(word: string, found: readonly RunFolder[]): BlockplanError {
  const names = found.slice(-NAMED).map(({ run }) => run);
  const more = found.length > NAMED ? `, and ${found.length - NAMED} older ones` : '';
  return inputRefusal(
    codes.runNotFound,
    `"${word}" is the beginning of ${found.length} runs: ${names.reverse().join(', ')}${more}`,
    'give more of the id',
  );
}
