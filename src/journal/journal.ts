/**
 * The journal: an intent before each effect, an outcome after, one JSON object a line. Each line carries a checksum
 * over itself and the line before, so that a torn or altered record is seen.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MadeFile } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import type { Direction, PhaseRef, StepOutline } from '../events.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import type { HostName, OnHosts } from '../model/hosts.ts';
import type { End, PhaseResult } from '../outcomes.ts';
import type { CompiledPlan } from './compiled-plan.ts';
import { syncFolder, writeSynced } from './durable.ts';

/** The form of a journal's entries; one that was written before there was a number has none. */
export const FORMAT = 3;

/** What is written down of a run. */
export type JournalEntry =
  | {
      readonly type: 'run-started';
      /** See `FORMAT`. */
      readonly format: number;
      readonly run: string;
      readonly plan: string;
      readonly domain: string;
      readonly uuid: string;
      readonly uri: string;
      readonly host: string;
      readonly user: string;
      readonly pid: number;
      readonly version: string;
      readonly steps: readonly StepOutline[];
      /** What `--set` gave. */
      readonly set: Readonly<Record<string, string>>;
      /** SHA-256 of the plan's text, which lies beside the journal. */
      readonly planSum: string;
      /** The host state of each host before the first effect, the persistent definition with it. */
      readonly hosts: OnHosts<HostState>;
      /** The plan as it was compiled; absent in a journal of form 1 or 2. */
      readonly compiled?: CompiledPlan;
    }
  | {
      /** Somebody took up a run that had been interrupted. */
      readonly type: 'run-resumed';
      readonly how: 'resume' | 'rollback';
      readonly host: string;
      readonly user: string;
      readonly pid: number;
      readonly version: string;
    }
  | {
      /** The user left the run half-way; it can be resumed. */
      readonly type: 'run-left';
      /** What ended it, such as `SIGINT`. */
      readonly by: string;
    }
  | {
      /** Somebody had the run counted as over, wherever it stood. */
      readonly type: 'run-forgotten';
      readonly host: string;
      readonly user: string;
    }
  | ({
      /** The run has made a file: so it is known as its own after blockplan has died. */
      readonly type: 'made';
      readonly on: HostName;
    } & MadeFile)
  | ({
      readonly type: 'phase-started';
      readonly direction: 'do';
      readonly on: HostName;
      /** The host state of that host that the phase begins with: what its rollback leads to. */
      readonly before: HostState;
      /** How many of its effects an earlier attempt had done. */
      readonly done: number;
      /** The effects that it was begun with, those that were done already with them; absent in a journal of form 1 or 2. */
      readonly effects?: readonly Effect[];
    } & PhaseRef)
  | ({
      readonly type: 'phase-started';
      readonly direction: 'undo';
      readonly on: HostName;
      /** Set where the phase is taken back to be done again. */
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
      /** Set where the host has certainly not begun it. */
      readonly unbegun?: true;
    } & PhaseRef)
  | { readonly type: 'kept'; readonly on: HostName; readonly bundle: Bundle }
  | ({
      readonly type: 'phase-finished';
      readonly direction: Direction;
      /** What the machine was told of it. */
      readonly result: PhaseResult;
      /** As of the phase's start. */
      readonly anew?: true;
      /** Set where the plan says that a failure is left as it is (`on-failure: stop`). */
      readonly stays?: true;
      readonly error?: string;
    } & PhaseRef)
  | {
      readonly type: 'run-finished';
      readonly end: End;
      readonly interrupted: boolean;
      readonly state: readonly string[];
      readonly next: readonly string[];
      /** Set where the guest had been migrated to another host, which libvirt tells only once, as it happens. */
      readonly movedAway?: true;
    };

export interface Journal {
  readonly folder: string;
  /**
   * Appends an entry.
   * @param sync whether it must be on disk before this returns: true for all that comes before an effect. An outcome
   *   may wait for the next intent, because without it the journal only says less than is so.
   * @throws an error of the file system; then also for every later entry
   */
  append(entry: JournalEntry, sync: boolean): Promise<void>;
  close(): Promise<void>;
}

export const JOURNAL_FILE = 'journal.jsonl';

/**
 * Room that is taken before the first effect and given back when the disk is full, so that a rollback can still be
 * written down: its records are some kilobytes each.
 */
export const RESERVE_FILE = 'reserve';
const RESERVE_BYTES = 1024 * 1024;

/**
 * Creates a run's journal.
 * @throws an error of the file system, when the folder has a journal already or no room
 */
export async function createJournal(folder: string): Promise<Journal> {
  const full = await takeReserve(folder);
  if (full !== undefined) throw full;
  const file = await open(join(folder, JOURNAL_FILE), 'ax', 0o600);
  await Promise.all([syncFolder(folder), syncFolder(dirname(folder))]);
  return new AppendedJournal(folder, file, { seq: 0, sum: '', length: 0 }, undefined);
}

/** Where a journal goes on: the number and the checksum's start of the next record, and the file's good bytes. */
export interface JournalPosition {
  readonly seq: number;
  readonly sum: string;
  readonly length: number;
}

/**
 * Opens the journal of a run that was interrupted, to go on after its last good record; a torn one after it is cut off.
 * @throws an error of the file system
 */
export async function reopenJournal(folder: string, end: JournalPosition): Promise<Journal> {
  const file = await open(join(folder, JOURNAL_FILE), 'a', 0o600);
  await file.truncate(end.length);
  await file.datasync();
  return new AppendedJournal(folder, file, end, await takeReserve(folder));
}

/** Takes the reserve; returns why it cannot be had where the disk is full. */
async function takeReserve(folder: string): Promise<unknown> {
  try {
    // Its name need not outlive a power loss: whoever takes the run up again takes a new one.
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
  /** Whether all that was appended is on disk. */
  #isSynced = true;
  /** Why nothing new can be begun: the disk is full, and the reserve is given up for the rollback. */
  #full: unknown;
  /** The first failure: what is written after it could not be read, since each record is chained to the one before. */
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
      // Half a record would hide all that come after it.
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

/** Whether something new is done after that record; what only undoes, or tells what was, is written as long as it can be. */
function begins(entry: JournalEntry): boolean {
  return entry.type === 'kept' || ('effect' in entry && entry.direction === 'do');
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The checksum of a record: over itself and over that of the record before. */
export function checksum(previous: string, record: object): string {
  return createHash('sha256')
    .update(previous)
    .update(JSON.stringify(record))
    .digest('hex')
    .slice(0, 16);
}
