/** What `blockplan status` prints: what needs somebody first, with what to type. */

import { blockplanCommand } from '../command.ts';
import { ENDS, isEnd, isOpenEnd } from '../outcomes.ts';
import { printable } from '../printable.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { durationText } from './amounts.ts';
import { palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { outcomeWord, paintOf, timeText } from './runs.ts';
import { padded, textWidth, wrapped } from './width.ts';

export interface StatusContext {
  /** How many runs are over. */
  readonly over: number;
  /** How many that are not over are on other domains than the one that was asked for. */
  readonly elsewhere: number;
  /** The one domain that was asked for. */
  readonly domain?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Runs that are not over, the most urgent first, and a last line on the others. */
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

/** The smaller, the sooner somebody has to look at it. */
function rank(run: RunSummary): number {
  if (isOrphan(run)) return 0;
  return 1 + [...OPEN, 'running'].indexOf(run.outcome);
}

/** Whether the definition of a domain is with this run, and nobody is about to give it back. */
function isOrphan({ holdsDefinition, outcome }: RunSummary): boolean {
  return holdsDefinition && outcome !== 'running';
}

function blockOf(run: RunSummary, context: StatusContext, color: boolean, columns: number): string {
  const sentences = sentencesOf(run).flatMap((each) => wrapped(printable(each), columns - 2));
  const running = run.outcome === 'running' && run.startedAt !== undefined;
  const since = running ? `, for ${durationText(context.now - (run.startedAt ?? 0))}` : '';
  return [
    ...headLine(run, since, color, columns),
    ...[...sentences, ...suggestedCommands(run)].map((each) => `  ${each}`),
    '',
  ].join('\n');
}

/** What a run is and how it stands, outcome first, broken into lines. */
export function headLine(run: RunSummary, more: string, color: boolean, columns: number): string[] {
  const { bold, red } = palette(color);
  const word = isOrphan(run) ? 'orphan' : outcomeWord(run.outcome);
  const paint = isOrphan(run) ? red : paintOf(run.outcome, color);
  const subject =
    run.plan === undefined ? `run ${run.run}` : `${run.plan} on ${run.domain}, run ${run.run}`;
  const orphan = `the definition of ${run.domain ?? 'a domain'} may be with nobody but ${subject}`;
  const text = `${word}: ${printable(isOrphan(run) ? orphan : subject)}${more}`;
  const [head = '', ...rest] = wrapped(text, columns - 2);
  return [head.replace(word, bold(paint(word))), ...rest.map((line) => `  ${line}`)];
}

function sentencesOf(run: RunSummary): string[] {
  const { startedAt, owner, outcome, damage } = run;
  const by = owner === undefined ? '' : ` by ${owner}`;
  return [
    ...(startedAt === undefined ? [] : [`begun ${timeText(startedAt)}${by}`]),
    ...(outcome === 'running' ? [] : [lastHeard(run)]),
    ...(isOrphan(run) ? [`what undefine would lose is kept in ${run.journal}`] : []),
    ...(run.holdsDefinition && outcome === 'running'
      ? ['it keeps the definition until it defines the domain again']
      : []),
    ...(run.owesAutostart && outcome !== 'running'
      ? [
          'it took the autostart mark away: unless that is back, the guest does not start with its host',
        ]
      : []),
    ...(damage === undefined ? [] : [damage]),
    ...run.state,
  ];
}

function lastHeard({ outcome, lastAt }: RunSummary): string {
  if (isEnd(outcome)) return `ended ${timeText(lastAt)}`;
  return `nobody works on it${lastAt === undefined ? '' : `; its last record is of ${timeText(lastAt)}`}`;
}

/** How a run stands that somebody has to bring to an end, the most urgent first. */
const OPEN: readonly RunSummary['outcome'][] = [
  'unreadable',
  'unfinished',
  ...ENDS.filter(isOpenEnd),
];

/** What to type about a run, each with what it does behind it; nothing about one that is over. */
export function suggestedCommands(run: RunSummary): string[] {
  const { outcome, domain } = run;
  if (outcome === 'running') return explained([['attach', run.run, 'its progress']]);
  if (!OPEN.includes(outcome)) return [];
  const { ways } = run;
  const explanations: Record<RunSummary['ways'][number], string> = {
    resume: 'on to the end of its plan',
    rollback: ways.includes('resume') ? 'back to where it began' : 'on with its rollback',
  };
  const typed: Explained[] = [
    ...ways.map((way): Explained => [way, run.run, explanations[way]]),
    ...(isOrphan(run) || run.owesAutostart
      ? ([['rescue', run.run, 'give back what undefine took']] satisfies Explained[])
      : []),
    ...(domain === undefined || (outcome === 'unfinished' && ways.length > 0)
      ? []
      : ([['doctor', domain, 'what is wrong with it now']] satisfies Explained[])),
    ...(mayBeMended(run) ? ([['forget', run.run, 'count it as over']] satisfies Explained[]) : []),
  ];
  const told: readonly string[] = ways.map((way) => blockplanCommand(way, run.run));
  return [
    ...run.next.filter((line) => !told.includes(line)).map(promptedCommand),
    ...explained(typed),
  ];
}

/** A command of blockplan's, what it is for, and what it does. */
type Explained = readonly [string, string, string];

function explained(ways: readonly Explained[]): string[] {
  const commands = ways.map(([verb, word]) => promptedCommand(blockplanCommand(verb, word)));
  const width = Math.max(0, ...commands.map(textWidth));
  return commands.map((command, at) => `${padded(command, width)}  # ${ways[at]?.[2] ?? ''}`);
}

function lastLines(runs: readonly RunSummary[], context: StatusContext): string {
  const { over, elsewhere, domain } = context;
  const whose = domain === undefined ? '' : ` on ${printable(domain)}`;
  const lines = [
    ...(runs.some(({ outcome }) => outcome !== 'running') ? [] : [`No run${whose} needs anybody.`]),
    ...(elsewhere === 0
      ? []
      : [`${counted(elsewhere)} not over on other domains: blockplan status`]),
    ...(over === 0 ? [] : [`${counted(over)} over: blockplan list`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Whether somebody may have brought in order what the run left, and blockplan has no means to know. */
function mayBeMended(run: RunSummary): boolean {
  const { outcome, ways } = run;
  return !isOrphan(run) && (outcome !== 'unfinished' || ways.length === 0);
}

function counted(runs: number): string {
  return runs === 1 ? '1 run is' : `${runs} runs are`;
}
