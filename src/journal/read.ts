/** Reads a journal, also one that is being written, was torn, or was altered. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checksum, JOURNAL_FILE, type JournalEntry, type JournalPosition } from './journal.ts';
import { upgradedRecord } from './older.ts';
import {
  asOtherFormat,
  type JournalRecord,
  type UnknownRecord,
  unknownRecordIn,
} from './record-shape.ts';

export interface JournalContents {
  /** The valid records, in order. */
  readonly records: readonly JournalRecord[];
  /**
   * What follows them: nothing, a record that was never written completely (`torn`), one that was, and has changed since
   * (`altered`), or one that this version does not write (`strange`). After the last two nothing can be trusted.
   */
  readonly damage: 'none' | 'torn' | 'altered' | 'strange';
  /** For `strange`: the first record that is complete, and not one that this version writes. */
  readonly strange?: UnknownRecord;
  /** Where the journal continues when the run is resumed. */
  readonly end: JournalPosition;
}

/**
 * Reads a journal.
 * @throws a file system error
 */
export async function readJournal(folder: string): Promise<JournalContents> {
  const bytes = await readFile(join(folder, JOURNAL_FILE));
  const records: JournalRecord[] = [];
  let sum = '';
  let from = 0;
  const told = (damage: JournalContents['damage'], strange?: UnknownRecord): JournalContents => ({
    records,
    damage,
    ...(strange ? { strange } : {}),
    end: { seq: records.length, sum, length: from },
  });
  while (from < bytes.length) {
    const end = bytes.indexOf(0x0a, from);
    // A record that is being written has no line break yet.
    if (end < 0) return told('torn');
    const record = parseRecord(bytes.toString('utf8', from, end));
    if (!record || record.seq !== records.length || sumOf(sum, record) !== record.sum)
      return told(isLater(bytes.toString('utf8', end + 1)) ? 'altered' : 'torn');
    const known = upgradedRecord(record);
    const strange = unknownRecordIn(known, records.length + 1);
    if (strange) return told('strange', asOtherFormat(records[0], strange));
    sum = record.sum;
    records.push(known);
    from = end + 1;
  }
  return told('none');
}

/** Whether an fsynced record follows: then the bad record was on disk as well, and was altered there. */
function isLater(rest: string): boolean {
  return rest.split('\n').some((line) => {
    const record = parseRecord(line);
    return record !== undefined && SYNCED.has(record.type);
  });
}

const SYNCED: ReadonlySet<JournalEntry['type']> = new Set<JournalEntry['type']>([
  'run-started',
  'run-resumed',
  'run-judged',
  'run-finished',
  'run-forgotten',
  'intent',
  'hook-started',
  'kept',
  'made',
]);

/** The checksum that a record must have after a record with the checksum `former`. */
export function sumOf(former: string, { sum: _claimed, ...rest }: JournalRecord): string {
  return checksum(former, rest);
}

/** A line as a record, which may be incomplete or unknown to this version; undefined if it is not a record at all. */
export function parseRecord(line: string): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as JournalRecord) : undefined;
  } catch {
    // A line that is not JSON is a torn record, which the caller reports.
    return undefined;
  }
}
