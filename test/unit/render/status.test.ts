import { expect, test } from 'vitest';
import { renderStatus, type StatusContext } from '../../../src/render/status.ts';
import type { RunSummary } from '../../../src/run/run-summary.ts';

const RUN: RunSummary = {
  run: '20261123-081502-a1b2c3',
  journal: '/var/lib/blockplan/runs/20261123-081502-a1b2c3',
  outcome: 'unfinished',
  plan: 'move-web1',
  domain: 'web1',
  startedAt: Date.UTC(2026, 10, 23, 8, 15, 2, 345),
  lastAt: Date.UTC(2026, 10, 23, 8, 18, 4),
  owner: 'root@host1, pid 4242',
  holdsDefinition: false,
  ways: ['resume', 'rollback'],
  state: [],
  next: [],
};
const CONTEXT: StatusContext = {
  over: 9997,
  elsewhere: 0,
  now: Date.UTC(2026, 10, 23, 11, 15, 2),
};

function told(runs: readonly RunSummary[], context: Partial<StatusContext> = {}): string {
  return renderStatus(runs, { ...CONTEXT, ...context }, false, 80);
}

test('the most urgent run is first, and each has the commands to type', () => {
  const runs: RunSummary[] = [
    { ...RUN, run: 'running', outcome: 'running', owner: 'ann, pid 7', holdsDefinition: true },
    {
      ...RUN,
      run: 'stranded',
      outcome: 'stranded',
      happened: [
        'mirror/pivot failed: the job is not ready, and nobody knows why that should be so',
      ],
      state: ['vda is on /images/web1.qcow2'],
      next: ['virsh domblklist web1'],
    },
    { ...RUN, run: 'unfinished', damage: 'its journal ends with an incomplete record' },
    { ...RUN, holdsDefinition: true },
  ];
  const text = told(runs);
  expect(text).toMatchInlineSnapshot(`
    "orphan: the only definition of web1 may be held by move-web1 on web1, run
      20261123-081502-a1b2c3
      begun 2026-11-23 08:15:02Z by root@host1, pid 4242
      no process is working on it; its last record is from 2026-11-23 08:18:04Z
      State now
        what undefine removes is saved in
        /var/lib/blockplan/runs/20261123-081502-a1b2c3
      What to do
        $ blockplan resume 20261123-081502-a1b2c3    # finish its plan
        $ blockplan rollback 20261123-081502-a1b2c3  # undo what it did
        $ blockplan rescue 20261123-081502-a1b2c3    # restore what undefine removed

    unfinished: move-web1 on web1, run unfinished
      begun 2026-11-23 08:15:02Z by root@host1, pid 4242
      no process is working on it; its last record is from 2026-11-23 08:18:04Z
      What happened
        its journal ends with an incomplete record
      What to do
        $ blockplan resume unfinished    # finish its plan
        $ blockplan rollback unfinished  # undo what it did

    stranded: move-web1 on web1, run stranded
      begun 2026-11-23 08:15:02Z by root@host1, pid 4242
      ended 2026-11-23 08:18:04Z
      What happened
        mirror/pivot failed: the job is not ready, and nobody knows why that should
        be so
      State now
        vda is on /images/web1.qcow2
      What to do
        $ virsh domblklist web1        # see which files the guest uses
        $ blockplan resume stranded    # finish its plan
        $ blockplan rollback stranded  # undo what it did
        $ blockplan doctor web1        # diagnose the guest
        $ blockplan forget stranded    # close the run

    running: move-web1 on web1, run running, for 3 h
      begun 2026-11-23 08:15:02Z by ann, pid 7
      State now
        it holds the only definition until it defines the domain again
      What to do
        $ blockplan attach running  # follow its progress

    9997 runs are over: blockplan list
    "
  `);
  const long = text.split('\n').filter((line) => line.length > 80);
  expect(long.filter((line) => !line.startsWith('    $ '))).toEqual([]);
});

test('of equally urgent runs the newest is first, and unreadable runs come before readable ones', () => {
  const { plan: _, domain: __, startedAt: ___, owner: ____, lastAt: _____, ...known } = RUN;
  const bare = { ...known, ways: [] } as const;
  const text = told([
    { ...RUN, run: 'older', startedAt: 1 },
    { ...RUN, run: 'newer', startedAt: 2 },
    { ...bare, run: 'unread', outcome: 'unreadable', damage: 'its journal is missing' },
    { ...RUN, run: 'lost', outcome: 'uncertain' },
  ]);
  const order = ['unreadable: run unread', 'run newer', 'run older', 'uncertain: '];
  expect(order.map((word) => text.indexOf(word))).toEqual(
    order.map((word) => text.indexOf(word)).toSorted((a, b) => a - b),
  );
  for (const word of order) expect(text).toContain(word);
  expect(text).toContain('  its journal is missing\n');
  expect(text).not.toContain('blockplan resume unread');
});

test('without unfinished runs no run needs attention', () => {
  expect(told([])).toBe('No run needs attention.\n9997 runs are over: blockplan list\n');
  expect(told([], { over: 1, domain: 'web1', elsewhere: 2 })).toBe(
    `No run on web1 needs attention.
2 runs are unfinished on other domains: blockplan status
Past runs on web1: blockplan list web1
`,
  );
  expect(told([], { over: 0 })).toBe('No run needs attention.\n');
});

test('colour shows which run needs attention', () => {
  const colored = (run: RunSummary) => renderStatus([run], CONTEXT, true, 80);
  expect(colored({ ...RUN, holdsDefinition: true })).toContain('\u001b[31morphan');
  expect(colored({ ...RUN, outcome: 'running' })).toContain('\u001b[36mrunning');
});
