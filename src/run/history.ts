/** What a run did, told from its journal: each time it was resumed, its way through the machine, its commands. */
import { commandText } from '../commands/effect-text.ts';
import type { Direction, PhaseRef, StepOutline } from '../events.ts';
import { stateName } from '../graph/graph.ts';
import type { Attempt, LoggedCommand, RunLog, StoredLog, Visit } from '../journal/run-log.ts';
import type { End, PhaseResult } from '../outcomes.ts';

export interface History {
  readonly run: string;
  readonly plan: string;
  readonly domain: string;
  readonly uuid: string;
  readonly uri: string;
  readonly steps: readonly StepOutline[];
  /** The start, and each time that the run was resumed or rolled back. An end of the last one is told by `finish`. */
  readonly taken: readonly Attempt[];
  /** The states of the machine in their order. Times are in ISO 8601. */
  readonly path: readonly StateHistory[];
  /** The end that counts; absent where the run has none, or was resumed after it. */
  readonly finish?: FinishHistory;
  /** What follows the records that this is told from; see `JournalContents`. */
  readonly damage: StoredLog['damage'];
}

/** A stay in one state of the machine, or what was done beside all of them to keep a definition (`run:salvage`). */
export interface StateHistory extends PhaseRef {
  /** As in the machine's drawing: `mirror:pivot`, `undo:mirror:pivot`. */
  readonly state: string;
  readonly direction: Direction;
  readonly time: string;
  /** What the machine was told of it; absent where nobody came to tell it. */
  readonly result?: PhaseResult;
  readonly error?: string;
  readonly durationMs?: number;
  readonly commands: readonly CommandHistory[];
}

export interface CommandHistory {
  readonly command: string;
  readonly why: string;
  readonly time: string;
  /** Absent where it was not answered before blockplan ended. */
  readonly answer?: 'done' | 'failed';
  readonly error?: string;
  readonly durationMs?: number;
}

export interface FinishHistory {
  readonly end: End;
  readonly interrupted: boolean;
  readonly state: readonly string[];
  readonly next: readonly string[];
  readonly time: string;
}

/** @returns nothing where the journal does not tell how the run began */
export function historyOf(log: StoredLog): History | undefined {
  const { beginning, visits, finish, damage } = log;
  if (!beginning) return undefined;
  const { run, plan, domain, uuid, uri, steps } = beginning;
  return {
    ...{ run, plan, domain, uuid, uri, steps, damage },
    taken: takenIn(log),
    path: visits.map(stateOf),
    ...(finish ? { finish: finishOf(finish) } : {}),
  };
}

function takenIn({ attempts, finish }: RunLog): readonly Attempt[] {
  return attempts.map((attempt, at) => {
    const { end: _end, ...unended } = attempt;
    return finish && at === attempts.length - 1 ? unended : attempt;
  });
}

function stateOf({ step, phase, direction, time, commands, finished }: Visit): StateHistory {
  return {
    state: stateName({ step, phase }, direction),
    ...{ step, phase, direction, time },
    commands: commands.map(commandOf),
    ...(finished ? resultOf(finished, time) : {}),
  };
}

function resultOf(
  { result, error, time }: NonNullable<Visit['finished']>,
  since: string,
): Pick<StateHistory, 'result' | 'error' | 'durationMs'> {
  const why = error === undefined ? {} : { error };
  return { result, ...why, durationMs: between(since, time) };
}

function commandOf({ effect, time, answer }: LoggedCommand): CommandHistory {
  const command = { command: commandText(effect), why: effect.why, time };
  if (!answer) return command;
  const { error } = answer;
  return {
    ...command,
    ...(error === undefined ? { answer: 'done' } : { answer: 'failed', error }),
    durationMs: between(time, answer.time),
  };
}

function finishOf({
  end,
  interrupted,
  state,
  next,
  time,
}: NonNullable<RunLog['finish']>): FinishHistory {
  return { end, interrupted, state, next, time };
}

/** Milliseconds; a clock that was set back makes none of them negative. */
function between(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
