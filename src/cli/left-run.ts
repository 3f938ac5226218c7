/** The run that is meant by `resume` and `rollback`, and the runs that stand in the way of a new one. */

import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { takeUpCommands, waysOf } from '../journal/direction.ts';
import { statePath } from '../journal/folder.ts';
import { isAlive, lockOwner } from '../journal/lock.ts';
import {
  beginningOf,
  endOf,
  isOver,
  type Replay,
  type RunStarted,
  readJournal,
} from '../journal/replay.ts';
import { removeUnfinished, unfinishedRuns } from '../journal/unfinished.ts';
import { domainKey, LOCAL } from '../model/hosts.ts';
import { printable } from '../printable.ts';
import { refusal } from './refusal.ts';
import { namedRun } from './run-folders.ts';

/** A run whose journal can be gone on with. */
export interface LeftRun {
  readonly run: string;
  readonly folder: string;
  readonly replay: Replay;
  readonly started: RunStarted;
}

/**
 * The run that is meant.
 * @param word see `namedRun`; undefined for the only one that is not over
 * @throws BlockplanError runNotFound where there is none, or more than one; runEnded where it is over; journalUnreadable and
 *   journalUnsupported where its journal cannot be gone on with
 */
export async function leftRun(state: string, word: string | undefined): Promise<LeftRun> {
  const { run, folder } = await namedRun(state, word ?? (await onlyLeft(state)));
  const replay = await readJournal(folder).catch((error: Error) => {
    throw refusal(
      codes.journalUnreadable,
      `the journal of run ${run} cannot be read: ${error.message}`,
      RESCUE,
    );
  });
  const started = beginningOf(replay);
  if (replay.damage === 'altered')
    throw refusal(
      codes.journalUnreadable,
      `the journal of run ${run} was altered after it was written: nothing behind record ${replay.records.length} can be believed`,
      RESCUE,
    );
  if (replay.strange)
    throw refusal(
      replay.strange.otherVersion ? codes.journalUnsupported : codes.journalUnreadable,
      `the journal of run ${run} cannot be read: ${replay.strange.why}`,
      replay.strange.otherVersion ? writerOf(replay) : RESCUE,
    );
  if (replay.records.length === 0) await removeUnfinished(state, run);
  if (!started)
    throw refusal(
      codes.journalUnsupported,
      replay.records.length === 0
        ? `the journal of run ${run} holds no record: the run had not begun, and nothing was done`
        : `the journal of run ${run} is of a form that this version of blockplan does not know`,
      replay.records.length === 0 ? 'start it again: blockplan run' : writerOf(replay),
    );
  if (isOver(replay)) {
    // blockplan was killed when it had said so.
    await removeUnfinished(state, run);
    throw refusal(
      codes.runEnded,
      `run ${run} is over: ${endingOf(replay)}`,
      `nothing is left to do; see what it did: ${blockplanCommand('show', run)}`,
    );
  }
  return { run, folder, replay, started };
}

/** Which version can go on with a journal that this one cannot read. */
function writerOf({ records }: Replay): string {
  const last = records.findLast(({ type }) => type === 'run-started' || type === 'run-resumed');
  return last && 'version' in last
    ? `use version ${printable(last.version)} of blockplan, which wrote it`
    : 'use the version that wrote it';
}

/** The word for how it ended. */
function endingOf(replay: Replay): string | undefined {
  return replay.records.at(-1)?.type === 'run-forgotten' ? 'forgotten' : endOf(replay)?.end;
}

const RESCUE =
  'a lost definition can be brought back all the same: blockplan rescue; see also blockplan doctor; once all is in order: blockplan forget';

async function onlyLeft(state: string): Promise<string> {
  const runs = await unfinishedRuns(state);
  const [run, another] = runs;
  if (run === undefined)
    throw refusal(
      codes.runNotFound,
      `no run below ${state} was left half-way`,
      'list them all: blockplan list',
    );
  if (another !== undefined)
    throw refusal(
      codes.runNotFound,
      `more than one run is not over: ${runs.join(', ')}`,
      'name the one that is meant',
    );
  return run;
}

/**
 * Keeps a new run from a domain that an earlier one has left half-way.
 * @throws BlockplanError domainLocked
 */
export async function refuseLeftHalfway(
  state: string,
  uuid: string,
  domain: string,
): Promise<void> {
  for (const run of await unfinishedRuns(state)) {
    const replay = await readJournal(statePath(state, 'runs', run)).catch(absentAsUndefined);
    const [first] = replay?.records ?? [];
    if (!replay || first?.type !== 'run-started' || first.uuid !== uuid || isOver(replay)) continue;
    const owner = await lockOwner(state, domainKey(LOCAL, uuid));
    if (owner?.run === run && isAlive(owner)) continue;
    const end = endOf(replay)?.end;
    throw refusal(
      codes.domainLocked,
      `run ${run} of ${first.plan} on "${domain}" is not over: ${end ?? 'it was interrupted'}`,
      `bring it to an end: ${takeUpCommands(run, waysOf(replay)).join(', or ')}; where that cannot be had and the domain is in order (${blockplanCommand('doctor', domain)}): ${blockplanCommand('forget', run)}`,
    );
  }
}

/** A run whose folder is gone holds nothing back. */
function absentAsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
