/** The report of a run as Markdown: the file `report.md` in the run's folder, for a ticket or a wiki. */
import { hookName } from '../hook.ts';
import type { CommandHistory, HookHistory, StateHistory } from '../run/history.ts';
import type { RunReport } from '../run/run-report.ts';
import { sizeText } from '../size-text.ts';
import { timeText } from '../time-text.ts';
import { durationText } from './amounts.ts';
import { promptedCommand } from './command.ts';
import { code, codeBlock, prose } from './markdown.ts';
import { explainedCommands } from './next-commands.ts';
import { outcomeWord } from './runs.ts';
import { attemptText, damageOf, hookResultText, libvirtText, TAKEN } from './show.ts';
import { failureText, phaseText, resultWord, whyEnded } from './state-text.ts';
import { situationIn } from './status.ts';

/** The whole file, outcome first. */
export function reportMarkdown(report: RunReport): string {
  const { standing, history, speedChanges = [], warnings = [] } = report;
  const { run, plan, domain } = standing;
  const subject =
    plan === undefined ? `run ${code(run)}` : `${code(plan)} on ${code(domain ?? 'a domain')}`;
  const { happened, state, commands } = situationIn(standing, damageOf(standing, history));
  const attempts = (history?.taken ?? []).map((each) => `${TAKEN[each.how]} ${attemptText(each)}`);
  const hooks = (history?.hooks ?? []).flatMap(hookParts);
  const path = (history?.path ?? []).flatMap(stateParts);
  return `${[
    `# ${outcomeWord(standing.outcome)}: ${subject}`,
    ...sentencesOf('What happened', happened),
    ...sentencesOf('State now', state),
    ...(commands.length === 0
      ? []
      : ['## What to do', codeBlock('console', explainedCommands(commands))]),
    ...sentencesOf('Warnings', warnings),
    factsOf(report),
    ...sentencesOf('Attempts', attempts),
    ...(hooks.length === 0 ? [] : ['## Hooks', ...hooks]),
    ...sentencesOf(
      'Speed changes',
      speedChanges.map(({ time, message }) => `${timeText(time)}: ${message}`),
    ),
    ...(path.length === 0 ? [] : ['## Path through the state machine', ...path]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

/** A section with a list; none without sentences. */
function sentencesOf(title: string, sentences: readonly string[]): string[] {
  return sentences.length === 0
    ? []
    : [`## ${title}`, sentences.map((each) => `- ${prose(each)}`).join('\n')];
}

function factsOf({ standing, history, copiedBytes }: RunReport): string {
  const { run, journal, startedAt, lastAt, owner } = standing;
  const times =
    startedAt === undefined || lastAt === undefined
      ? []
      : [
          ['started', timeText(startedAt)],
          ['last record', `${timeText(lastAt)}, after ${durationText(lastAt - startedAt)}`],
        ];
  const rows: readonly (readonly string[])[] = [
    ['run', code(run)],
    ...(history
      ? [
          ['domain', `${code(history.domain)} (${code(history.uuid)})`],
          ['libvirt', prose(libvirtText(history))],
        ]
      : []),
    ...times,
    ...(owner === undefined ? [] : [['by', prose(owner)]]),
    ...(copiedBytes === undefined ? [] : [['copied', sizeText(copiedBytes)]]),
    ['journal', code(journal)],
  ];
  return [
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${cell(value)} |`),
  ].join('\n');
}

/** A code span in a table may contain no bar, because tables are split first. */
function cell(text = ''): string {
  return text.replaceAll('|', '\\|');
}

function hookParts(hook: HookHistory): string[] {
  const { command, output = [], durationMs } = hook;
  const took = durationMs === undefined ? '' : `, ${durationText(durationMs)}`;
  return [
    `### ${hookName(hook)}: ${prose(hookResultText(hook))}${took}`,
    codeBlock('console', [promptedCommand(command), ...output.map((line) => `| ${line}`)]),
  ];
}

function stateParts(state: StateHistory): string[] {
  const { direction, durationMs, commands } = state;
  const error = whyEnded(state);
  const took = durationMs === undefined ? '' : `, ${durationText(durationMs)}`;
  return [
    `### ${code(phaseText(state, direction))}: ${resultWord(state)}${took}`,
    ...(commands.length === 0 ? [] : [codeBlock('console', commands.flatMap(commandLines))]),
    ...(error === undefined ? [] : [prose(error)]),
  ];
}

function commandLines({ command, answer, error }: CommandHistory): string[] {
  if (answer === undefined) return [promptedCommand(command), '# no answer was recorded'];
  return [promptedCommand(command), ...(error === undefined ? [] : [`# ${failureText(error)}`])];
}
