/** How a run ended, as a notification reports it. */
import { commandLine } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import { recoveryCommands } from '../journal/recovery-mode.ts';
import { recoveryModesOf, tryReadRunLog } from '../journal/run-log.ts';
import { redactFindings } from '../model/redact-value.ts';
import type { Notification } from '../notify/notification.ts';
import { renderFindings } from '../render/findings.ts';
import {
  leftUnfinishedText,
  type RunFinishedEvent,
  type RunLeftEvent,
  type RunStartedEvent,
  renderReport,
  unfinishedState,
} from '../render/report.ts';
import { situationLines } from '../render/situation.ts';

/** The width of the report in a notification. */
const COLUMNS = 76;

/** After a bug nothing more is known of the run. */
const LEFT_BY_BUG = ['the run is not over', 'a block job that it started may still be running'];

/** The part of a notification that says how the run ended. */
export type EndReport = Pick<
  Notification,
  'outcome' | 'exitCode' | 'text' | 'happened' | 'state' | 'next'
>;

/** The last event of a run. */
export type EndEvent = RunFinishedEvent | RunLeftEvent;

/**
 * The report of a run that reached its end.
 * @param exitCode that of the command
 * @param failed what failed after the end, in sentences
 */
export function finishedReport(
  end: EndEvent,
  started: RunStartedEvent | undefined,
  exitCode: number,
  failed: readonly string[] = [],
): EndReport {
  const { next } = end;
  if (end.event === 'run-left') {
    const happened = [end.by, ...failed];
    const text = `${leftUnfinishedText({ ...end, by: happened.join('; ') }, started)}\n`;
    return { outcome: 'interrupted', exitCode, text, happened, state: unfinishedState(end), next };
  }
  const { end: outcome, state } = end;
  const sentences = [...(end.happened ?? []), ...failed];
  const happened = sentences.length === 0 ? {} : { happened: sentences };
  const text = renderReport({ ...end, exitCode, ...happened }, started, false, COLUMNS);
  return { outcome, exitCode, text, ...happened, state, next };
}

/**
 * The report of a command that threw before the end of its run: a refusal or a bug.
 * @param left the run that it leaves unfinished, if it had started
 */
export async function failureReport(
  error: unknown,
  exitCode: number,
  left: RunStartedEvent | undefined,
): Promise<EndReport> {
  const { state, next } = left
    ? { state: LEFT_BY_BUG, next: await unfinishedCommands(left) }
    : { state: [], next: [] };
  const situation = situationLines(
    { happened: [], state, advice: [], commands: next },
    (title) => title,
    COLUMNS,
  );
  const rest = situation.map((line) => `${line}\n`).join('');
  if (!(error instanceof BlockplanError)) {
    const message = messageOf(error);
    const text = `bug: ${message}\n${rest}`;
    return { outcome: 'bug', exitCode, text, happened: [message], state, next };
  }
  const findings = redactFindings(error.findings);
  const happened = findings.map(({ message }) => message);
  const text = `${renderFindings(findings, false)}${rest}`;
  return { outcome: error.end, exitCode, text, happened, state, next };
}

/** @returns a sentence about an error that was thrown after the end of the run */
export function failedAfterEnd(error: unknown): string {
  return `the command failed after the end of the run: ${messageOf(error)}`;
}

async function unfinishedCommands({ run, journal }: RunStartedEvent): Promise<readonly string[]> {
  const log = await tryReadRunLog(journal);
  const modes = log ? recoveryModesOf(log) : [];
  return [commandLine('blockplan', 'status'), ...recoveryCommands(run, modes)];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
