import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { JOURNAL_FILE, type JournalEntry } from '../../../src/journal/journal.ts';
import { readJournalEnds } from '../../../src/journal/journal-ends.ts';
import { readJournal } from '../../../src/journal/read.ts';
import { foldRecords, isRunOver, type RunLog } from '../../../src/journal/run-log.ts';
import { commanded, ended, journalText, phase, STARTED, virsh, writeRun } from '../../journals.ts';

const state = mkdtempSync(join(tmpdir(), 'blockplan-glance-'));
afterAll(() => rm(state, { recursive: true }));

const ENTRIES: readonly JournalEntry[] = [
  STARTED,
  ...phase(
    'do',
    'mirror/pivot',
    'DONE',
    commanded('do', 'mirror/pivot', virsh('resume', '--domain', 'größe'), 'done'),
  ),
  ended('succeeded', ['all is well']),
];

/** Reading both ends must give what reading the whole journal gives. */
async function expectAsRead(folder: string): Promise<void> {
  const { records } = await readJournal(folder);
  const { log } = readJournalEnds(folder) ?? {};
  const whole = foldRecords(records);
  const ends = ({ beginning, started, finish, last }: RunLog) => ({
    ...{ beginning, started, finish, last },
  });
  expect(log && ends(log)).toEqual(ends(whole));
  expect(log && isRunOver(log)).toBe(isRunOver(whole));
}

describe('reading both ends', () => {
  test('gives both ends of an intact journal', async () => {
    const folder = await writeRun(state, 'whole', ENTRIES);
    await expectAsRead(folder);
    expect(readJournalEnds(folder)?.damaged).toBe(false);
  });

  test('gives the same as reading all of a journal that is cut off anywhere', async () => {
    const folder = await writeRun(state, 'cut', ENTRIES);
    const whole = Buffer.from(journalText(ENTRIES));
    const ends = [...whole.keys()].filter((at) => whole[at] === 0x0a).map((at) => at + 1);
    const lengths = ends.flatMap((end) => [end - 2, end - 1, end, end + 1, end + 40]);
    for (const length of [0, 1, 400, ...lengths].filter((each) => each <= whole.length)) {
      await writeFile(join(folder, JOURNAL_FILE), whole.subarray(0, length));
      await expectAsRead(folder);
      expect(readJournalEnds(folder)?.damaged).toBe(length > 0 && !ends.includes(length));
    }
  });

  test('finds records that are longer than the first read', async () => {
    const long = 'ä'.repeat(50_000);
    const folder = await writeRun(state, 'long', [
      { ...STARTED, plan: long },
      ...ENTRIES.slice(1, -1),
      ended('stranded', [long]),
    ]);
    await expectAsRead(folder);
    expect(readJournalEnds(folder)?.damaged).toBe(false);
  });

  test('ignores an altered end, and goes back to a valid one', async () => {
    const text = journalText(ENTRIES);
    const folder = await writeRun(state, 'altered', text.replace('"succeeded"', '"stranded"'));
    const ends = readJournalEnds(folder);
    expect(ends?.log.last?.type).toBe('phase-finished');
    expect(ends?.damaged).toBe(true);
  });

  test('ignores an altered start', async () => {
    const text = journalText(ENTRIES).replace('"web1"', '"web2"');
    expect(readJournalEnds(await writeRun(state, 'head', text))?.log.beginning).toBeUndefined();
  });

  test('works for a journal of an older version', async () => {
    const { format: _, set: __, planSum: ___, ...older } = STARTED;
    const folder = await writeRun(state, 'older', [older as JournalEntry, ended('rolled-back')]);
    await expectAsRead(folder);
  });

  test('gives nothing if there is no journal', () => {
    expect(readJournalEnds(join(state, 'none'))).toBeUndefined();
  });
});
