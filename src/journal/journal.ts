/**
 * The journal: an intent before each effect, an outcome after, one JSON object a line. Each line carries a checksum
 * over itself and the line before, so that a torn or altered record is seen.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { End } from '../errors.ts';
import type { Direction, PhaseRef, StepOutline } from '../events.ts';
import type { Effect } from '../model/effect.ts';
import type { Bundle, World } from '../model/world.ts';

/** What is written down of a run. */
export type Entry =
  | {
      readonly type: 'run-started';
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
      /** The World before the first effect, the persistent definition with it. */
      readonly world: World;
    }
  | ({
      readonly type: 'phase-started';
      readonly direction: 'do';
      /** The World that the phase begins with: what its way back leads to. */
      readonly before: World;
      /** How many of its effects an earlier attempt had done. */
      readonly done: number;
    } & PhaseRef)
  | ({ readonly type: 'phase-started'; readonly direction: 'undo' } & PhaseRef)
  | ({ readonly type: 'intent'; readonly direction: Direction; readonly effect: Effect } & PhaseRef)
  | ({
      readonly type: 'outcome';
      readonly direction: Direction;
      readonly error?: string;
    } & PhaseRef)
  | { readonly type: 'kept'; readonly bundle: Bundle }
  | ({
      readonly type: 'phase-finished';
      readonly direction: Direction;
      /** What the machine was told of it. */
      readonly result: 'DONE' | 'FAILED' | 'LOST';
      readonly error?: string;
    } & PhaseRef)
  | {
      readonly type: 'run-finished';
      readonly end: End;
      readonly interrupted: boolean;
      readonly state: readonly string[];
      readonly next: readonly string[];
    };

/** An entry as it stands in the file. */
export type JournalRecord = Entry & {
  readonly seq: number;
  readonly time: string;
  readonly sum: string;
};

export interface Journal {
  readonly folder: string;
  /**
   * Appends an entry.
   * @param sync whether it must be on disk before this returns: true for all that comes before an effect. An outcome
   *   may wait for the next intent, because without it the journal only says less than is so.
   * @throws an error of the file system; then also for every later entry
   */
  append(entry: Entry, sync: boolean): Promise<void>;
  close(): Promise<void>;
}

export const JOURNAL_FILE = 'journal.jsonl';

/**
 * Creates a run's journal.
 * @throws an error of the file system, when the folder has a journal already or no room
 */
export async function createJournal(folder: string): Promise<Journal> {
  const file = await open(join(folder, JOURNAL_FILE), 'ax', 0o600);
  await syncFolder(folder);
  await syncFolder(dirname(folder));
  return new AppendedJournal(folder, file);
}

class AppendedJournal implements Journal {
  readonly folder: string;
  readonly #file: FileHandle;
  #seq = 0;
  #sum = '';
  /** The first failure: what is written after it could not be read, since each record is chained to the one before. */
  #failure: unknown;

  constructor(folder: string, file: FileHandle) {
    this.folder = folder;
    this.#file = file;
  }

  async append(entry: Entry, sync: boolean): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const record = { seq: this.#seq++, time: new Date().toISOString(), ...entry };
    this.#sum = checksum(this.#sum, record);
    try {
      await this.#file.appendFile(`${JSON.stringify({ ...record, sum: this.#sum })}\n`);
      if (sync) await this.#file.datasync();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#file.datasync();
    await this.#file.close();
  }
}

/** What a journal tells: its good records in order, and whether something after them cannot be read. */
export interface Replay {
  readonly records: readonly JournalRecord[];
  /** True when the file ends in a torn or altered record; the records before it are good. */
  readonly damaged: boolean;
}

/** Reads a journal, also one that is being written; stops at the first record that is not whole. */
export async function readJournal(folder: string): Promise<Replay> {
  const text = await readFile(join(folder, JOURNAL_FILE), 'utf8');
  const records: JournalRecord[] = [];
  let sum = '';
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const record = parseRecord(line);
    if (!record || record.seq !== records.length) return { records, damaged: true };
    const { sum: claimed, ...rest } = record;
    sum = checksum(sum, rest);
    if (sum !== claimed) return { records, damaged: true };
    records.push(record);
  }
  return { records, damaged: text !== '' && !text.endsWith('\n') };
}

function parseRecord(line: string): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as JournalRecord) : undefined;
  } catch {
    // A line that is no JSON is a torn record: the caller says so.
    return undefined;
  }
}

function checksum(previous: string, record: object): string {
  return createHash('sha256')
    .update(previous)
    .update(JSON.stringify(record))
    .digest('hex')
    .slice(0, 16);
}

/** Writes a file into a run's folder so that it, and its name, outlive a power loss. */
export async function writeDurably(path: string, content: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
