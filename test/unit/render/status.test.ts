import { expect, test } from 'vitest';
import { type RunStatus, renderStatus } from '../../../src/render/status.ts';

const RUN: RunStatus = {
  run: 'run-1',
  plan: 'move-testvm',
  domain: 'testvm',
  outcome: 'succeeded',
  startedAt: Date.UTC(2026, 6, 29, 8, 15, 2, 345),
  finishedAt: Date.UTC(2026, 6, 29, 8, 18, 4),
  journal: '/state/run-1',
  alive: false,
};
const { finishedAt: _, ...OPEN } = RUN;

test('a table, outcome first', () => {
  const runs: RunStatus[] = [
    { ...OPEN, run: 'run-4', outcome: 'unfinished', alive: true, owner: 'root@host, pid 42' },
    { ...OPEN, run: 'run-3', outcome: 'unfinished' },
    { ...RUN, run: 'run-2', domain: '日本', outcome: 'rolled-back' },
    RUN,
  ];
  expect(renderStatus(runs, false)).toMatchInlineSnapshot(`
    "OUTCOME                      RUN    DOMAIN  PLAN         STARTED               TOOK       JOURNAL
    running (root@host, pid 42)  run-4  testvm  move-testvm  2026-07-29 08:15:02Z  -          /state/run-1
    unfinished                   run-3  testvm  move-testvm  2026-07-29 08:15:02Z  -          /state/run-1
    rolled back                  run-2  日本    move-testvm  2026-07-29 08:15:02Z  3 min 2 s  /state/run-1
    succeeded                    run-1  testvm  move-testvm  2026-07-29 08:15:02Z  3 min 2 s  /state/run-1
    "
  `);
});

test('no runs', () => {
  expect(renderStatus([], false)).toBe('No runs.\n');
});

test('colour says which run needs a person', () => {
  expect(renderStatus([{ ...RUN, outcome: 'stranded' }], true)).toContain('\u001b[31mstranded');
  expect(renderStatus([{ ...OPEN, outcome: 'unfinished' }], true)).toContain(
    '\u001b[31munfinished',
  );
});
