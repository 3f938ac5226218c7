/** Figures about all runs of a machine, for monitoring. */
import { ENDS } from '../outcomes.ts';
import { printable } from '../printable.ts';
import { isStatusOver, type RunStatus, type RunSummary } from './run-summary.ts';

/** Every status, so that each has a figure even if no run has it. */
const RUN_STATUSES: readonly RunStatus[] = [
  ...ENDS,
  'forgotten',
  'running',
  'unfinished',
  'unreadable',
];

export interface RunMetrics {
  readonly version: string;
  /** How many runs there are, by their status. */
  readonly runs: Readonly<Record<RunStatus, number>>;
  /** How many runs are not over; running ones are included. */
  readonly unfinished: number;
  /** How many runs are not over and have no process. */
  readonly needAttention: number;
  /** By domain and plan, sorted. */
  readonly last: readonly LastRun[];
}

/** The last run of a plan on a domain that is not running. */
export interface LastRun {
  /** As it can be shown, and so is the plan's name. */
  readonly domain: string;
  readonly plan: string;
  readonly outcome: RunStatus;
  /** When its last record was written; milliseconds since the epoch. */
  readonly endedAt?: number;
  readonly durationMs?: number;
  readonly copiedBytes?: number;
  /** When the last run that succeeded ended, which may be an earlier one; milliseconds since the epoch. */
  readonly succeededAt?: number;
}

/**
 * @param summaries of all runs, oldest first
 * @param copiedBytes how much a run copied, as far as is known; asked for the last runs only
 */
export async function runMetricsOf(
  version: string,
  summaries: readonly RunSummary[],
  copiedBytes: (run: RunSummary) => Promise<number | undefined>,
): Promise<RunMetrics> {
  const counts = RUN_STATUSES.map((status) => [
    status,
    summaries.filter(({ outcome }) => outcome === status).length,
  ]);
  const open = summaries.filter(({ outcome }) => !isStatusOver(outcome));
  const last = [...byPlan(summaries).values()].map((runs) => lastRunOf(runs, copiedBytes));
  return {
    version,
    runs: Object.fromEntries(counts) as Record<RunStatus, number>,
    unfinished: open.length,
    needAttention: open.filter(({ outcome }) => outcome !== 'running').length,
    last: (await Promise.all(last)).flat().toSorted(byName),
  };
}

type NamedRun = RunSummary & Required<Pick<RunSummary, 'plan' | 'domain'>>;

/** The runs of each plan on each domain. Names that look alike once they can be shown count as the same. */
function byPlan(summaries: readonly RunSummary[]): ReadonlyMap<string, readonly NamedRun[]> {
  const found = new Map<string, NamedRun[]>();
  for (const run of summaries) {
    if (run.plan === undefined || run.domain === undefined) continue;
    const named = { ...run, plan: printable(run.plan), domain: printable(run.domain) };
    const key = JSON.stringify([named.domain, named.plan]);
    const runs = found.get(key);
    if (runs) runs.push(named);
    else found.set(key, [named]);
  }
  return found;
}

function byName(a: LastRun, b: LastRun): number {
  const [one, other] = [a, b].map(({ domain, plan }) => `${domain}\0${plan}`) as [string, string];
  return one < other ? -1 : Number(one > other);
}

/** @param runs of one plan on one domain, oldest first */
async function lastRunOf(
  runs: readonly NamedRun[],
  copiedBytes: (run: RunSummary) => Promise<number | undefined>,
): Promise<LastRun[]> {
  const last = runs.findLast(({ outcome }) => outcome !== 'running');
  if (!last) return [];
  const { domain, plan, outcome, startedAt, lastAt } = last;
  const copied = await copiedBytes(last);
  const success = runs.findLast((run) => run.outcome === 'succeeded')?.lastAt;
  return [
    {
      ...{ domain, plan, outcome },
      ...(lastAt === undefined ? {} : { endedAt: lastAt }),
      ...(lastAt === undefined || startedAt === undefined
        ? {}
        : { durationMs: Math.max(0, lastAt - startedAt) }),
      ...(copied === undefined ? {} : { copiedBytes: copied }),
      ...(success === undefined ? {} : { succeededAt: success }),
    },
  ];
}
