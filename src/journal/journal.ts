/**
 * The journal: an intent before each effect, an outcome after it, one JSON object per line. Each line has a checksum over
 * itself and the line before, so that a torn or altered record is detected.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MadeFile } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import type { Direction, PhaseRef, StepOutline } from '../events.ts';
import type { Hook, HookRef, HookResult } from '../hook.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import type { HostName, OnHosts } from '../model/hosts.ts';
import type { PhaseResult } from '../outcomes.ts';
import type { KnownProcess } from '../processes.ts';
import type { KnownHost } from '../this-host.ts';
import type { CompiledPlan } from './compiled-plan.ts';
import { syncFolder, writeSynced } from './durable.ts';
import type { JudgedEnd } from './judged-end.ts';

/** The newest format of a journal's entries; a journal from before there was a number has none. */
export const FORMAT = 4;

/** The format of a run whose plan has no hooks, so that a version that does not know hooks can continue it. */
export const FORMAT_WITHOUT_HOOKS = 3;

/** Whether this version writes journals of that format. */
export function isOwnFormat(format: unknown): boolean {
  return format === FORMAT || format === FORMAT_WITHOUT_HOOKS;
}

/** What is recorded of a run. */
export type JournalEntry =
  | (KnownHost & {
      readonly type: 'run-started';
      /** See `FORMAT`. */
      readonly format: number;
      readonly run: string;
      readonly plan: string;
      readonly domain: string;
      readonly uuid: string;
      readonly uri: string;
      readonly user: string;
      readonly pid: number;
      readonly version: string;
      readonly steps: readonly StepOutline[];
      /** The values of `--set`. */
      readonly set: Readonly<Record<string, string>>;
      /** SHA-256 of the plan's text, which is stored next to the journal. */
      readonly planSum: string;
      /** The host state of each host before the first effect, including the persistent definition. */
      readonly hosts: OnHosts<HostState>;
      /** The plan as it was compiled; absent in a journal of format 1 or 2. */
      readonly compiled?: CompiledPlan;
    })
  | (KnownHost & {
      /** An interrupted run was resumed or rolled back. */
      readonly type: 'run-resumed';
      readonly how: 'resume' | 'rollback';
      readonly user: string;
      readonly pid: number;
      readonly version: string;
    })
  | {
      /** The user left the run unfinished; it can be resumed. */
      readonly type: 'run-left';
      /** What ended it, such as `SIGINT`. */
      readonly by: string;
    }
  | {
      /** A user ran `blockplan forget`: the run counts as over, whatever its state. */
      readonly type: 'run-forgotten';
      readonly host: string;
      readonly user: string;
    }
  | ({
      /** The run has created a file, so that it is known as its own even after blockplan has died. */
      readonly type: 'made';
      readonly on: HostName;
    } & MadeFile)
  | ({
      readonly type: 'phase-started';
      readonly direction: 'do';
      readonly on: HostName;
      /** The state of that host at the start of the phase: what its rollback leads to. */
      readonly before: HostState;
      /** The number of its effects that an earlier attempt had done. */
      readonly done: number;
      /**
       * The effects that it was begun with, including those that were already done; absent in a journal of format 1 or 2.
       */
      readonly effects?: readonly Effect[];
    } & PhaseRef)
  | ({
      readonly type: 'phase-started';
      readonly direction: 'undo';
      readonly on: HostName;
      /** Set if the phase is undone in order to repeat it. */
      readonly anew?: true;
    } & PhaseRef)
  | ({
      readonly type: 'intent';
      readonly direction: Direction;
      /** The host that the effect is for. */
      readonly on: HostName;
      readonly effect: Effect;
    } & PhaseRef)
  | ({
      readonly type: 'outcome';
      readonly direction: Direction;
      readonly error?: string;
      /** Set if the host has certainly not begun the effect. */
      readonly unbegun?: true;
    } & PhaseRef)
  // Precedes a hook, as an intent precedes an effect.
  | ({ readonly type: 'hook-started' } & HookRef & Pick<Hook, 'command'>)
  // Follows once its program runs. Like the records after it, it need not survive a power loss, which ends the program too.
  | ({ readonly type: 'hook-process' } & HookRef & Pick<KnownProcess, 'pid' | 'boot' | 'started'>)
  | ({ readonly type: 'hook-finished' } & HookRef & HookResult)
  | { readonly type: 'kept'; readonly on: HostName; readonly bundle: Bundle }
  | ({
      readonly type: 'phase-finished';
      readonly direction: Direction;
      /** The result given to the machine. */
      readonly result: PhaseResult;
      /** As at the phase's start. */
      readonly anew?: true;
      /** Set if the plan leaves a failure as it is (`on-failure: stop`). */
      readonly stays?: true;
      /** Set if the phase has committed: the state of each host then, which the rollback of a later phase leads to. */
      readonly committed?: OnHosts<HostState>;
      readonly error?: string;
    } & PhaseRef)
  // Precedes the `after` or `on-failure` hooks: they may change the guest, so the end is not judged again after a kill.
  | ({ readonly type: 'run-judged' } & JudgedEnd)
  | ({ readonly type: 'run-finished' } & JudgedEnd);

