/** The log that the records of a journal are folded into. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import {
  commandInDoubt,
  commandsOf,
  foldRecords,
  isRunOver,
} from '../../../src/journal/run-log.ts';
import { LOCAL, onLocal } from '../../../src/model/hosts.ts';
import {
  commanded,
  ended,
  GIVEN,
  KEPT,
  logOf,
  phase,
  RESUMED,
  recordsOf,
  STARTED,
} from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostFor, SHIPPED, shipped } from '../../plans.ts';

const M = 'mirror/mirror';
const LEFT: JournalEntry = { type: 'run-left', by: 'SIGINT' };
const FORGOTTEN: JournalEntry = { type: 'run-forgotten', host: 'h', user: 'u' };
const MADE: JournalEntry = { type: 'made', on: LOCAL, file: '/new/c', ino: '7', born: '0' };
const COPY = commanded('do', M, GIVEN.copy, 'done');
const AWAY: JournalEntry = { ...ended('stranded'), movedAway: true } as JournalEntry;

/** Folding the records at once and in two parts gives the same, wherever they are split. */
function expectSameInParts(entries: readonly JournalEntry[]): void {
  const records = recordsOf(entries);
  const whole = foldRecords(records);
  for (let cut = 0; cut <= records.length; cut++)
    expect(foldRecords(records.slice(cut), foldRecords(records.slice(0, cut)))).toEqual(whole);
}

describe('folding in two parts gives the same log', () => {
  test.each(SHIPPED)('for a run that is killed, resumed and rolled back: %s', async (plan) => {
    const runs = new Runs(hostFor(plan));
    await runs.killed(shipped(plan), ({ type }) => type === 'outcome');
    await runs.again('resume', ({ type }) => type === 'phase-finished');
    await runs.again('rollback');
    expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', end: 'rolled-back' });
    expectSameInParts(runs.entries);
  });

  test('for records in any order', () => {
    const any = fc.constantFrom<JournalEntry>(
      ...[STARTED, RESUMED, LEFT, FORGOTTEN, MADE, KEPT, AWAY],
      ...[ended('uncertain'), ended('succeeded')],
      ...phase('do', M, 'DONE', COPY),
      ...phase('undo', M, 'FAILED', commanded('undo', M, GIVEN.abort, { error: 'no' })),
      ...commanded('undo', 'run/salvage', GIVEN.define, 'done'),
    );
    fc.assert(fc.property(fc.array(any, { maxLength: 20 }), expectSameInParts));
  });
});

test('no records give an empty log', () => {
  expect(foldRecords([])).toEqual({
    ...{ attempts: [], visits: [], made: [], hooks: [], kept: {} },
    ...{ direction: 'do', movedAway: false },
  });
});

test('a run begins with its first record only', () => {
  expect(logOf([LEFT, STARTED])).not.toHaveProperty('beginning');
  const { beginning, attempts } = logOf([STARTED, { ...STARTED, plan: 'another' }]);
  expect([beginning?.plan, attempts.length]).toEqual([STARTED.plan, 1]);
});

test('attempts have their ends, and the end of the last one is that of the run', () => {
  const { attempts, finish } = logOf([
    STARTED,
    LEFT,
    RESUMED,
    ended('stranded'),
    RESUMED,
    ended('uncertain'),
  ]);
  expect(attempts.map(({ how, user, end }) => [how, user, end])).toEqual([
    ['run', 'root', 'left'],
    ['resume', 'ann', 'stranded'],
    ['resume', 'ann', 'uncertain'],
  ]);
  expect(finish?.end).toBe('uncertain');
});

test.each<[string, readonly JournalEntry[], boolean]>([
  ['has begun', [STARTED], false],
  ['is stranded', [STARTED, ended('stranded')], false],
  ['has succeeded', [STARTED, ended('succeeded')], true],
  ['was forgotten', [STARTED, ended('stranded'), FORGOTTEN], true],
  ['is resumed', [STARTED, ended('succeeded'), FORGOTTEN, RESUMED], false],
])('a run that %s is over or not', (_title, entries, over) => {
  expect(isRunOver(logOf(entries))).toBe(over);
});

