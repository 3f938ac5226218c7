/** Where the guest of an interrupted run was last seen up, and what was done since, from the records of its journal. */
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { applyRecord } from '../../../src/run/interrupted-run.ts';
import { home, type RunHost } from '../../../src/run/run-state.ts';
import { runStateIn } from '../../answered.ts';
import { virshEffect } from '../../effects.ts';
import { commanded, logOf, phase } from '../../journals.ts';
import { hostForPlans } from '../../plans.ts';
import { world } from '../../worlds.ts';

const effect = virshEffect(['resume', '--domain', 'testvm']);
const followed = (entries: readonly JournalEntry[]) =>
  applyRecord({ run: runStateIn(hostForPlans()) }, logOf(entries));
const M = 'blockcopy/mirror';

describe('what was done since the guest was last seen up', () => {
  const P = 'blockcopy/pivot';
  const other = virshEffect(['autostart', '--domain', 'testvm']);
  const since = (entries: readonly JournalEntry[]) => home(followed(entries).run).since;
  const begun = (name: string, change: { done?: number; before?: HostState }): JournalEntry[] =>
    phase('do', name, 'none').map((entry) => ({ ...entry, ...change }) as JournalEntry);
  const moved = phase('do', M, 'DONE', commanded('do', M, effect, 'done'));
  const off = world({ domain: { state: 'shut off' } });

  test.each<readonly [string, readonly JournalEntry[], RunHost['since']]>([
    [
      'is in doubt without an answer',
      phase('do', M, 'none', commanded('do', M, effect, 'none')),
      [{ effect, known: 'begun' }],
    ],
    [
      'is in doubt if it was refused',
      phase('do', M, 'none', commanded('do', M, effect, { error: 'no' })),
      [{ effect, known: 'begun' }],
    ],
    [
      'does not include what was never begun',
      phase('do', M, 'none', [
        ...commanded('do', M, effect, 'done'),
        ...commanded('do', M, other, 'done'),
        ...commanded('do', M, other, { error: 'no', unbegun: true }),
      ]),
      [
        { effect, known: 'said' },
        { effect: other, known: 'said' },
      ],
    ],
    [
      'is known as far as it was answered',
      phase('do', M, 'none', [
        ...commanded('do', M, effect, 'done'),
        ...commanded('do', M, other, 'none'),
      ]),
      [
        { effect, known: 'said' },
        { effect: other, known: 'begun' },
      ],
    ],
    [
      'is answered one by one',
      phase('do', M, 'none', [
        ...commanded('do', M, effect, { error: 'no' }),
        ...commanded('do', M, other, 'done'),
      ]),
      [
        { effect, known: 'begun' },
        { effect: other, known: 'said' },
      ],
    ],
    ['has been seen once the phase is done', moved, [{ effect, known: 'seen' }]],
    [
      'stays answered if the phase has failed',
      phase('do', M, 'FAILED', commanded('do', M, effect, 'done')),
      [{ effect, known: 'said' }],
    ],
    ['is empty when the next phase begins', [...moved, ...begun(P, {})], []],
    [
      'stays if the next phase begins with the guest off',
      [...moved, ...begun(P, { before: off })],
      [{ effect, known: 'seen' }],
    ],
    [
      'stays if the phase is continued in its middle',
      [...moved, ...begun(P, { done: 1 })],
      [{ effect, known: 'seen' }],
    ],
    [
      'stays if a rollback begins',
      [
        ...phase('do', M, 'FAILED', commanded('do', M, effect, 'done')),
        ...phase('undo', M, 'none'),
      ],
      [{ effect, known: 'said' }],
    ],
    [
      'is empty once a phase is undone',
      [
        ...phase('do', M, 'FAILED', commanded('do', M, effect, 'done')),
        ...phase('undo', M, 'DONE', commanded('undo', M, other, 'done')),
      ],
      [],
    ],
  ])('%s', (_title, entries, expected) => {
    expect(since(entries)).toEqual(expected);
  });

  test('starts where a phase began with the guest up, or was undone', () => {
    const before = world({ domain: { agent: false } });
    const lastUp = (entries: readonly JournalEntry[]) => home(followed(entries).run).lastUp;
    expect(lastUp(begun(M, { before }))).toEqual([before]);
    expect(lastUp(begun(M, { before: off }))).toEqual([hostForPlans()]);
    const failed = [...begun(M, { before }), ...phase('do', M, 'FAILED').slice(1)];
    const again = [...failed, ...begun(M, { done: 1 }), ...phase('undo', M, 'DONE')];
    expect(lastUp(again)).toEqual([world()]);
  });

  test('is reset by a phase that is undone to be repeated, which starts from its beginning', () => {
    const anew = phase('undo', M, 'DONE', commanded('undo', M, other, 'done')).map(
      (entry) =>
        (entry.type === 'phase-started' || entry.type === 'phase-finished'
          ? { ...entry, anew: true }
          : entry) as JournalEntry,
    );
    const entries = phase('do', M, 'none', commanded('do', M, effect, 'done'));
    expect(followed([...entries, ...anew.slice(0, 1)]).phase).toEqual({ direction: 'do', done: 0 });
    const { run, phase: left } = followed([...entries, ...anew]);
    expect([left, run.direction, run.state]).toEqual([
      { direction: 'do', done: 0 },
      'do',
      followed(entries).run.state,
    ]);
  });
});