export interface Journal {
  readonly folder: string;
  /**
   * Appends an entry.
   * @param sync whether it must be on disk before this returns: true for everything that precedes an effect. An outcome
   *   may wait for the next intent, because without it the journal only says less than what happened.
   * @throws a file system error; then also for every later entry
   */
  append(entry: JournalEntry, sync: boolean): Promise<void>;
  close(): Promise<void>;
}

export const JOURNAL_FILE = 'journal.jsonl';

/**
 * Space that is reserved before the first effect and freed when the disk is full, so that a rollback can still be
 * recorded: its records are some kilobytes each.
 */
export const RESERVE_FILE = 'reserve';
const RESERVE_BYTES = 1024 * 1024;

/**
 * Creates a run's journal.
 * @throws a file system error, if the folder already has a journal or there is no space
 */
export async function createJournal(folder: string): Promise<Journal> {
  const full = await takeReserve(folder);
  if (full !== undefined) throw full;
  const file = await open(join(folder, JOURNAL_FILE), 'ax', 0o600);
  await Promise.all([syncFolder(folder), syncFolder(dirname(folder))]);
  return new AppendedJournal(folder, file, { seq: 0, sum: '', length: 0 }, undefined);
}

/**
 * Where a journal continues: the number of the next record, the checksum that it is chained to, and the length of the
 * valid part of the file in bytes.
 */
export interface JournalPosition {
  readonly seq: number;
  readonly sum: string;
  readonly length: number;
}

/**
 * Opens the journal of an interrupted run to continue after its last valid record; a torn record after it is cut off.
 * @throws an error of the file system
 */
export async function reopenJournal(folder: string, end: JournalPosition): Promise<Journal> {
  const file = await open(join(folder, JOURNAL_FILE), 'a', 0o600);
  await file.truncate(end.length);
  await file.datasync();
  return new AppendedJournal(folder, file, end, await takeReserve(folder));
}

/** Takes the reserve; returns the error if the disk is full. */
async function takeReserve(folder: string): Promise<unknown> {
  try {
    // Its name need not survive a power loss: a resumed run takes a new one.
    await writeSynced(join(folder, RESERVE_FILE), Buffer.alloc(RESERVE_BYTES, 'blockplan'));
    return undefined;
  } catch (error) {
    if (!isFull(error)) throw error;
    await rm(join(folder, RESERVE_FILE), { force: true });
    return error;
  }
}

class AppendedJournal implements Journal {
  readonly folder: string;
  readonly #file: FileHandle;
  #end: JournalPosition;
  /** Whether everything that was appended is on disk. */
  #isSynced = true;
  /** Why nothing new can begin: the disk is full, and the reserve was given up for the rollback. */
  #full: unknown;
  /** The first failure: records written after it could not be read, because each record is chained to the one before. */
  #failure: unknown;

  constructor(folder: string, file: FileHandle, end: JournalPosition, full: unknown) {
    this.folder = folder;
    this.#file = file;
    this.#end = end;
    this.#full = full;
  }

  async append(entry: JournalEntry, sync: boolean): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#full !== undefined && begins(entry)) throw this.#full;
    try {
      await this.#write(entry, sync);
    } catch (error) {
      if (this.#full !== undefined || !isFull(error)) throw this.#broken(error);
      this.#full = error;
      await rm(join(this.folder, RESERVE_FILE), { force: true });
      if (begins(entry)) throw error;
      await this.#write(entry, sync).catch((again) => {
        throw this.#broken(again);
      });
    }
  }

  async #write(entry: JournalEntry, sync: boolean): Promise<void> {
    const { seq, sum: former, length } = this.#end;
    const record = { seq, time: new Date().toISOString(), ...entry };
    const sum = checksum(former, record);
    const line = `${JSON.stringify({ ...record, sum })}\n`;
    try {
      this.#isSynced = false;
      await this.#file.appendFile(line);
      if (sync) await this.#sync();
    } catch (error) {
      // Half a record would hide all records after it.
      await this.#file.truncate(length);
      throw error;
    }
    this.#end = { seq: seq + 1, sum, length: length + Buffer.byteLength(line) };
  }

  #broken(error: unknown): unknown {
    this.#failure = error;
    return error;
  }

  async close(): Promise<void> {
    await rm(join(this.folder, RESERVE_FILE), { force: true });
    if (!this.#isSynced) await this.#sync();
    await this.#file.close();
  }

  async #sync(): Promise<void> {
    await this.#file.datasync();
    this.#isSynced = true;
  }
}

/**
 * Whether something new is done after that record; records that only undo, or state what happened, are written as long as
 * possible.
 */
function begins(entry: JournalEntry): boolean {
  // The `after` and `on-failure` hooks report what happened, and are often needed most when a disk is full.
  if (entry.type === 'hook-started') return entry.point === 'before';
  return entry.type === 'kept' || ('effect' in entry && entry.direction === 'do');
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The checksum of a record: over itself and the checksum of the record before. */
export function checksum(previous: string, record: object): string {
  return createHash('sha256')
    .update(previous)
    .update(JSON.stringify(record))
    .digest('hex')
    .slice(0, 16);
}
