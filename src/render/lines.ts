/** Plain lines for output that is not a terminal: CI logs, cron mails. No escape codes at all. */
import type { Listener, PhaseRef, RunEvent } from '../events.ts';
import { hookName } from '../hook.ts';
import { printable } from '../printable.ts';
import { durationText, percentOf } from './amounts.ts';
import { promptedCommand } from './command.ts';
import { findingLine } from './findings.ts';
import type { Output } from './output.ts';
import { type ProgressEvent, progressWords } from './progress.ts';
import { leftUnfinishedText, type RunStartedEvent, renderReport, resumedText } from './report.ts';
import { phaseText } from './state-text.ts';

/** Progress gets a line after this much more of the work, or after this long. */
const PERCENT_STEP = 10;
const SILENCE_MS = 10_000;

/** A listener that writes a line for each event worth reading, and the final report. */
export function linesListener(out: Output): Listener {
  let started: RunStartedEvent | undefined;
  let told = { percent: 0, time: 0 };
  return (event) => {
    if (event.event === 'run-started') started = event;
    if (event.event === 'run-finished') {
      out.write(renderReport(event, started, false));
      return;
    }
    if (event.event === 'phase-started') told = { percent: 0, time: event.time };
    if (event.event === 'progress') {
      const percent = percentOf(event.current, event.total);
      const due = percent - told.percent >= PERCENT_STEP || event.time - told.time >= SILENCE_MS;
      if (!due) return;
      told = { percent: percent - (percent % PERCENT_STEP), time: event.time };
    }
    out.write(`${eventLine(event, started)}\n`);
  };
}

function eventLine(
  event: Exclude<RunEvent, { event: 'run-finished' }>,
  known: RunStartedEvent | undefined,
): string {
  switch (event.event) {
    case 'run-started':
      return `${printable(event.plan)} on ${printable(event.domain)}: run ${printable(event.run)}${resumedText(event)}, journal in ${printable(event.journal)}`;
    case 'finding':
      return findingLine(event.finding);
    case 'phase-started':
      return `${phaseName(event)}: ${printable(event.summary)}`;
    case 'command':
      return `  ${promptedCommand(event.command)}`;
    case 'progress':
      return `${phaseName(event)}: ${progressLine(event)}`;
    case 'guest-state':
      return `guest: ${printable(event.state)}`;
    case 'phase-finished':
      return `${phaseName(event)}: done in ${durationText(event.durationMs)}`;
    case 'phase-failed':
      return `${phaseName(event)}: failed: ${printable(event.message)}`;
    case 'hook-started':
      return `${hookName(event)}: ${promptedCommand(event.command)}`;
    case 'hook-finished':
      return `${hookName(event)}: ${event.error === undefined ? 'done' : printable(event.error)}`;
    case 'rollback-started':
      return `${event.interrupted ? 'interrupted, ' : ''}rolling back: ${printable(event.reason)}`;
    case 'notice':
      return `note: ${printable(event.message)}`;
    case 'run-left':
      return leftUnfinishedText(event, known);
  }
}

function phaseName(event: PhaseRef & { readonly direction: 'do' | 'undo' }): string {
  return printable(phaseText(event, event.direction));
}

function progressLine(event: ProgressEvent): string {
  const { percent, done, speed, elapsed, left, warning } = progressWords(event);
  return [`${percent} %`, done, ...speed, ...elapsed, ...left, ...warning].join(', ');
}
