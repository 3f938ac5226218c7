import { expect, test } from 'vitest';
import { renderRuns } from '../../../src/render/runs.ts';
import type { RunSummary } from '../../../src/run/run-summary.ts';

const RUN: RunSummary = {
  run: '20260729-081502-a1b2c3',
  plan: 'move-testvm',
  domain: 'testvm',
  disks: ['vda'],
  destinations: ['/new/testvm.qcow2'],
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
  const { plan: _, domain: __, startedAt: ___, disks: ____, destinations: _____, ...bare } = RUN;
  const { destinations: ______, ...copyless } = RUN;
  const runs: RunSummary[] = [
    { ...RUN, outcome: 'running', holdsDefinition: true },
    {
      ...{ ...RUN, outcome: 'unfinished', holdsDefinition: true },
      ...{ disks: ['vda', 'vdb'], destinations: ['/new/a', '/new/b'] },
    },
    { ...copyless, outcome: 'unfinished', damage: 'its journal ends with an incomplete record' },
    { ...bare, outcome: 'unreadable', damage: 'its journal is missing' },
    { ...RUN, domain: '日本', outcome: 'rolled-back' },
    RUN,
  ];
  expect(renderRuns(runs, false)).toMatchInlineSnapshot(`
    "OUTCOME      RUN                     DOMAIN  DISK      TOOK       PLAN         DESTINATION
    running      20260729-081502-a1b2c3  testvm  vda       -          move-testvm  /new/testvm.qcow2
    orphan       20260729-081502-a1b2c3  testvm  vda, vdb  -          move-testvm  /new/a, /new/b
    unfinished   20260729-081502-a1b2c3  testvm  vda       -          move-testvm  - (its journal ends with an incomplete record)
    unreadable   20260729-081502-a1b2c3  ?       -         -          ?            - (its journal is missing)
    rolled back  20260729-081502-a1b2c3  日本    vda       3 min 2 s  move-testvm  /new/testvm.qcow2
    succeeded    20260729-081502-a1b2c3  testvm  vda       3 min 2 s  move-testvm  /new/testvm.qcow2
    "
  `);
});

test('without runs there is no table', () => {
  expect(renderRuns([], false)).toBe('No runs.\n');
  expect(renderRuns([], false, 'web\n1')).toBe('No runs on web\\x0a1.\n');
});

test('colour shows which run needs attention', () => {
  expect(renderRuns([{ ...RUN, outcome: 'stranded' }], true)).toContain('\u001b[31mstranded');
  expect(renderRuns([{ ...RUN, outcome: 'unfinished' }], true)).toContain('\u001b[31munfinished');
});
