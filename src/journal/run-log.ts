/**
 * What a run did: its journal's records, folded into one plain value. Reports, recovery and rescue are queries on it, and
 * nothing else reads records.
 */
import type { MadeFile } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import type { Direction, PhaseRef } from '../events.ts';
import type { Bundle } from '../model/host-state.ts';
import { type HostName, type OnHosts, withHost } from '../model/hosts.ts';
import { type End, isOpenEnd } from '../outcomes.ts';
import type { KnownHost } from '../this-host.ts';
import { isOwnFormat, type JournalEntry, type JournalPosition } from './journal.ts';
import { isUndoneBy } from './judged-end.ts';
import { type LoggedHook, withEndedHooks, withHook } from './logged-hooks.ts';
import { type JournalContents, readJournal } from './read.ts';
import type { UnknownRecord } from './record-shape.ts';
import { nextDirection, type RecoveryMode, recoveryModesFrom } from './recovery-mode.ts';

/** An entry with its number in the journal, from 0, and its time in ISO 8601. */
export type LogRecord = JournalEntry & { readonly seq: number; readonly time: string };

type Of<Type extends JournalEntry['type']> = Extract<LogRecord, { type: Type }>;

/** How a run began, in a format that this version knows. */
export type StartRecord = Of<'run-started'>;

/** The part of it that every version writes. */
type Beginning = Omit<StartRecord, 'format' | 'set' | 'planSum' | 'hosts' | 'compiled'>;

export interface RunLog {
  /** How the run began, in any format; absent if the journal does not begin with it. */
  readonly beginning?: Beginning;
  /** The same, if this version knows its format. */
  readonly started?: StartRecord;
  /** The start, and each time that the run was resumed or rolled back. */
  readonly attempts: readonly Attempt[];
  readonly visits: readonly Visit[];
  /** The files that the run created, each with the number of its record. */
  readonly made: readonly LoggedFile[];
  /** What was kept of the domain before its last `undefine`, by host; empty if it was not undefined. */
  readonly kept: OnHosts<Bundle>;
  readonly hooks: readonly LoggedHook[];
  /** The direction of the run. */
  readonly direction: Direction;
  /**
   * The end that was judged before its hooks; absent if the run has ended since, or has begun another phase. An attempt
   * after it may lead to another end; see `runOfAttempt`.
   */
  readonly judged?: Of<'run-judged'>;
  /** The end of the last attempt; absent where it has none. */
  readonly finish?: Of<'run-finished'>;
  /** Who ran `blockplan forget` on it. */
  readonly forgotten?: Of<'run-forgotten'>;
  /** Whether the guest is on another host; an end without the connection to libvirt does not change it. */
  readonly movedAway: boolean;
  /** The last record; absent where there is none. */
  readonly last?: LogRecord;
}

/** One process that worked on the run. */
export interface Attempt extends KnownHost {
  readonly how: 'run' | 'resume' | 'rollback';
  readonly time: string;
  readonly user: string;
  readonly pid: number;
  readonly version: string;
  /** Absent where the process ended without a record of it, or is still running. */
  readonly end?: End | 'left';
}

/**
 * One visit to a state of the machine, or commands outside of all states: after the end of their phase, or to keep a
 * definition (`run/secure-definition`, `run/transient-again`).
 */
export interface Visit extends PhaseRef {
  readonly direction: Direction;
  /** The time of its first record. */
  readonly time: string;
  /** Absent for commands outside of all states. For a forward phase it has the host state before it. */
  readonly started?: Of<'phase-started'>;
  readonly commands: readonly LoggedCommand[];
  /** Absent where the process ended first. */
  readonly finished?: Of<'phase-finished'>;
}

export interface LoggedFile extends MadeFile {
  readonly on: HostName;
  readonly seq: number;
}

export interface LoggedCommand {
  readonly on: HostName;
  readonly effect: Effect;
  /** The number of the record of its intent. */
  readonly seq: number;
  readonly time: string;
  /** Absent if none was written: then it is unknown whether the host performed the command. */
  readonly answer?: Of<'outcome'>;
}

/** The log of a journal without records. */
const NO_RECORDS: RunLog = {
  attempts: [],
  visits: [],
  made: [],
  hooks: [],
  kept: {},
  direction: 'do',
  movedAway: false,
};

/**
 * Folds records into a log.
 * @param log the log of the records before them
 */
export function foldRecords(records: readonly LogRecord[], log = NO_RECORDS): RunLog {
  return records.reduce(withRecord, log);
}

function withRecord(log: RunLog, record: LogRecord): RunLog {
  const direction = nextDirection(log.direction, record);
  return { ...changed(log, record), direction, last: record };
}

