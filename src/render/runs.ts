/** The table of runs that `blockplan list` prints. */
import { isEnd, OUTCOMES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import type { RunStatus, RunSummary } from '../run/run-summary.ts';
import { durationText } from './amounts.ts';
import { type Paint, palette } from './color.ts';
import { outcomePaint } from './report.ts';
import { tableLines } from './table.ts';

const HEAD = ['OUTCOME', 'RUN', 'DOMAIN', 'DISK', 'TOOK', 'PLAN', 'DESTINATION'] as const;

/**
 * The runs as a table, outcome first, in the order given. A run ID contains the start time.
 * @param domain the requested domain, if any
 */
export function renderRuns(runs: readonly RunSummary[], color: boolean, domain?: string): string {
  if (runs.length === 0)
    return domain === undefined ? 'No runs.\n' : `No runs on ${printable(domain)}.\n`;
  const rows = runs.map((run) => ({ cells: cells(run), paint: paintOf(run.outcome, color) }));
  return `${tableLines(HEAD, rows, color).join('\n')}\n`;
}

function cells(run: RunSummary): string[] {
  const { startedAt, lastAt, plan, disks = ['-'], destinations = ['-'] } = run;
  const running = run.outcome === 'running' || run.outcome === 'unfinished';
  return [
    run.holdsDefinition && run.outcome !== 'running' ? 'orphan' : outcomeWord(run.outcome),
    printable(run.run),
    printable(run.domain ?? '?'),
    printable(disks.join(', ')),
    startedAt === undefined || lastAt === undefined || running
      ? '-'
      : durationText(lastAt - startedAt),
    printable(plan ?? '?'),
    [destinations.join(', '), ...(run.damage ? [`(${run.damage})`] : [])].map(printable).join(' '),
  ];
}

/** The word that each text about a run begins with. */
export function outcomeWord(outcome: RunStatus): string {
  return isEnd(outcome) ? OUTCOMES[outcome].word : outcome;
}

/** Its colour: red if it needs attention. */
export function paintOf(outcome: RunStatus, color: boolean): Paint {
  const { cyan, red } = palette(color);
  if (outcome === 'running') return cyan;
  if (outcome === 'unfinished' || outcome === 'unreadable') return red;
  if (outcome === 'forgotten') return palette(color).yellow;
  return outcomePaint(outcome, color);
}
