/**
 * Metrics in the text format of Prometheus, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). All of them are gauges: runs are counted from the state
 * directory, from which they can be removed.
 */
import type { LastRun, RunMetrics } from '../run/run-metrics.ts';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric with its help and its samples. */
function family(name: string, help: string, samples: readonly Sample[]): string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`),
  ];
}

function labelsText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${labelValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function labelValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** The whole text, in the same order at any time. */
export function renderPrometheus({
  version,
  runs,
  unfinished,
  needAttention,
  last,
}: RunMetrics): string {
  const counts = Object.entries(runs).map(([outcome, value]) => ({ labels: { outcome }, value }));
  /** A figure of each last run that has one. */
  const each = (figure: (run: LastRun) => number | undefined): Sample[] =>
    last.flatMap((run) => {
      const value = figure(run);
      return value === undefined ? [] : [{ labels: namesOf(run), value }];
    });
  const states = last.flatMap((run) =>
    Object.keys(runs).map((outcome) => ({
      labels: { ...namesOf(run), outcome },
      value: Number(run.outcome === outcome),
    })),
  );
  return [
    ...family('blockplan_info', 'Version of blockplan; always 1.', [
      { labels: { version }, value: 1 },
    ]),
    ...family('blockplan_runs', 'Runs in the state directory, by outcome.', counts),
    ...family('blockplan_runs_unfinished', 'Runs that are not over, including running ones.', [
      { labels: {}, value: unfinished },
    ]),
    ...family(
      'blockplan_runs_needing_attention',
      'Runs that are not over and that no process is working on.',
      [{ labels: {}, value: needAttention }],
    ),
    ...family(
      'blockplan_last_run_outcome',
      'Whether the last run of the plan on the domain ended with this outcome: 1 or 0.',
      states,
    ),
    ...family(
      'blockplan_last_run_timestamp_seconds',
      'When the last run ended, in seconds since the epoch.',
      each(({ endedAt }) => secondsOf(endedAt)),
    ),
    ...family(
      'blockplan_last_run_duration_seconds',
      'Time from the start of the last run to its end, including all attempts.',
      each(({ durationMs }) => secondsOf(durationMs)),
    ),
    ...family(
      'blockplan_last_run_copied_bytes',
      'Bytes that the jobs of the last run reported as copied.',
      each(({ copiedBytes }) => copiedBytes),
    ),
    ...family(
      'blockplan_last_success_timestamp_seconds',
      'When the last run that succeeded ended, in seconds since the epoch.',
      each(({ succeededAt }) => secondsOf(succeededAt)),
    ),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function namesOf({ domain, plan }: LastRun): { readonly domain: string; readonly plan: string } {
  return { domain, plan };
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : ms / 1000;
}
