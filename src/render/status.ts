/** The table of runs that `blockplan status` prints. */
import type { End } from '../errors.ts';
import { printable } from '../printable.ts';
import { durationText } from './amounts.ts';
import { palette } from './color.ts';
import { OUTCOMES, outcomePaint } from './report.ts';
import { padded, textWidth } from './width.ts';

/** One run, as its folder tells. */
export interface RunStatus {
  readonly run: string;
  readonly plan: string;
  readonly domain: string;
  /** How it ended; `unfinished` while its journal has no end. */
  readonly outcome: End | 'unfinished';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** The folder that holds the journal. */
  readonly journal: string;
  /** Whether the process that runs it still does. */
  readonly alive: boolean;
  /** Who runs it, such as `root@host, pid 4242`. */
  readonly owner?: string;
}

const HEAD = ['OUTCOME', 'RUN', 'DOMAIN', 'PLAN', 'STARTED', 'TOOK', 'JOURNAL'] as const;

/** The runs as a table, outcome first, in the order given. */
export function renderStatus(runs: readonly RunStatus[], color: boolean): string {
  if (runs.length === 0) return 'No runs.\n';
  const paint = palette(color);
  const rows = runs.map((run) => cells(run));
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => textWidth(row[column] ?? ''))),
  );
  const line = (row: readonly string[], first: (text: string) => string): string =>
    row
      .map((cell, column) => {
        const last = column === HEAD.length - 1;
        const text = last ? cell : padded(cell, widths[column] ?? 0);
        return column === 0 ? first(text) : text;
      })
      .join('  ');
  const body = runs.map((run, index) => {
    const outcome =
      run.outcome === 'unfinished'
        ? run.alive
          ? paint.cyan
          : paint.red
        : outcomePaint(run.outcome, color);
    return line(rows[index] ?? [], outcome);
  });
  return `${[paint.dim(line(HEAD, (text) => text)), ...body].join('\n')}\n`;
}

function cells(run: RunStatus): string[] {
  return [
    outcomeWord(run),
    printable(run.run),
    printable(run.domain),
    printable(run.plan),
    momentText(run.startedAt),
    run.finishedAt === undefined ? '-' : durationText(run.finishedAt - run.startedAt),
    printable(run.journal),
  ];
}

/** `unfinished` says that nobody works on it any more: its process has died, and its journal waits for somebody. */
function outcomeWord(run: RunStatus): string {
  if (run.outcome !== 'unfinished') return OUTCOMES[run.outcome];
  if (!run.alive) return 'unfinished';
  return run.owner === undefined ? 'running' : `running (${printable(run.owner)})`;
}

/** UTC, so that it can be held against the journal's own times. */
function momentText(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '?';
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
