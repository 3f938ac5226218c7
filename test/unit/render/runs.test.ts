import { expect, test } from 'vitest';
import { renderRuns } from '../../../src/render/runs.ts';
import type { RunSummary } from '../../../src/run/run-summary.ts';

const RUN: RunSummary = {
  run: '20260729-081502-a1b2c3',
  plan: 'move-testvm',
  domain: 'testvm',
  outcome: 'succeeded',
  startedAt: Date.UTC(2026, 6, 29, 8, 15, 2, 345),
  lastAt: Date.UTC(2026, 6, 29, 8, 18, 4),
  journal: '/state/run-1',
  holdsDefinition: false,
  ways: ['resume', 'rollback'],
  state: [],
  next: [],
};

test('runs are a table, outcome first', () => {
  const { plan: _, domain: __, startedAt: ___, ...bare } = RUN;
  const runs: RunSummary[] = [
    { ...RUN, outcome: 'running', holdsDefinition: true },
    { ...RUN, outcome: 'unfinished', holdsDefinition: true },
    { ...RUN, outcome: 'unfinished' },
    { ...bare, outcome: 'unreadable', damage: 'its journal is missing' },
    { ...RUN, domain: '日本', outcome: 'rolled-back' },
    RUN,
  ];
  expect(renderRuns(runs, false)).toMatchInlineSnapshot(`
    "OUTCOME      RUN                     DOMAIN  TOOK       PLAN
    running      20260729-081502-a1b2c3  testvm  -          move-testvm
    orphan       20260729-081502-a1b2c3  testvm  -          move-testvm
    unfinished   20260729-081502-a1b2c3  testvm  -          move-testvm
    unreadable   20260729-081502-a1b2c3  ?       -          ? (its journal is missing)
    rolled back  20260729-081502-a1b2c3  日本    3 min 2 s  move-testvm
    succeeded    20260729-081502-a1b2c3  testvm  3 min 2 s  move-testvm
    "
  `);
});

test('without runs there is no table', () => {
  expect(renderRuns([], false)).toBe('No runs.\n');
});

test('colour shows which run needs attention', () => {
  expect(renderRuns([{ ...RUN, outcome: 'stranded' }], true)).toContain('\u001b[31mstranded');
  expect(renderRuns([{ ...RUN, outcome: 'unfinished' }], true)).toContain('\u001b[31munfinished');
});
