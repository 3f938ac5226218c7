/** What `blockplan status` prints: runs that need attention first, each with the commands to type. */

import { blockplanCommand, blockplanOn } from '../command.ts';
import { ENDS, isEnd, isOpenEnd } from '../outcomes.ts';
import { printable } from '../printable.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { timeText } from '../time-text.ts';
import { durationText } from './amounts.ts';
import { palette } from './color.ts';
import { outcomeWord, paintOf } from './runs.ts';
import { type Situation, sentenceLines, situationLines } from './situation.ts';
import { wrapped } from './width.ts';

export interface StatusContext {
  /** How many runs are over, on all domains: their journals are not read. */
  readonly over: number;
  /** How many unfinished runs are on domains other than the requested one. */
  readonly elsewhere: number;
  /** The requested domain, if any. */
  readonly domain?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Unfinished runs, the most urgent first, and a last line about the others. */
export function renderStatus(
  runs: readonly RunSummary[],
  context: StatusContext,
  color: boolean,
  columns: number,
): string {
  const sorted = runs.toSorted(
    (a, b) => rank(a) - rank(b) || (b.startedAt ?? 0) - (a.startedAt ?? 0),
  );
  const blocks = sorted.map((run) => blockOf(run, context, color, columns));
  return [...blocks, lastLines(runs, context)].join('\n');
}

/** The lower, the more urgent. */
function rank(run: RunSummary): number {
  if (isOrphan(run)) return 0;
  return 1 + [...OPEN, 'running'].indexOf(run.outcome);
}

/** Whether this run may hold the only definition of its domain, and is not running to restore it. */
function isOrphan({ holdsDefinition, outcome }: RunSummary): boolean {
  return holdsDefinition && outcome !== 'running';
}

function blockOf(run: RunSummary, context: StatusContext, color: boolean, columns: number): string {
  const running = run.outcome === 'running' && run.startedAt !== undefined;
  const since = running ? `, for ${durationText(context.now - (run.startedAt ?? 0))}` : '';
  return [
    ...headLine(run, since, color, columns),
    ...sentenceLines(timesOf(run), columns).map((each) => `  ${each}`),
    // Indented, so that only the runs begin at the margin.
    ...situationOf(run, color, columns - 2).map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** What happened in a run, the state now and what to do, as lines; see {@link situationIn}. */
export function situationOf(
  run: RunSummary,
  color: boolean,
  columns: number,
  more: readonly string[] = [],
): string[] {
  return situationLines(situationIn(run, more), palette(color).bold, columns);
}

/**
 * What happened in a run, the state now and what to do.
 * @param more what else happened, in sentences
 */
export function situationIn(run: RunSummary, more: readonly string[] = []): Situation {
  const { damage, happened = [], state } = run;
  return {
    happened: [...(damage === undefined ? [] : [damage]), ...more, ...happened],
    state: [...owedOf(run), ...state],
    advice: [],
    commands: suggestedCommands(run),
  };
}

/** A run and its state, outcome first, as wrapped lines. */
export function headLine(run: RunSummary, more: string, color: boolean, columns: number): string[] {
  const { bold, red } = palette(color);
  const word = isOrphan(run) ? 'orphan' : outcomeWord(run.outcome);
  const paint = isOrphan(run) ? red : paintOf(run.outcome, color);
  const subject =
    run.plan === undefined ? `run ${run.run}` : `${run.plan} on ${run.domain}, run ${run.run}`;
  const orphan = `the only definition of ${run.domain ?? 'a domain'} may be held by ${subject}`;
  const text = `${word}: ${printable(isOrphan(run) ? orphan : subject)}${more}`;
  const [head = '', ...rest] = wrapped(text, columns - 2);
  return [head.replace(word, bold(paint(word))), ...rest.map((line) => `  ${line}`)];
}

function timesOf(run: RunSummary): string[] {
  const { startedAt, owner, outcome } = run;
  const by = owner === undefined ? '' : ` by ${owner}`;
  return [
    ...(startedAt === undefined ? [] : [`begun ${timeText(startedAt)}${by}`]),
    ...(outcome === 'running' ? [] : [lastHeard(run)]),
  ];
}

/** What the run has taken from libvirt and not restored, in sentences. */
function owedOf(run: RunSummary): string[] {
  const { holdsDefinition, owesAutostart, outcome, journal } = run;
  return [
    ...(isOrphan(run) ? [`what undefine removes is saved in ${journal}`] : []),
    ...(holdsDefinition && outcome === 'running'
      ? ['it holds the only definition until it defines the domain again']
      : []),
    ...(owesAutostart && outcome !== 'running'
      ? ['it disabled autostart: until it is enabled again, the guest does not start with its host']
      : []),
  ];
}

function lastHeard({ outcome, lastAt }: RunSummary): string {
  if (isEnd(outcome)) return `ended ${timeText(lastAt)}`;
  return `no process is working on it${lastAt === undefined ? '' : `; its last record is from ${timeText(lastAt)}`}`;
}

/** The outcomes that need attention, the most urgent first. */
const OPEN: readonly RunSummary['outcome'][] = [
  'unreadable',
  'unfinished',
  ...ENDS.filter(isOpenEnd),
];

/** The commands to type for a run, the most likely one first; none for a run that is over. */
function suggestedCommands(run: RunSummary): string[] {
  const { outcome, domain, uri, ways, next } = run;
  if (outcome === 'running') return [blockplanCommand('attach', run.run)];
  if (!OPEN.includes(outcome)) return [];
  const recovery = ways.map((way) => blockplanCommand(way, run.run));
  const isDoubtful = outcome !== 'unfinished' || ways.length === 0;
  const commands = [
    ...next.filter((line) => !recovery.some((each) => each === line)),
    ...recovery,
    ...(isOrphan(run) || run.owesAutostart ? [blockplanCommand('rescue', run.run)] : []),
    ...(domain !== undefined && isDoubtful ? [blockplanOn(uri, 'doctor', domain)] : []),
    ...(mayBeMended(run) ? [blockplanCommand('forget', run.run)] : []),
  ];
  return [...new Set(commands)];
}

function lastLines(runs: readonly RunSummary[], context: StatusContext): string {
  const { over, elsewhere, domain } = context;
  const whose = domain === undefined ? '' : ` on ${printable(domain)}`;
  const lines = [
    ...(runs.some(({ outcome }) => outcome !== 'running')
      ? []
      : [`No run${whose} needs attention.`]),
    ...(elsewhere === 0
      ? []
      : [`${counted(elsewhere)} unfinished on other domains: blockplan status`]),
    ...(over === 0 ? [] : [overText(over, domain)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function overText(over: number, domain: string | undefined): string {
  return domain === undefined
    ? `${counted(over)} over: blockplan list`
    : `Past runs on ${printable(domain)}: ${blockplanCommand('list', domain)}`;
}

/** Whether the user may have fixed what the run left, which blockplan cannot detect. */
function mayBeMended(run: RunSummary): boolean {
  const { outcome, ways } = run;
  return !isOrphan(run) && (outcome !== 'unfinished' || ways.length === 0);
}

function counted(runs: number): string {
  return runs === 1 ? '1 run is' : `${runs} runs are`;
}
