/** What a run did, told from its journal: each time it was taken up, its way through the machine, its commands. */
import { commandText } from '../commands/effect-text.ts';
import type { Direction, PhaseRef, StepOutline } from '../events.ts';
import { stateName } from '../graph/graph.ts';
import type { JournalRecord } from '../journal/record-shape.ts';
import type { Replay } from '../journal/replay.ts';
import type { End, PhaseResult } from '../outcomes.ts';

export interface History {
  readonly run: string;
  readonly plan: string;
  readonly domain: string;
  readonly uuid: string;
  readonly uri: string;
  readonly steps: readonly StepOutline[];
  /** The first start, and each time that the run was taken up again. */
  readonly taken: readonly TakenUp[];
  /** The states of the machine in their order. */
  readonly path: readonly StateTold[];
  /** The end that counts; absent where the run has none, or was taken up after it. */
  readonly finish?: FinishTold;
  /** What follows the records that this is told from; see `Replay`. */
  readonly damage: Replay['damage'];
}

export interface TakenUp {
  readonly how: 'run' | 'resume' | 'rollback';
  /** ISO 8601, as all times here. */
  readonly time: string;
  readonly host: string;
  readonly user: string;
  readonly pid: number;
  readonly version: string;
  /** How that ended where it is not the end that counts: an end after which the run was taken up again, or `left`. */
  readonly end?: End | 'left';
}

/** A stay in one state of the machine, or what was done beside all of them to keep a definition (`run:salvage`). */
export interface StateTold extends PhaseRef {
  /** As in the machine's drawing: `mirror:pivot`, `undo:mirror:pivot`. */
  readonly state: string;
  readonly direction: Direction;
  readonly time: string;
  /** What the machine was told of it; absent where nobody came to tell it. */
  readonly result?: PhaseResult;
  readonly error?: string;
  readonly durationMs?: number;
  readonly commands: readonly CommandTold[];
}

export interface CommandTold {
  readonly command: string;
  readonly why: string;
  readonly time: string;
  /** Absent where it was not answered before blockplan ended. */
  readonly answer?: 'done' | 'failed';
  readonly error?: string;
  readonly durationMs?: number;
}

export interface FinishTold {
  readonly end: End;
  readonly interrupted: boolean;
  readonly state: readonly string[];
  readonly next: readonly string[];
  readonly time: string;
}

/** @returns nothing where the journal does not tell how the run began */
export function historyOf({ records, damage }: Replay): History | undefined {
  const [first, ...rest] = records;
  if (first?.type !== 'run-started') return undefined;
  const { run, plan, domain, uuid, uri, steps } = first;
  const started: History = {
    ...{ run, plan, domain, uuid, uri, steps, damage, path: [] },
    taken: [{ how: 'run', ...byOf(first) }],
  };
  return rest.reduce(told, started);
}

function byOf({
  time,
  host,
  user,
  pid,
  version,
}: Extract<JournalRecord, { type: 'run-started' | 'run-resumed' }>): Omit<TakenUp, 'how'> {
  return { time, host, user, pid, version };
}

function told(history: History, record: JournalRecord): History {
  switch (record.type) {
    case 'run-resumed': {
      const { finish, ...before } = history;
      const ended = finish ? endedBy(before.taken, finish.end) : before.taken;
      return { ...before, taken: [...ended, { how: record.how, ...byOf(record) }] };
    }
    case 'run-left':
      return { ...history, taken: endedBy(history.taken, 'left') };
    case 'phase-started':
      return { ...history, path: [...history.path, stateOf(record)] };
    case 'intent':
      return intended(history, record);
    case 'outcome':
      return { ...history, path: changed(history.path, (state) => answered(state, record)) };
    case 'phase-finished':
      return { ...history, path: changed(history.path, (state) => finished(state, record)) };
    case 'run-finished': {
      const { end, interrupted, state, next, time } = record;
      return { ...history, finish: { end, interrupted, state, next, time } };
    }
    default:
      return history;
  }
}

function endedBy(taken: readonly TakenUp[], end: End | 'left'): TakenUp[] {
  return taken.map((each, at) => (at === taken.length - 1 ? { ...each, end } : each));
}

type Of<Type extends JournalRecord['type']> = Extract<JournalRecord, { type: Type }>;

function stateOf({ step, phase, direction, time }: Of<'phase-started' | 'intent'>): StateTold {
  const state = stateName({ step, phase }, direction);
  return { state, step, phase, direction, time, commands: [] };
}

/** A command belongs to the state that is under way; one of another place is done beside all states. */
function intended({ path, ...history }: History, record: Of<'intent'>): History {
  const { effect, time } = record;
  const command = { command: commandText(effect), why: effect.why, time };
  const { state } = stateOf(record);
  const last = path.at(-1);
  const inState =
    last?.state === state && last.result === undefined ? path : [...path, stateOf(record)];
  return {
    ...history,
    path: changed(inState, (each) => ({ ...each, commands: [...each.commands, command] })),
  };
}

function answered(state: StateTold, { time, error }: Of<'outcome'>): StateTold {
  return {
    ...state,
    commands: changed(state.commands, (command) => ({
      ...command,
      answer: error === undefined ? ('done' as const) : ('failed' as const),
      ...(error === undefined ? {} : { error }),
      durationMs: between(command.time, time),
    })),
  };
}

function finished(state: StateTold, { time, result, error }: Of<'phase-finished'>): StateTold {
  const why = error === undefined ? {} : { error };
  return { ...state, result, ...why, durationMs: between(state.time, time) };
}

function changed<T>(list: readonly T[], change: (last: T) => T): readonly T[] {
  const last = list.at(-1);
  return last === undefined ? list : [...list.slice(0, -1), change(last)];
}

/** Milliseconds; a clock that was set back makes none of them negative. */
function between(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