function changed(log: RunLog, record: LogRecord): RunLog {
  switch (record.type) {
    case 'run-started':
      return log.last ? log : begun(log, record);
    case 'run-resumed': {
      const { finish: _finish, forgotten: _forgotten, judged, ...rest } = log;
      const stays = judged && !isUndoneBy(judged, record.how) ? { judged } : {};
      return { ...rest, ...stays, attempts: [...log.attempts, attemptOf(record.how, record)] };
    }
    case 'run-left':
      return { ...log, attempts: ended(log.attempts, 'left') };
    case 'run-forgotten':
      return { ...log, forgotten: record };
    case 'run-judged':
      return {
        ...log,
        judged: record,
        hooks: log.judged ? withEndedHooks(log.hooks) : log.hooks,
        movedAway: isAwayAfter(log, record),
      };
    case 'run-finished': {
      const { judged: _judged, ...rest } = log;
      return {
        ...rest,
        attempts: ended(log.attempts, record.end),
        hooks: withEndedHooks(log.hooks),
        finish: record,
        movedAway: isAwayAfter(log, record),
      };
    }
    case 'phase-started': {
      const { judged, ...rest } = log;
      const hooks = judged ? withEndedHooks(log.hooks) : log.hooks;
      return { ...rest, hooks, visits: [...log.visits, { ...visitOf(record), started: record }] };
    }
    case 'intent':
      return { ...log, visits: withCommand(log.visits, record) };
    case 'outcome':
      return { ...log, visits: withLast(log.visits, (visit) => answered(visit, record)) };
    case 'phase-finished':
      return { ...log, visits: withEnd(log.visits, record) };
    case 'hook-started':
    case 'hook-process':
    case 'hook-finished':
      return { ...log, hooks: withHook(log.hooks, record) };
    case 'kept':
      return { ...log, kept: withHost(log.kept, record.on, record.bundle) };
    case 'made': {
      const { on, file, ino, born, seq } = record;
      return { ...log, made: [...log.made, { on, file, ino, born, seq }] };
    }
  }
}

function isAwayAfter(log: RunLog, { end, movedAway }: Of<'run-judged' | 'run-finished'>): boolean {
  return movedAway === true || (end === 'uncertain' && log.movedAway);
}

function begun(log: RunLog, record: StartRecord): RunLog {
  return {
    ...log,
    beginning: record,
    ...(isOwnFormat(record.format) ? { started: record } : {}),
    attempts: [attemptOf('run', record)],
  };
}

function attemptOf(
  how: Attempt['how'],
  { time, host, hostId, user, pid, version }: Of<'run-started' | 'run-resumed'>,
): Attempt {
  const id = hostId === undefined ? {} : { hostId };
  return { how, time, host, ...id, user, pid, version };
}

function ended(attempts: readonly Attempt[], end: Attempt['end'] & string): readonly Attempt[] {
  return withLast(attempts, (attempt) => ({ ...attempt, end }));
}

function visitOf({ step, phase, direction, time }: Of<'phase-started' | 'intent'>): Visit {
  return { step, phase, direction, time, commands: [] };
}

function isSameState(visit: Visit, record: Of<'intent' | 'phase-finished'>): boolean {
  const { step, phase, direction } = record;
  return visit.step === step && visit.phase === phase && visit.direction === direction;
}

/** A command belongs to the current visit if it names the same state. */
function withCommand(visits: readonly Visit[], record: Of<'intent'>): readonly Visit[] {
  const { on, effect, seq, time } = record;
  const last = visits.at(-1);
  const isIn = last && isSameState(last, record) && !last.finished;
  return withLast(isIn ? visits : [...visits, visitOf(record)], (visit) => ({
    ...visit,
    commands: [...visit.commands, { on, effect, seq, time }],
  }));
}

function answered(visit: Visit, answer: Of<'outcome'>): Visit {
  return { ...visit, commands: withLast(visit.commands, (command) => ({ ...command, answer })) };
}

/** Commands outside of all states may have been run since the phase began. */
function withEnd(visits: readonly Visit[], finished: Of<'phase-finished'>): readonly Visit[] {
  const at = visits.findLastIndex(
    (visit) => isSameState(visit, finished) && visit.started && !visit.finished,
  );
  const visit = visits[at];
  return visit ? visits.with(at, { ...visit, finished }) : visits;
}

function withLast<T>(list: readonly T[], change: (last: T) => T): readonly T[] {
  const last = list.at(-1);
  return last === undefined ? list : list.with(-1, change(last));
}

/** A log as it was read from a journal. */
export interface StoredLog extends RunLog {
  /** What follows the records that it is folded from; see `JournalContents`. */
  readonly damage: JournalContents['damage'];
  readonly strange?: UnknownRecord;
  /** Where the next attempt appends its records; its `seq` is the number of records. */
  readonly end: JournalPosition;
}

/**
 * Reads the log of a run from its journal.
 * @throws a file system error
 */
export async function readRunLog(folder: string): Promise<StoredLog> {
  const { records, ...rest } = await readJournal(folder);
  return { ...foldRecords(records), ...rest };
}

/** The log of a run; undefined if its journal cannot be read from the file system. */
export async function tryReadRunLog(folder: string): Promise<StoredLog | undefined> {
  try {
    return await readRunLog(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

/** Whether records follow that may contradict the log: altered ones, or ones of another version. */
export function isUntrusted({ damage }: Pick<StoredLog, 'damage'>): boolean {
  return damage === 'altered' || damage === 'strange';
}

/** Whether a run is over; one that was stranded, or lost libvirt, can be resumed or rolled back. */
export function isRunOver({ forgotten, finish }: RunLog): boolean {
  return forgotten !== undefined || (finish !== undefined && !isOpenEnd(finish.end));
}

/** The commands that can end the run; none if its log cannot be trusted. */
export function recoveryModesOf(
  log: Pick<StoredLog, 'direction' | 'damage'>,
): readonly RecoveryMode[] {
  return isUntrusted(log) ? [] : recoveryModesFrom(log.direction);
}

/** The last command, if neither its answer nor a file that it created is recorded: it may have been performed. */
export function commandInDoubt(log: RunLog): LoggedCommand | undefined {
  const command = commandsOf(log).at(-1);
  const made = log.made.at(-1);
  const isKnown = command?.answer || (command && made && made.seq > command.seq);
  return isKnown ? undefined : command;
}

/** All commands of a run, in the order in which they were given. */
export function commandsOf({ visits }: RunLog): readonly LoggedCommand[] {
  return visits.flatMap(({ commands }) => commands);
}
