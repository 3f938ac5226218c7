/** How far an interrupted run came, from the records of its journal. */

import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import {
  applyRecord,
  type InterruptedRun,
  runOfAttempt,
} from '../../../src/run/interrupted-run.ts';
import { home } from '../../../src/run/run-state.ts';
import { runStateIn } from '../../answered.ts';
import { virshEffect } from '../../effects.ts';
import { commanded, logOf, phase } from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';

const MOVE = planned(['blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }']);
const effect = virshEffect(['resume', '--domain', 'testvm']);
const thaw = virshEffect(['domfsthaw', '--domain', 'testvm'], {
  ...{ optional: true, doubt: 'it may be frozen' },
});
const followed = (entries: readonly JournalEntry[]): InterruptedRun =>
  applyRecord({ run: runStateIn(hostForPlans(), MOVE) }, logOf(entries));
const M = 'blockcopy/mirror';

describe('a journal shows', () => {
  test.each<readonly [string, readonly JournalEntry[], InterruptedRun['phase']]>([
    ['that nothing has begun', [], undefined],
    ['that a phase has begun', phase('do', M, 'none'), { direction: 'do', done: 0 }],
    [
      'that a phase has begun in its middle',
      phase('do', M, 'none').map((entry) => ({ ...entry, done: 1 }) as JournalEntry),
      { direction: 'do', done: 1 },
    ],
    [
      'which effect is in doubt',
      phase('do', M, 'none', commanded('do', M, effect, 'none')),
      { direction: 'do', done: 0, doubtful: effect },
    ],
    [
      'which effect is done',
      phase('do', M, 'none', commanded('do', M, effect, 'done')),
      { direction: 'do', done: 1 },
    ],
    [
      'which effect has failed',
      phase('do', M, 'none', commanded('do', M, effect, { error: 'no' })),
      { direction: 'do', done: 0 },
    ],
    [
      'that a best-effort command has failed, which does not end the phase',
      phase('do', M, 'none', commanded('do', M, thaw, { error: 'no' })),
      { direction: 'do', done: 1 },
    ],
    [
      'an effect outside of the phase, which does not belong to it',
      phase('do', M, 'none', commanded('do', 'run/come-back', effect, 'done')),
      { direction: 'do', done: 0 },
    ],
    [
      'an effect of another phase of the step, which does not belong to it',
      phase('do', M, 'none', commanded('do', 'blockcopy/pivot', effect, 'done')),
      { direction: 'do', done: 0 },
    ],
    [
      'an effect in the other direction, which does not belong to the phase',
      phase('do', M, 'none', commanded('undo', M, effect, 'done')),
      { direction: 'do', done: 0 },
    ],
    ['that a phase is done', phase('do', M, 'DONE'), undefined],
    [
      'that a phase lost the connection and is not over',
      phase('do', M, 'LOST'),
      { direction: 'do', done: 0 },
    ],
    [
      'that a rollback is under way',
      [
        ...phase('do', M, 'FAILED'),
        ...phase('undo', M, 'none', commanded('undo', M, effect, 'done')),
      ],
      { direction: 'undo', done: 1 },
    ],
    [
      'that a rollback is stranded and can be tried again',
      [...phase('do', M, 'FAILED'), ...phase('undo', M, 'FAILED')],
      { direction: 'undo', done: 0 },
    ],
  ])('%s', (_title, entries, left) => {
    expect(followed(entries).phase).toEqual(left);
  });

  test('which way the run goes', () => {
    const failed = phase('do', M, 'FAILED');
    const direction = (entries: readonly JournalEntry[]) => followed(entries).run.direction;
    expect(direction(phase('do', M, 'DONE'))).toBe('do');
    expect(direction([...failed, ...phase('undo', M, 'none')])).toBe('undo');
  });

  test('which of two steps with the same phases has begun, and whose effects are done', () => {
    const two = planned([
      `{ id: a, blockcopy: { disk: vda, dest: /new/a, shallow: true, pivot: true } }`,
      `{ id: b, blockcopy: { disk: vda, dest: /new/b, shallow: true, pivot: true } }`,
    ]);
    const inTwo = (entries: readonly JournalEntry[]) =>
      applyRecord({ run: runStateIn(hostForPlans(), two) }, logOf(entries));
    const first = [...phase('do', 'a/mirror', 'DONE'), ...phase('do', 'a/pivot', 'DONE')];
    const { run } = inTwo([...first, ...phase('do', 'b/mirror', 'none')]);
    expect([run.todo, run.phaseStarts.length]).toEqual([{ index: 2, direction: 'do' }, 3]);
    const others = commanded('do', 'b/mirror', effect, 'done');
    expect(inTwo(phase('do', 'a/mirror', 'none', others)).phase).toEqual({
      ...{ direction: 'do', done: 0 },
    });
  });

  test('what is in doubt after a best-effort command has failed', () => {
    const entries = phase('do', M, 'none', commanded('do', M, thaw, { error: 'no' }));
    expect(followed(entries).run.doubts).toEqual([
      { text: 'it may be frozen', on: LOCAL, retry: thaw },
    ]);
    const refused = phase('do', M, 'none', commanded('do', M, effect, { error: 'no' }));
    expect(followed(refused).run.doubts).toEqual([]);
  });

  test('what was overwritten, also outside of a phase', () => {
    const copy = { ...effect, loses: ['/new/c'] };
    expect(home(followed(commanded('do', M, copy, 'none')).run).overwritten).toEqual(['/new/c']);
  });

  test('an error for a phase that is not in the plan', () => {
    expect(() => followed(phase('do', 'x/y', 'none'))).toThrow(
      expect.objectContaining({
        end: 'preflight-refused',
        findings: [
          {
            ...{ code: 'BP212', severity: 'error' },
            message: 'the journal has a record of x/y, which is not in the plan',
            hint: expect.stringContaining('blockplan doctor testvm'),
          },
        ],
      }),
    );
  });
});