describe('a visit', () => {
  const visits = (entries: readonly JournalEntry[]) =>
    logOf([STARTED, ...entries]).visits.map(({ step, commands, started, finished }) => [
      step,
      started?.direction,
      commands.length,
      finished?.result,
    ]);

  test('has its commands and its result', () => {
    expect(visits(phase('do', M, 'DONE', [...COPY, ...COPY]))).toEqual([
      ['mirror', 'do', 2, 'DONE'],
    ]);
  });

  test('ends with its process, and the next process begins another one', () => {
    const killed = phase('do', M, 'none', COPY);
    expect(visits([...killed, RESUMED, ...phase('do', M, 'FAILED')])).toEqual([
      ['mirror', 'do', 1, undefined],
      ['mirror', 'do', 0, 'FAILED'],
    ]);
  });

  test('is ended by its own result, not by that of another state', () => {
    const salvage = commanded('undo', 'run/salvage', GIVEN.define, 'done');
    expect(visits([...phase('do', M, 'none'), ...phase('undo', M, 'LOST').slice(1)])).toEqual([
      ['mirror', 'do', 0, undefined],
    ]);
    expect(visits([...phase('do', M, 'LOST', salvage), ...salvage])).toEqual([
      ['mirror', 'do', 0, 'LOST'],
      ['run', undefined, 2, undefined],
    ]);
  });
});

test('commands are listed in their order, with their answers', () => {
  const refused = commanded('do', M, GIVEN.pivot, { error: 'no', unbegun: true });
  const log = logOf([STARTED, ...phase('do', M, 'none', [...COPY, ...refused])]);
  expect(commandsOf(log)).toMatchObject([
    { effect: GIVEN.copy, seq: 2, answer: { seq: 3 } },
    { effect: GIVEN.pivot, seq: 4, answer: { error: 'no', unbegun: true } },
  ]);
});

describe('the last command is in doubt', () => {
  const intent = commanded('do', M, GIVEN.copy, 'none');
  test.each<[string, readonly JournalEntry[], boolean]>([
    ['not if there is none', [], false],
    ['without an answer', intent, true],
    ['also once the run is resumed', [...intent, RESUMED, ...phase('do', M, 'none')], true],
    ['not with an answer', COPY, false],
    ['not once a file that it created is recorded', [...intent, MADE], false],
    ['if the recorded file was created by an earlier one', [...COPY, MADE, ...intent], true],
  ])('%s', (_title, entries, doubt) => {
    const log = logOf([STARTED, ...phase('do', M, 'none'), ...entries]);
    expect(commandInDoubt(log)?.effect).toEqual(doubt ? GIVEN.copy : undefined);
  });
});

test('the log has files and bundle', () => {
  const log = logOf([STARTED, MADE, KEPT]);
  expect(log.made).toEqual([{ on: LOCAL, file: '/new/c', ino: '7', born: '0', seq: 1 }]);
  expect(log.kept).toEqual(onLocal(KEPT.bundle));
});

test('a guest that was migrated away stays away until an end that observed it here', () => {
  const isAway = (...entries: readonly JournalEntry[]) => logOf([STARTED, ...entries]).movedAway;
  expect(isAway()).toBe(false);
  expect(isAway(AWAY)).toBe(true);
  expect(isAway(AWAY, RESUMED)).toBe(true);
  expect(isAway(AWAY, RESUMED, ended('uncertain'))).toBe(true);
  expect(isAway(AWAY, RESUMED, ended('stranded'))).toBe(false);
  expect(isAway(ended('uncertain'))).toBe(false);
});

test('a judged end stands until the run ends, or another phase begins; an attempt after it does not end it', () => {
  const judged = { ...ended('succeeded', ['as planned']), type: 'run-judged' } as JournalEntry;
  const done = [STARTED, ...phase('do', M, 'DONE', COPY)];
  expect(logOf([...done, judged]).judged).toMatchObject({ end: 'succeeded' });
  expect(isRunOver(logOf([...done, judged]))).toBe(false);
  expect(logOf([...done, judged, RESUMED]).judged).toMatchObject({ end: 'succeeded' });
  expect(logOf([...done, judged, RESUMED, ...phase('undo', M, 'none')])).not.toHaveProperty(
    'judged',
  );
  expect(logOf([...done, judged, ended('succeeded')])).not.toHaveProperty('judged');
  const away = { ...judged, end: 'stranded', movedAway: true } as JournalEntry;
  expect(logOf([...done, away]).movedAway).toBe(true);
  expectSameInParts([...done, judged, RESUMED, ...phase('undo', M, 'none'), away]);
});

test('hooks belong to the end before them', () => {
  const hook = (point: 'before' | 'after' | 'on-failure'): JournalEntry => ({
    ...{ type: 'hook-started', point, number: 1, command: ['/bin/true'] },
  });
  const judged = { ...ended('stranded'), type: 'run-judged' } as JournalEntry;
  const entries = [STARTED, hook('before'), judged, hook('on-failure')];
  const past = (log: readonly JournalEntry[]) => logOf(log).hooks.map((each) => each.past === true);
  expect(past(entries)).toEqual([false, false]);
  expect(past([...entries, RESUMED, judged])).toEqual([false, true]);
  expect(past([...entries, ended('stranded')])).toEqual([false, true]);
});
