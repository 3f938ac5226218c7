/** What a journal tells, also one that is being written, was torn, or was altered. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOpenEnd } from '../outcomes.ts';
import { checksum, type Entry, FORMAT, JOURNAL_FILE, type JournalEnd } from './journal.ts';
import { current } from './older.ts';
import { type JournalRecord, ofForm, type Strange, strangeIn } from './record-shape.ts';

export interface Replay {
  /** The good records, in order. */
  readonly records: readonly JournalRecord[];
  /**
   * What follows them: nothing, a record that never reached the disk whole, one that did and is another now, or one that
   * this version does not write. After the last two nothing can be believed.
   */
  readonly damage: 'none' | 'torn' | 'altered' | 'strange';
  /** Of `strange`: the first record that is whole, and is none that this version writes. */
  readonly strange?: Strange;
  /** Where the journal goes on when the run is taken up again. */
  readonly end: JournalEnd;
}

/** Reads a journal; undefined where the file system does not give it. */
export async function readJournalIfThere(folder: string): Promise<Replay | undefined> {
  try {
    return await readJournal(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

/**
 * Reads a journal.
 * @throws an error of the file system
 */
export async function readJournal(folder: string): Promise<Replay> {
  const bytes = await readFile(join(folder, JOURNAL_FILE));
  const records: JournalRecord[] = [];
  let sum = '';
  let from = 0;
  const told = (damage: Replay['damage'], strange?: Strange): Replay => ({
    records,
    damage,
    ...(strange ? { strange } : {}),
    end: { seq: records.length, sum, length: from },
  });
  while (from < bytes.length) {
    const end = bytes.indexOf(0x0a, from);
    // A writer that is under way has not come to its line break yet.
    if (end < 0) return told('torn');
    const record = parseRecord(bytes.toString('utf8', from, end));
    if (!record || record.seq !== records.length || sumOf(sum, record) !== record.sum)
      return told(isLater(bytes.toString('utf8', end + 1)) ? 'altered' : 'torn');
    const known = current(record);
    const strange = strangeIn(known, records.length + 1);
    if (strange) return told('strange', ofForm(records[0], strange));
    sum = record.sum;
    records.push(known);
    from = end + 1;
  }
  return told('none');
}

/** Whether one that was fsynced follows: then the bad one was on disk as well, and has been altered there. */
function isLater(rest: string): boolean {
  return rest.split('\n').some((line) => {
    const record = parseRecord(line);
    return record !== undefined && SYNCED.has(record.type);
  });
}

const SYNCED: ReadonlySet<Entry['type']> = new Set<Entry['type']>([
  'run-started',
  'run-resumed',
  'run-finished',
  'run-forgotten',
  'intent',
  'kept',
  'made',
]);

/** The checksum that a record has to have, after one with that checksum. */
export function sumOf(former: string, { sum: _claimed, ...rest }: JournalRecord): string {
  return checksum(former, rest);
}

/** A line as a record, which may be neither whole nor one that this version knows; undefined where it is none. */
export function parseRecord(line: string): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as JournalRecord) : undefined;
  } catch {
    // A line that is no JSON is a torn record: the caller says so.
    return undefined;
  }
}

/** Whether records follow that may tell something else than is believed. */
export function isUnbelievable({ damage }: Pick<Replay, 'damage'>): boolean {
  return damage === 'altered' || damage === 'strange';
}

/** How a run began, where its journal tells so in a form that this version knows. */
export function beginningOf({ records }: Replay): RunStarted | undefined {
  const [first] = records;
  return first?.type === 'run-started' && first.format === FORMAT ? first : undefined;
}

export type RunStarted = Extract<JournalRecord, { type: 'run-started' }>;

/** How a run ended at last; undefined where it has not, or was taken up since. */
export function endOf({
  records,
}: Replay): Extract<JournalRecord, { type: 'run-finished' }> | undefined {
  const last = records.findLast(({ type }) => type === 'run-finished' || type === 'run-resumed');
  return last?.type === 'run-finished' ? last : undefined;
}

/** Whether the guest of a run is on another host, as far as its journal tells; an end without contact tells nothing. */
export function wasMovedAway({ records }: Pick<Replay, 'records'>): boolean {
  const told = records.findLast(
    (record) => record.type === 'run-finished' && (record.movedAway || record.end !== 'uncertain'),
  );
  return told?.type === 'run-finished' && told.movedAway === true;
}

/** Whether nothing is left to be done of a run: one that was stranded, or lost from sight, can be taken up again. */
export function isOver(replay: Replay): boolean {
  const end = endOf(replay);
  const last = replay.records.at(-1);
  return [end, last].some((each) => each !== undefined && isForGood(each));
}

/** Whether a run is over with its last record. */
export function isForGood(last: JournalRecord): boolean {
  if (last.type === 'run-forgotten') return true;
  return last.type === 'run-finished' && !isOpenEnd(last.end);
}
