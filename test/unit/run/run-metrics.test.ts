/** The figures about all runs of a machine; `render/prometheus.test.ts` tests them over generated runs. */
import { expect, test } from 'vitest';
import { ENDS } from '../../../src/outcomes.ts';
import { type LastRun, type RunMetrics, runMetricsOf } from '../../../src/run/run-metrics.ts';
import type { RunStatus, RunSummary } from '../../../src/run/run-summary.ts';

const STATUSES: readonly RunStatus[] = [
  ...ENDS,
  ...(['forgotten', 'running', 'unfinished', 'unreadable'] as const),
];

/** A run of `move` on `web1`. */
function run(outcome: RunStatus, change: Partial<RunSummary> = {}): RunSummary {
  return {
    ...{ run: 'r', journal: '/j', plan: 'move', domain: 'web1', outcome },
    ...{ holdsDefinition: false, ways: [], state: [], next: [], ...change },
  };
}

const metrics = (
  runs: readonly RunSummary[],
  bytes: (run: RunSummary) => number | undefined = () => undefined,
): Promise<RunMetrics> => runMetricsOf('1.2.3', runs, async (each) => bytes(each));

const lastOf = async (...of: Parameters<typeof metrics>): Promise<readonly LastRun[]> =>
  (await metrics(...of)).last;

const named = (domain: string, plan: string) => run('succeeded', { domain, plan });

test('a machine without runs has a figure for every status', async () => {
  expect(await metrics([])).toEqual({
    ...{ version: '1.2.3', unfinished: 0, needAttention: 0, last: [] },
    runs: Object.fromEntries(STATUSES.map((status) => [status, 0])),
  });
});

test('the runs are counted by their status', async () => {
  const all = STATUSES.flatMap((status, at) => Array.from({ length: at + 1 }, () => run(status)));
  expect((await metrics(all)).runs).toEqual(
    Object.fromEntries(STATUSES.map((status, at) => [status, at + 1])),
  );
});

test.each<readonly [RunStatus, number, number]>([
  ['succeeded', 0, 0],
  ['rolled-back', 0, 0],
  ['preflight-refused', 0, 0],
  ['forgotten', 0, 0],
  ['stranded', 1, 1],
  ['uncertain', 1, 1],
  ['unfinished', 1, 1],
  ['unreadable', 1, 1],
  ['running', 1, 0],
])(
  'a run that is %s: %i unfinished, %i to attend to',
  async (outcome, unfinished, needAttention) => {
    expect(await metrics([run(outcome)])).toMatchObject({ unfinished, needAttention });
  },
);

test('a run without a plan or a domain is counted, and is the last one of none', async () => {
  const { plan: _plan, ...planless } = run('unreadable');
  const { domain: _domain, ...nowhere } = run('unreadable');
  const { runs, last } = await metrics([planless, nowhere]);
  expect([runs.unreadable, last]).toEqual([2, []]);
});

test('each plan on each domain has one last run, sorted by domain and plan', async () => {
  const all = [
    ...[named('web1', 'move'), named('web2', 'move'), named('web1', 'backup')],
    ...[named('web', '2move'), named('web1', 'move'), named('web3', 'move')],
  ];
  expect((await lastOf(all)).map(({ domain, plan }) => [domain, plan])).toEqual([
    ['web', '2move'],
    ['web1', 'backup'],
    ['web1', 'move'],
    ['web2', 'move'],
    ['web3', 'move'],
  ]);
});

test('names that look alike once they can be shown are the same', async () => {
  expect(await lastOf([named('\u001b', 'move'), named('\\x1b', 'move')])).toMatchObject([
    { domain: '\\x1b', plan: 'move' },
  ]);
});

test('the last run is the latest that is not running', async () => {
  const [first, last] = [
    run('succeeded', { startedAt: 1000, lastAt: 61_500 }),
    run('rolled-back', { startedAt: 100_000, lastAt: 130_000 }),
  ];
  const bytes = (each: RunSummary) => (each.outcome === 'rolled-back' ? 10 : 7);
  expect(await lastOf([first, last, run('running')], bytes)).toEqual([
    {
      ...{ domain: 'web1', plan: 'move', outcome: 'rolled-back', copiedBytes: 10 },
      ...{ endedAt: 130_000, durationMs: 30_000, succeededAt: 61_500 },
    },
  ]);
  expect(await lastOf([run('running')])).toEqual([]);
});

test.each<readonly [string, Partial<RunSummary>, object]>([
  ['nothing is known', {}, {}],
  ['its start is unknown', { lastAt: 5000 }, { endedAt: 5000 }],
  ['its end is unknown', { startedAt: 5000 }, {}],
  ['the clock was set back', { startedAt: 5000, lastAt: 3000 }, { endedAt: 3000, durationMs: 0 }],
])('the last run has only what is known: %s', async (_title, times, told) => {
  expect(await lastOf([run('rolled-back', times)])).toStrictEqual([
    { domain: 'web1', plan: 'move', outcome: 'rolled-back', ...told },
  ]);
});
