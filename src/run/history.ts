/** The history of a run, from its journal: its attempts, its path through the machine, and its commands. */
import { commandText } from '../commands/effect-text.ts';
import type { Direction, PhaseRef, StepOutline } from '../events.ts';
import { stateName } from '../graph/graph.ts';
import type { HookRef } from '../hook.ts';
import type { LoggedHook } from '../journal/logged-hooks.ts';
import type { Attempt, LoggedCommand, RunLog, StoredLog, Visit } from '../journal/run-log.ts';
import { hookCommandText } from '../model/hook-command.ts';
import type { End, PhaseResult } from '../outcomes.ts';

export interface History {
  readonly run: string;
  readonly plan: string;
  readonly domain: string;
  readonly uuid: string;
  readonly uri: string;
  readonly steps: readonly StepOutline[];
  /** The start, and each time that the run was resumed or rolled back. The end of the last attempt is in `finish`. */
  readonly taken: readonly Attempt[];
  /** The states of the machine in their order. Times are in ISO 8601. */
  readonly path: readonly StateHistory[];
  /** The hooks that were started, in their order; absent if there are none. */
  readonly hooks?: readonly HookHistory[];
  /** The end that counts; absent where the run has none, or was resumed after it. */
  readonly finish?: FinishHistory;
  /** What follows the records that were read; see `JournalContents`. */
  readonly damage: StoredLog['damage'];
}

/** One visit to a state of the machine, or commands outside of all states that keep a definition (`run:salvage`). */
export interface StateHistory extends PhaseRef {
  /** As in the diagram of the machine: `mirror:pivot`, `undo:mirror:pivot`. */
  readonly state: string;
  readonly direction: Direction;
  readonly time: string;
  /** The result given to the machine; absent if the process ended first. */
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

export interface HookHistory extends HookRef {
  readonly command: string;
  readonly time: string;
  /** Absent where blockplan ended first. */
  readonly answer?: 'done' | 'failed';
  readonly error?: string;
  /** The last lines that it printed. */
  readonly output?: readonly string[];
  readonly durationMs?: number;
}

export interface FinishHistory {
  readonly end: End;
  readonly interrupted: boolean;
  readonly happened?: readonly string[];
  readonly state: readonly string[];
  readonly next: readonly string[];
  readonly time: string;
}

/** @returns undefined if the journal does not record how the run began */
export function historyOf(log: StoredLog): History | undefined {
  const { beginning, visits, hooks, finish, damage } = log;
  if (!beginning) return undefined;
  const { run, plan, domain, uuid, uri, steps } = beginning;
  return {
    ...{ run, plan, domain, uuid, uri, steps, damage },
    taken: takenIn(log),
    path: visits.map(stateOf),
    ...(hooks.length === 0 ? {} : { hooks: hooks.map(hookOf) }),
    ...(finish ? { finish: finishOf(finish) } : {}),
  };
}

function takenIn({ attempts, finish }: RunLog): readonly Attempt[] {
  return attempts.map((attempt, at) => {
    const { end, hostId: _id, ...shown } = attempt;
    const isLast = finish && at === attempts.length - 1;
    return end === undefined || isLast ? shown : { ...shown, end };
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

function hookOf({ point, number, command, time, answer }: LoggedHook): HookHistory {
  const hook = { point, number, command: hookCommandText({ command }), time };
  if (!answer) return hook;
  const { error, output } = answer;
  return {
    ...hook,
    ...(error === undefined ? { answer: 'done' } : { answer: 'failed', error }),
    output,
    durationMs: between(time, answer.time),
  };
}

function finishOf(finish: NonNullable<RunLog['finish']>): FinishHistory {
  const { end, interrupted, happened, state, next, time } = finish;
  return { end, interrupted, ...(happened ? { happened } : {}), state, next, time };
}

/** Milliseconds; never negative, even if the clock was set back. */
function between(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
