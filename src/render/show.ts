/** What `blockplan show` prints: the state of a run, and everything that it did, in order. */

import { hookName } from '../hook.ts';
import { OUTCOMES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import type { CommandHistory, History, HookHistory, StateHistory } from '../run/history.ts';
import type { RunReport } from '../run/run-report.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { timeText } from '../time-text.ts';
import { durationText } from './amounts.ts';
import { type Paint, palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { failureText, phaseText, resultWord, whyEnded } from './state-text.ts';
import { headLine, situationOf } from './status.ts';
import { padded, textWidth, wrapped } from './width.ts';

/** What is shown of a run. */
export type ShownRun = Pick<RunReport, 'standing' | 'history' | 'speedChanges'>;

const TIME_COLUMNS = 10;

/** @param columns the width at which sentences wrap; commands and paths never do, so that they can be copied */
export function renderShown(
  { standing, history, speedChanges = [] }: ShownRun,
  color: boolean,
  columns: number,
): string {
  const parts = [
    [
      ...headLine(standing, tookText(standing), color, columns),
      ...situationOf(standing, color, columns, damageOf(standing, history)),
    ],
    factsOf(standing, history),
    ...(history ? [hooksOf(history, color, columns)] : []),
    speedLines(speedChanges, color, columns),
    ...(history ? [wayOf(history, color, columns)] : []),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** A journal with intact ends may be altered between them, which the summary does not show. */
export function damageOf({ damage }: RunSummary, history: History | undefined): string[] {
  if (damage !== undefined) return [];
  return history?.damage === 'altered' || history?.damage === 'strange'
    ? [
        history.damage === 'altered'
          ? 'its journal was modified after it was written: the records after the change are not shown'
          : 'its journal has a record that this version of blockplan does not know: that record and those after it are not shown',
      ]
    : [];
}

function tookText({ startedAt, lastAt, outcome }: RunSummary): string {
  const ended = !['running', 'unfinished', 'unreadable'].includes(outcome);
  return ended && startedAt !== undefined && lastAt !== undefined
    ? ` (${durationText(lastAt - startedAt)})`
    : '';
}

function indented(line: string): string {
  return `  ${line}`;
}

function factsOf({ journal }: RunSummary, history: History | undefined): string[] {
  const rows: (readonly [string, string])[] = [
    ['journal', journal],
    ...(history
      ? [
          ['domain', `${history.domain} (${history.uuid})`] as const,
          ['libvirt', libvirtText(history)] as const,
          ...history.taken.map((each) => [TAKEN[each.how], attemptText(each)] as const),
          ...(history.finish
            ? [['ended', timeText(Date.parse(history.finish.time))] as const]
            : []),
        ]
      : []),
  ];
  return rows.map(([name, value]) => indented(`${padded(name, 11)}  ${printable(value)}`));
}

type Attempt = History['taken'][number];

/** The URI of the libvirt of a run. */
export function libvirtText({ uri }: History): string {
  return uri === '' ? 'the default of virsh' : uri;
}

/** The word for the beginning of an attempt. */
export const TAKEN: Readonly<Record<Attempt['how'], string>> = {
  run: 'begun',
  resume: 'resumed',
  rollback: 'rollback',
};

/** When an attempt began, who made it and how it ended, unless the end of the run shows that. */
export function attemptText({ time, user, host, pid, version, end }: Attempt): string {
  const ended = end === undefined ? '' : end === 'left' ? '; left' : `; ${OUTCOMES[end].word}`;
  return `${timeText(time)} by ${user}@${host}, pid ${pid}, v${version}${ended}`;
}

function hooksOf({ hooks = [] }: History, color: boolean, columns: number): string[] {
  if (hooks.length === 0) return [];
  const { bold, red, yellow } = palette(color);
  const lines = hooks.flatMap((hook) => {
    const { command, answer, error, output = [], durationMs } = hook;
    const took = durationMs === undefined ? '' : `  ${shortText(durationMs)}`;
    const paint =
      answer === undefined ? yellow : error === undefined ? (text: string) => text : red;
    return [
      `${hookName(hook)}  ${promptedCommand(command)}`,
      ...below(`${hookResultText(hook)}${took}`, columns).map(paint),
      ...output.flatMap((line) => below(`| ${line}`, columns)),
    ];
  });
  return [bold('Hooks'), ...lines.map(indented)];
}

/** How a hook ended, as a clause. */
export function hookResultText({ answer, error }: HookHistory): string {
  return answer === undefined ? 'result unknown' : (error ?? 'done');
}

function speedLines(
  changes: NonNullable<ShownRun['speedChanges']>,
  color: boolean,
  columns: number,
): string[] {
  if (changes.length === 0) return [];
  const lines = changes.flatMap(({ time, message }) => {
    const [first = '', ...rest] = wrapped(`${timeText(time)}  ${printable(message)}`, columns - 4);
    return [first, ...rest.map(indented)];
  });
  return [palette(color).bold('Speed changes'), ...lines.map(indented)];
}

/** The states in order, each with its commands, and where the run was resumed between them. */
function wayOf({ path, taken, finish }: History, color: boolean, columns: number): string[] {
  const { bold, dim } = palette(color);
  const width = path.reduce((most, state) => Math.max(most, textWidth(nameOf(state))), 0);
  const again = taken.slice(1);
  const lines = path.flatMap((state, at) => {
    const since = path[at - 1]?.time ?? '';
    const marks = again.filter(({ time }) => time > since && time <= state.time);
    return [
      ...marks.map((each) => dim(markText(each))),
      ...stateLines(state, width, color, columns),
    ];
  });
  const after = again.filter(({ time }) => time > (path.at(-1)?.time ?? ''));
  return [
    bold('Path through the state machine'),
    ...[...lines, ...after.map((each) => dim(markText(each)))].map(indented),
    ...(finish ? [indented(OUTCOMES[finish.end].word)] : []),
  ];
}

function markText({ how, time }: Attempt): string {
  const word = how === 'rollback' ? 'rollback started' : 'resumed';
  return `-- ${word} ${timeText(time)}`;
}

function nameOf(state: StateHistory): string {
  return printable(phaseText(state, state.direction));
}

function stateLines(state: StateHistory, width: number, color: boolean, columns: number): string[] {
  const { result, durationMs } = state;
  const error = whyEnded(state);
  const took = durationMs === undefined ? '' : `  ${shortText(durationMs)}`;
  const word = padded(resultWord(state), took === '' ? 0 : 6);
  return [
    `${padded(nameOf(state), width)}  ${resultPaint(result, color)(word)}${took}`,
    ...state.commands.flatMap((command) => commandLines(command, color, columns)),
    ...(error === undefined ? [] : below(error, columns)),
  ];
}

function resultPaint(result: StateHistory['result'], color: boolean): Paint {
  const { green, red, yellow } = palette(color);
  return result === 'DONE' ? green : result === undefined ? yellow : red;
}

function commandLines(told: CommandHistory, color: boolean, columns: number): string[] {
  const { command, answer, error, durationMs } = told;
  const took = durationMs === undefined ? '' : shortText(durationMs);
  const line = `${took.padStart(TIME_COLUMNS)}  ${promptedCommand(command)}`;
  const { red, yellow } = palette(color);
  if (answer === undefined) return [line, ...below('no answer was recorded', columns).map(yellow)];
  return error === undefined ? [line] : [line, ...below(failureText(error), columns).map(red)];
}

/** A sentence below the line that it explains. */
function below(sentence: string, columns: number): string[] {
  const indent = ' '.repeat(TIME_COLUMNS + 2);
  return wrapped(printable(sentence), columns - indent.length - 2).map((line) => indent + line);
}

/** Most commands take only milliseconds, and the slow ones should stand out. */
function shortText(ms: number): string {
  return ms < 100 ? `${ms} ms` : durationText(ms);
}
