/** The final report of a run: how it ended and, unless all is as wanted, what happened, the state now and what to do. */

import type { RunEvent } from '../events.ts';
import { adviceOf, type End, EXIT_CODES, isOpenEnd, OUTCOMES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import { durationText } from './amounts.ts';
import { type Paint, palette } from './color.ts';
import { sentenceLines, situationLines } from './situation.ts';
import { wrapped } from './width.ts';

export type RunStartedEvent = Extract<RunEvent, { event: 'run-started' }>;
export type RunFinishedEvent = Extract<RunEvent, { event: 'run-finished' }>;
export type RunLeftEvent = Extract<RunEvent, { event: 'run-left' }>;

/**
 * The final report, outcome first.
 *
 * @param started the start of the run; absent if it was refused before it started
 * @param columns the width at which sentences wrap; commands and paths never do, so that they can be copied
 */
export function renderReport(
  finished: RunFinishedEvent,
  started: RunStartedEvent | undefined,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { end, interrupted, happened = [], state, next } = finished;
  const outcome = OUTCOMES[end].word;
  const { bold } = palette(color);
  const paint = outcomePaint(end, color);
  const took = `${interrupted ? 'interrupted, ' : ''}${durationText(finished.durationMs)}`;
  const head = `${outcome}${subjectOf(started)} (${took})`;
  const [first = '', ...rest] = wrapped(head, columns - 2);
  const journal = started && isOpenEnd(end) ? { journal: started.journal } : {};
  const isContinued = started?.again !== undefined && happened.length === 0;
  const isAsWanted = finished.exitCode === EXIT_CODES.succeeded && next.length === 0;
  const lines = [
    first.replace(outcome, bold(paint(outcome))),
    ...rest.map((line) => `  ${line}`),
    ...(isAsWanted
      ? sentenceLines([...happened, ...state], columns).map((line) => `  ${line}`)
      : situationLines(
          {
            ...{ happened, state, ...journal },
            ...{ advice: adviceOf(end, interrupted, isContinued), commands: next },
          },
          bold,
          columns,
        )),
  ];
  return `${lines.join('\n')}\n`;
}

/** What follows the run ID if the run was resumed. */
export function resumedText({ again }: RunStartedEvent): string {
  if (again === undefined) return '';
  return again === 'resume' ? ', resumed' : ', rollback requested';
}

/** The state of an interrupted run, in sentences. */
export function unfinishedState({ jobs = [], definition = [] }: RunLeftEvent): readonly string[] {
  return ['the run is not over', ...jobs, ...definition];
}

/**
 * The final text of an interrupted run.
 * @param started the start of the run; absent if it is not known
 */
export function leftUnfinishedText(
  left: RunLeftEvent,
  started: RunStartedEvent | undefined,
): string {
  const { run, by, next } = left;
  const situation = {
    ...{ happened: [by], state: unfinishedState(left), advice: [OUTCOMES.interrupted.advice] },
    commands: next,
  };
  const subject = started ? `${started.plan} on ${started.domain}, run ${run}` : `run ${run}`;
  return [
    `${OUTCOMES.interrupted.word}: ${printable(subject)}`,
    ...situationLines(situation, (title) => title, Number.POSITIVE_INFINITY),
  ].join('\n');
}

/** The colour of an end: green for as planned, yellow for as before, red if it needs attention. */
export function outcomePaint(end: End, color: boolean): Paint {
  const paint = palette(color);
  if (end === 'succeeded') return paint.green;
  return end === 'rolled-back' ? paint.yellow : paint.red;
}

function subjectOf(started: RunStartedEvent | undefined): string {
  return started ? `: ${printable(started.plan)} on ${printable(started.domain)}` : '';
}