describe('a log that is applied in two parts', () => {
  test.each(SHIPPED)('gives the same run as one that is applied at once: %s', async (plan) => {
    for (const fault of [[], [{ at: 6, fault: 'refused' }]] as const) {
      const runs = new Runs(hostForPlans(), fault);
      await runs.killed(shipped(plan), ({ type }) => type === 'phase-finished');
      await runs.again('rollback');
      const { entries } = runs;
      const start: InterruptedRun = { run: runStateIn(hostForPlans(), shipped(plan)) };
      const whole = applyRecord(start, logOf(entries));
      for (const [at, { type }] of entries.entries())
        if (type === 'phase-started') {
          const first = applyRecord(start, logOf(entries.slice(0, at)));
          const { phase: left, run } = applyRecord(first, logOf(entries.slice(at)));
          expect(left).toEqual(whole.phase);
          expect({ ...run, graph: 0 }).toEqual({ ...whole.run, graph: 0 });
        }
    }
  });
});

describe('a rollback begins', () => {
  const from = (entries: readonly JournalEntry[]) => {
    const { state, todo } = runOfAttempt(followed(entries), 'rollback');
    return [state, todo];
  };
  const P = 'blockcopy/pivot';
  const undoing = (name: string, index: number) => [
    { name: `undo:${name.replace('/', ':')}` },
    { index, direction: 'undo' },
  ];

  test.each([
    [
      'nowhere if nothing has begun',
      [],
      [{ name: 'rolled-back', final: 'rolled-back' }, undefined],
    ],
    ['with the phase that is under way', phase('do', M, 'none'), undoing(M, 0)],
    ['with the last phase that is done', phase('do', M, 'DONE'), undoing(M, 0)],
    [
      'with the phase that has failed',
      [...phase('do', M, 'DONE'), ...phase('do', P, 'FAILED')],
      undoing(P, 1),
    ],
    [
      'with the last phase of a plan that is done',
      [...phase('do', M, 'DONE'), ...phase('do', P, 'DONE')],
      undoing(P, 1),
    ],
    [
      'at the phase of a rollback that is under way',
      [...phase('do', M, 'DONE'), ...phase('do', P, 'FAILED'), ...phase('undo', P, 'DONE')],
      undoing(M, 0),
    ],
  ] as const)('%s', (_title, entries, at) => {
    expect(from(entries)).toEqual(at);
  });

  test('nowhere if it is over', () => {
    const entries = [...phase('do', M, 'FAILED'), ...phase('undo', M, 'DONE')];
    expect(from(entries)[0]).toMatchObject({ final: 'rolled-back' });
  });
});
