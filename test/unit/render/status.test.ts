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

test('the most urgent first, each with what to type', () => {
  const runs: RunSummary[] = [
    { ...RUN, run: 'running', outcome: 'running', owner: 'ann, pid 7', holdsDefinition: true },
    {
      ...RUN,
      run: 'stranded',
      outcome: 'stranded',
      state: ['mirror/pivot failed: the job is not ready, and nobody knows why that should be so'],
      next: ['virsh domblklist web1'],
    },
    { ...RUN, run: 'unfinished', damage: 'its journal ends in a record that is not whole' },
    { ...RUN, holdsDefinition: true },
  ];
  const text = told(runs);
  expect(text).toMatchInlineSnapshot(`
    "orphan: the definition of web1 may be with nobody but move-web1 on web1, run
      20261123-081502-a1b2c3
      begun 2026-11-23 08:15:02Z by root@host1, pid 4242
      nobody works on it; its last record is of 2026-11-23 08:18:04Z
      what undefine would lose is kept in
      /var/lib/blockplan/runs/20261123-081502-a1b2c3
      $ blockplan resume 20261123-081502-a1b2c3    # on to the end of its plan
      $ blockplan rollback 20261123-081502-a1b2c3  # back to where it began
      $ blockplan rescue 20261123-081502-a1b2c3    # give back what undefine took

    unfinished: move-web1 on web1, run unfinished
      begun 2026-11-23 08:15:02Z by root@host1, pid 4242
      nobody works on it; its last record is of 2026-11-23 08:18:04Z
      its journal ends in a record that is not whole
      $ blockplan resume unfinished    # on to the end of its plan
      $ blockplan rollback unfinished  # back to where it began

    stranded: move-web1 on web1, run stranded
      begun 2026-11-23 08:15:02Z by root@host1, pid 4242
      ended 2026-11-23 08:18:04Z
      mirror/pivot failed: the job is not ready, and nobody knows why that should be
      so
      $ virsh domblklist web1
      $ blockplan resume stranded    # on to the end of its plan
      $ blockplan rollback stranded  # back to where it began
      $ blockplan doctor web1        # what is wrong with it now
      $ blockplan forget stranded    # count it as over

    running: move-web1 on web1, run running, for 3 h
      begun 2026-11-23 08:15:02Z by ann, pid 7
      it keeps the definition until it defines the domain again
      $ blockplan attach running  # its progress

    9997 runs are over: blockplan list
    "
  `);
  const long = text.split('\n').filter((line) => line.length > 80);
  expect(long.filter((line) => !line.startsWith('  $ '))).toEqual([]);
});

test('within a kind the newest first, and what cannot be read before what can', () => {
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

test('nothing to do', () => {
  expect(told([])).toBe('No run needs anybody.\n9997 runs are over: blockplan list\n');
  expect(told([], { over: 1, domain: 'web1', elsewhere: 2 })).toBe(
    `No run on web1 needs anybody.
2 runs are not over on other domains: blockplan status
1 run is over: blockplan list
`,
  );
  expect(told([], { over: 0 })).toBe('No run needs anybody.\n');
});

test('colour says which run needs a person', () => {
  const colored = (run: RunSummary) => renderStatus([run], CONTEXT, true, 80);
  expect(colored({ ...RUN, holdsDefinition: true })).toContain('\u001b[31morphan');
  expect(colored({ ...RUN, outcome: 'running' })).toContain('\u001b[36mrunning');
});
