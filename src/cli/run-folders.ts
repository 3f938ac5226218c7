/** Finds the runs of this machine, for the commands that inspect them. */
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

/** How many runs are listed if a word is ambiguous. */
const NAMED = 5;

/** The state directory. */
export function ownState(): string {
  return stateFolder(process.env, process.getuid?.());
}

/**
 * The folders of all runs, oldest first.
 * @throws BlockplanError stateUnreadable if this user may not read them
 */
export function runFolders(state: string): Promise<RunFolder[]> {
  return readingState(state, listRuns(state));
}

/**
 * The holders of active locks, by run ID.
 * @throws BlockplanError stateUnreadable if this user may not read them
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
      `the state directory ${state} cannot be read by this user`,
      'run the command as the user who runs the plans, or set BLOCKPLAN_STATE_DIR to another directory',
    );
  }
}

/**
 * Finds the run that a word on the command line names.
 * @param word a run ID, an unambiguous beginning of one, or `last`
 * @throws BlockplanError runNotFound if there is none, or more than one
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
      `run "${word}" does not exist: ${state} contains no runs`,
      'run the command as the user who ran the plan, or set BLOCKPLAN_STATE_DIR to its state directory',
    );
  return inputRefusal(
    codes.runNotFound,
    `run "${word}" does not exist in ${state}`,
    'name a run ID (see blockplan list), a unique prefix of it, or "last"',
  );
}

function ambiguous(word: string, found: readonly RunFolder[]): BlockplanError {
  const names = found.slice(-NAMED).map(({ run }) => run);
  const more = found.length > NAMED ? `, and ${found.length - NAMED} older ones` : '';
  return inputRefusal(
    codes.runNotFound,
    `"${word}" matches ${found.length} runs: ${names.reverse().join(', ')}${more}`,
    'type more of the run ID',
  );
}
