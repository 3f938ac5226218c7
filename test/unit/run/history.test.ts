import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { foldRecords, readRunLog } from '../../../src/journal/run-log.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import { type History, historyOf } from '../../../src/run/history.ts';
import {
  commanded,
  ended,
  GIVEN,
  journalText,
  logOf,
  phase,
  RESUMED,
  recordsOf,
  STARTED,
  writeRun,
} from '../../journals.ts';

const state = mkdtempSync(join(tmpdir(), 'blockplan-history-'));
afterAll(() => rm(state, { recursive: true }));

let runs = 0;
async function history(journal: readonly JournalEntry[] | string): Promise<History | undefined> {
  return historyOf(await readRunLog(await writeRun(state, `run-${++runs}`, journal)));
}

const COPY = commanded('do', 'mirror/mirror', GIVEN.copy, 'done');
const PIVOT = commanded('do', 'mirror/pivot', GIVEN.pivot, { error: 'not ready' });
const ABORT = commanded('undo', 'mirror/pivot', GIVEN.abort, 'done');

const COPIES = 'virsh blockcopy --domain web1 --path vda --dest /new/c';
const ABORTS = 'virsh blockjob --domain web1 --path vda --abort';

test('the path through the machine has each command with its answer and time', async () => {
  const told = await history([
    STARTED,
    ...phase('do', 'mirror/mirror', 'DONE', COPY),
    ...phase('do', 'mirror/pivot', 'FAILED', PIVOT, 'it is not ready'),
    ...phase('undo', 'mirror/pivot', 'DONE', ABORT),
    ended('rolled-back', ['as before']),
  ]);
  expect(
    told?.path.map(({ state, direction, result, error }) => ({ state, direction, result, error })),
  ).toEqual([
    { state: 'mirror:mirror', direction: 'do', result: 'DONE' },
    { state: 'mirror:pivot', direction: 'do', result: 'FAILED', error: 'it is not ready' },
    { state: 'undo:mirror:pivot', direction: 'undo', result: 'DONE' },
  ]);
  expect(told?.path.map(({ commands }) => commands)).toMatchObject([
    [{ command: COPIES, answer: 'done', durationMs: 1000 }],
    [
      {
        command: 'virsh blockjob --domain web1 --path vda --pivot',
        answer: 'failed',
        error: 'not ready',
      },
    ],
    [{ command: ABORTS, why: 'have virsh blockjob', answer: 'done' }],
  ]);
  expect(told?.path[0]?.durationMs).toBe(3000);
  expect(told?.finish).toMatchObject({ end: 'rolled-back', state: ['as before'] });
});

test('a run that was killed, left and resumed has all attempts', async () => {
  const told = await history([
    STARTED,
    ...phase('do', 'mirror/mirror', 'none', commanded('do', 'mirror/mirror', GIVEN.copy, 'none')),
    RESUMED,
    ...phase('do', 'mirror/mirror', 'DONE'),
    { type: 'run-left', by: 'SIGINT' },
    RESUMED,
    ended('stranded'),
    { ...RESUMED, how: 'rollback' } as JournalEntry,
  ]);
  expect(told?.taken.map(({ how, user, end }) => [how, user, end])).toEqual([
    ['run', 'root', undefined],
    ['resume', 'ann', 'left'],
    ['resume', 'ann', 'stranded'],
    ['rollback', 'ann', undefined],
  ]);
  expect(told).not.toHaveProperty('finish');
  const [killed, again] = told?.path ?? [];
  expect(killed).not.toHaveProperty('result');
  expect(killed?.commands[0]).not.toHaveProperty('answer');
  expect(again?.result).toBe('DONE');
});

test('commands outside of all states have an entry of their own', async () => {
  const told = await history([
    STARTED,
    ...phase('undo', 'mirror/pivot', 'FAILED'),
    ...commanded('undo', 'run/salvage', GIVEN.define, 'done'),
  ]);
  expect(told?.path.map(({ state, commands }) => [state, commands.length])).toEqual([
    ['undo:mirror:pivot', 0],
    ['undo:run:salvage', 1],
  ]);
});

test('commands outside of all states do not become part of the current state', async () => {
  const told = await history([
    STARTED,
    ...phase('do', 'mirror/pivot', 'none', PIVOT),
    ...commanded('do', 'run/come-back', GIVEN.undefine, 'done'),
    ...COPY,
  ]);
  expect(told?.path.map(({ state, commands }) => [state, commands.length])).toEqual([
    ['mirror:pivot', 1],
    ['run:come-back', 1],
    ['mirror:mirror', 1],
  ]);
});

test('the end of a state belongs to it, whatever was done outside of it in between', async () => {
  const beside = commanded('do', 'run/come-back', GIVEN.undefine, 'done');
  const told = await history([
    STARTED,
    ...phase('do', 'mirror/mirror', 'FAILED', [...COPY, ...beside], 'contact was lost'),
  ]);
  expect(told?.path).toMatchObject([
    { state: 'mirror:mirror', result: 'FAILED', error: 'contact was lost', durationMs: 5000 },
    { state: 'run:come-back', commands: [{ answer: 'done' }] },
  ]);
  expect(told?.path[1]).not.toHaveProperty('result');
});

test('a command after the end of its state has an entry of its own', async () => {
  const told = await history([STARTED, ...phase('do', 'mirror/mirror', 'DONE'), ...COPY]);
  expect(told?.path).toMatchObject([
    { state: 'mirror:mirror', result: 'DONE', commands: [] },
    { state: 'mirror:mirror', commands: [{ command: COPIES }] },
  ]);
});

test('a command without a state has an entry of its own', async () => {
  const told = await history([STARTED, ...COPY]);
  expect(told?.path.map(({ state }) => state)).toEqual(['mirror:mirror']);
});

test('a successful state has no error, and records without a command change nothing', async () => {
  const told = await history([
    STARTED,
    { type: 'made', on: LOCAL, file: '/c', ino: '1', born: '0' },
    { type: 'outcome', step: 'mirror', phase: 'mirror', direction: 'do' },
    ...phase('do', 'mirror/mirror', 'DONE', COPY),
  ]);
  expect(told?.path).toHaveLength(1);
  expect(told?.path[0]).not.toHaveProperty('error');
  expect(told?.path[0]?.commands[0]).not.toHaveProperty('error');
});

test('a torn journal gives its complete records, and one without a start nothing', async () => {
  const text = journalText([STARTED, ...phase('do', 'mirror/mirror', 'DONE', COPY)]);
  const told = await history(text.slice(0, -10));
  expect(told?.damage).toBe('torn');
  expect(told?.path[0]?.commands).toHaveLength(1);
  expect(told?.path[0]).not.toHaveProperty('result');
  expect(await history('')).toBeUndefined();
});

test('a clock that was set back gives no negative duration', async () => {
  const entries = [STARTED, ...phase('do', 'mirror/mirror', 'DONE', COPY)];
  const back = recordsOf(entries).map((record, at) => ({
    ...record,
    time: new Date(1e12 - at).toISOString(),
  }));
  const told = historyOf({ ...logOf(entries), ...foldRecords(back) });
  expect(told?.path[0]?.durationMs).toBe(0);
});
