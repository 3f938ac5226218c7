/** The commands that end a run, and the host states that a phase begins with. */

import { describe, expect, test } from 'vitest';
import { createPlanMachine } from '../../../src/machine/machine.ts';
import { LOCAL, onLocal } from '../../../src/model/hosts.ts';
import {
  doubtOf,
  home,
  initialRunState,
  openRecoveryCommands,
  phaseStartOf,
  type RunState,
} from '../../../src/run/run-state.ts';
import { virshEffect } from '../../effects.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { world } from '../../worlds.ts';

const { graph } = planned([
  'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }',
  'blockcommit: { disk: vda, shallow: true, pivot: true }',
]);

const run = (): RunState =>
  initialRunState({
    ...{ graph, machine: createPlanMachine(graph), id: 'r1', folder: '/run' },
    hosts: onLocal({ initial: hostForPlans(), files: [] }),
  });

test('a run in its rollback can only be rolled back', () => {
  expect(openRecoveryCommands(run())).toEqual(['blockplan resume r1', 'blockplan rollback r1']);
  expect(openRecoveryCommands({ ...run(), direction: 'undo' })).toEqual(['blockplan rollback r1']);
});

test('a run begins with nothing done, in the first state of its machine', () => {
  const begins = run();
  expect(begins).toMatchObject({
    state: { name: graph.initial },
    todo: { index: 0, direction: 'do' },
    ...{ phaseStarts: [], committed: 0, doubts: [], reasons: [], next: [] },
    ...{ interrupted: false, resumed: false, direction: 'do', asked: 'run' },
  });
  const { initial: first, ...known } = home(begins);
  expect(known).toEqual({
    ...{ files: [], savepoint: first, now: first, lastSeen: first, lastUp: [first] },
    ...{ since: [], left: [], overwritten: [], kept: undefined },
  });
});

test('an effect that failed leaves its doubt, with the command that resolves it', () => {
  const thaw = virshEffect(['domfsthaw', '--domain', 'testvm']);
  expect(doubtOf(LOCAL, thaw)).toEqual([]);
  const doubtful = { ...thaw, doubt: 'it may be frozen' };
  expect(doubtOf(LOCAL, doubtful)).toEqual([
    { text: 'it may be frozen', on: LOCAL, retry: doubtful },
  ]);
});

describe('the host states that a phase begins with', () => {
  const [first, second] = graph.nodes;
  const next = graph.nodes.find((node) => node.first && node.index > 0)!;
  const start = world();
  const now = hostForPlans();

  test('of the first phase of a step are one', () => {
    expect(phaseStartOf(run(), first!, now)).toEqual({ before: now, start: now });
    const before = Array(next.index).fill({ before: start, start });
    const phaseStart = phaseStartOf({ ...run(), phaseStarts: before }, next, now);
    expect(phaseStart.start).toBe(now);
  });

  test('of a later phase are its own, and the one of its step', () => {
    const later = phaseStartOf({ ...run(), phaseStarts: [{ before: now, start }] }, second!, now);
    expect(later.start).toBe(start);
    expect(later.before).toBe(now);
  });

  test('of a later phase whose step has none recorded are its own', () => {
    expect(phaseStartOf(run(), second!, now).start).toBe(now);
    expect(phaseStartOf({ ...run(), phaseStarts: [undefined] }, second!, now).start).toBe(now);
  });
});
