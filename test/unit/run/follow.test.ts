/** How far a run came that was left half-way, as the records of its journal tell. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../src/journal/journal.ts';
import type { Effect } from '../../../src/model/effect.ts';
import { backFrom, follow, type Left } from '../../../src/run/recover.ts';
import { courseIn } from '../../answered.ts';
import { commanded, phase } from '../../journals.ts';
import { hostForPlans, planned } from '../../plans.ts';

const MOVE = planned(['blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }']);
const effect: Effect = { tool: 'virsh', argv: ['x'], why: '' };
const thaw: Effect = { ...effect, optional: true, doubt: 'it may be frozen' };
const followed = (entries: readonly Entry[]): Left =>
  entries.reduce(follow, { course: courseIn(hostForPlans(), MOVE) });
const M = 'blockcopy/mirror';

describe('a journal tells', () => {
  test.each<readonly [string, readonly Entry[], Left['phase']]>([
    ['that nothing has begun', [], undefined],
    ['that a phase has begun', phase('do', M, 'none'), { direction: 'do', done: 0 }],
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
      'that a helping hand has failed, which ends nothing',
      phase('do', M, 'none', commanded('do', M, thaw, { error: 'no' })),
      { direction: 'do', done: 1 },
    ],
    [
      'of an effect beside the phase, which is none of it',
      phase('do', M, 'none', commanded('do', 'run/come-back', effect, 'done')),
      { direction: 'do', done: 0 },
    ],
    [
      'of an effect of another phase of the step, which is none of it',
      phase('do', M, 'none', commanded('do', 'blockcopy/pivot', effect, 'done')),
      { direction: 'do', done: 0 },
    ],
    [
      'of an effect in the other direction, which is none of it',
      phase('do', M, 'none', commanded('undo', M, effect, 'done')),
      { direction: 'do', done: 0 },
    ],
    ['that a phase is done', phase('do', M, 'DONE'), undefined],
    [
      'that a phase was lost from sight, which is not over',
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
      'that a rollback is stranded, which can be tried once more',
      [...phase('do', M, 'FAILED'), ...phase('undo', M, 'FAILED')],
      { direction: 'undo', done: 0 },
    ],
  ])('%s', (_title, entries, left) => {
    expect(followed(entries).phase).toEqual(left);
  });

  test('what is in doubt after a helping hand has failed', () => {
    const entries = phase('do', M, 'none', commanded('do', M, thaw, { error: 'no' }));
    expect(followed(entries).course.doubts).toEqual([{ text: 'it may be frozen', retry: thaw }]);
    const refused = phase('do', M, 'none', commanded('do', M, effect, { error: 'no' }));
    expect(followed(refused).course.doubts).toEqual([]);
  });

  test('what was written over, also beside a phase', () => {
    const copy: Effect = { ...effect, loses: ['/new/c'] };
    expect(followed(commanded('do', M, copy, 'none')).course.overwritten).toEqual(['/new/c']);
  });

  test('no phase that the plan does not have', () => {
    expect(() => followed(phase('do', 'x/y', 'none'))).toThrow(
      'the journal tells of x/y, which the plan does not have',
    );
  });
});

describe('a rollback begins', () => {
  const from = (entries: readonly Entry[]) => {
    const { state, todo } = backFrom(followed(entries));
    return [state, todo];
  };
  const P = 'blockcopy/pivot';
  const undoing = (name: string, index: number) => [
    { name: `undo:${name.replace('/', ':')}` },
    { index, direction: 'undo' },
  ];

  test.each([
    [
      'nowhere where nothing has begun',
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
      'where the rollback is that is under way',
      [...phase('do', M, 'DONE'), ...phase('do', P, 'FAILED'), ...phase('undo', P, 'DONE')],
      undoing(M, 0),
    ],
  ] as const)('%s', (_title, entries, at) => {
    expect(from(entries)).toEqual(at);
  });

  test('nowhere where it is over', () => {
    const entries = [...phase('do', M, 'FAILED'), ...phase('undo', M, 'DONE')];
    expect(from(entries)[0]).toMatchObject({ final: 'rolled-back' });
  });
});
