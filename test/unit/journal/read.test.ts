import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createJournal,
  FORMAT,
  JOURNAL_FILE,
  type JournalEntry,
  RESERVE_FILE,
  reopenJournal,
} from '../../../src/journal/journal.ts';
import { readJournal } from '../../../src/journal/read.ts';
import { isRunOver, readRunLog } from '../../../src/journal/run-log.ts';
import {
  addUnfinished,
  removeUnfinished,
  unfinishedRuns,
} from '../../../src/journal/unfinished.ts';
import { LOCAL, onLocal } from '../../../src/model/hosts.ts';
import { world } from '../../worlds.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blockplan-replay-'));
});
afterEach(() => rm(folder, { recursive: true }));

const STARTED: JournalEntry = {
  type: 'run-started',
  format: FORMAT,
  run: 'r',
  plan: 'p',
  domain: 'd',
  uuid: 'c7a5fdbd-edaf-9455-926a-d65c16db1809',
  uri: '',
  host: 'h',
  user: 'root',
  pid: 1,
  version: '0',
  steps: [],
  set: {},
  planSum: '',
  hosts: onLocal(world()),
};
const ref = { step: 's', phase: 'p', direction: 'do' } as const;
const INTENT: JournalEntry = {
  type: 'intent',
  ...ref,
  on: LOCAL,
  effect: { tool: 'keep-definition', why: 'w' },
};
const OUTCOME: JournalEntry = { type: 'outcome', ...ref };
const RESUMED: JournalEntry = {
  type: 'run-resumed',
  how: 'resume',
  host: 'h',
  user: 'root',
  pid: 2,
  version: '0',
};
const finished = (end: 'succeeded' | 'rolled-back' | 'stranded' | 'uncertain'): JournalEntry => ({
  type: 'run-finished',
  end,
  interrupted: false,
  state: [],
  next: [],
});

const file = () => join(folder, JOURNAL_FILE);

/** Writes entries to a new journal, as a killed process would leave it. */
async function left(...entries: readonly JournalEntry[]): Promise<void> {
  const journal = await createJournal(folder);
  for (const entry of entries) await journal.append(entry, true);
  await journal.close();
}

async function types(): Promise<{ types: string[]; damage: string }> {
  const { records, damage } = await readJournal(folder);
  return { types: records.map(({ type }) => type), damage };
}

test.each([
  ['nothing', ''],
  ['half a record', '{"seq":3,"time":"2026-'],
  ['a record with a wrong checksum', '{"seq":3,"type":"outcome","sum":"0"}\n'],
  ['zeros, as a power loss leaves them', '\0'.repeat(4096)],
  ['two records that were never synced', '{"type":"outcome"}\n{"type":"phase-finished"}\n'],
])('a journal that ends in %s continues after its last valid record', async (_what, tail) => {
  await left(STARTED, INTENT, OUTCOME);
  await appendFile(file(), tail);
  const contents = await readJournal(folder);
  expect(contents.damage).toBe(tail === '' ? 'none' : 'torn');
  const journal = await reopenJournal(folder, contents.end);
  await journal.append(RESUMED, true);
  await journal.append(finished('succeeded'), true);
  await journal.close();
  expect(await types()).toEqual({
    types: ['run-started', 'intent', 'outcome', 'run-resumed', 'run-finished'],
    damage: 'none',
  });
});

test('a bad record before synced ones is not torn but altered', async () => {
  await left(STARTED, INTENT, OUTCOME, INTENT);
  const lines = (await readFile(file(), 'utf8')).split('\n');
  lines[2] = lines[2]!.replace('"do"', '"du"');
  await writeFile(file(), lines.join('\n'));
  expect(await types()).toEqual({ types: ['run-started', 'intent'], damage: 'altered' });
});

test('a journal without a format has no start that this version knows', async () => {
  const { format: _none, ...older } = STARTED;
  await left(older as JournalEntry);
  const log = await readRunLog(folder);
  expect(log.end.seq).toBe(1);
  expect(log.started).toBeUndefined();
});

test('a run is over when it has succeeded or is rolled back, and not when it was resumed since', async () => {
  await left(STARTED, finished('uncertain'), RESUMED);
  expect((await readRunLog(folder)).finish).toBeUndefined();
  const again = await reopenJournal(folder, (await readJournal(folder)).end);
  for (const [end, over] of [
    ['stranded', false],
    ['uncertain', false],
    ['rolled-back', true],
    ['succeeded', true],
  ] as const) {
    await again.append(finished(end), true);
    const log = await readRunLog(folder);
    expect(log.finish?.end).toBe(end);
    expect(isRunOver(log)).toBe(over);
  }
  await again.close();
});

test('the space for the rollback is reserved at the start and freed at the end', async () => {
  const journal = await createJournal(folder);
  expect((await readFile(join(folder, RESERVE_FILE))).length).toBeGreaterThan(500_000);
  await journal.close();
  await expect(readFile(join(folder, RESERVE_FILE))).rejects.toThrow('ENOENT');
});

test('the index lists the runs that are not over', async () => {
  expect(await unfinishedRuns(folder)).toEqual([]);
  await addUnfinished(folder, 'b');
  await addUnfinished(folder, 'a');
  expect(await unfinishedRuns(folder)).toEqual(['a', 'b']);
  await removeUnfinished(folder, 'a');
  await removeUnfinished(folder, 'a');
  expect(await unfinishedRuns(folder)).toEqual(['b']);
});
