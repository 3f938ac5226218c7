/** `blockplan attach`: follows a run in another process without affecting it. */

import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { followEvents } from '../journal/follow-events.ts';
import type { LockOwner } from '../journal/lock.ts';
import { isUntrusted, type RunLog, type StoredLog, tryReadRunLog } from '../journal/run-log.ts';
import { EXIT_CODES, exitCodeOf } from '../outcomes.ts';
import { isProcessAlive } from '../processes.ts';
import type { Display } from '../render/display.ts';
import { inspectionHint } from './inspection-hint.ts';
import { displayOf } from './perform-run.ts';
import { inputRefusal } from './read.ts';
import { namedRun, ownState, type RunFolder, runHolders } from './run-folders.ts';

export interface AttachCommandOptions {
  readonly format: 'text' | 'json';
}

/**
 * @param word the run; undefined for the only active one
 * @returns the run's exit code; 130 if the user stops following before its end
 */
export async function attachCommand(
  word: string | undefined,
  { format }: AttachCommandOptions,
): Promise<number> {
  const state = ownState();
  const holders = await runHolders(state);
  const run = await namedRun(state, word ?? onlyRunning(holders));
  const away = new AbortController();
  const lookAway = (): void => away.abort();
  process.once('SIGINT', lookAway).once('SIGTERM', lookAway);
  const show = new Showing(() => displayOf(format));
  // A reader that closes the pipe wants no more output.
  process.stdout.on('error', lookAway);
  try {
    const owner = holders.get(run.run);
    const code = owner ? await watched(run, owner, show, away.signal) : undefined;
    if (code !== undefined) return code;
    if (!away.signal.aborted) return await showPast(run, show, owner === undefined);
    show.abandon();
    process.stderr.write(
      `\nthe run continues; to follow it again: ${blockplanCommand('attach', run.run)}\n`,
    );
    return EXIT_CODES.interrupted;
  } finally {
    await show.close();
    process.off('SIGINT', lookAway).off('SIGTERM', lookAway);
  }
}

/** Shows each start of a run (run, resume, rollback) in a display of its own. */
class Showing {
  readonly #make: () => Promise<Display>;
  #display: Display | undefined;
  #started = false;

  constructor(make: () => Promise<Display>) {
    this.#make = make;
  }

  async take(event: RunEvent): Promise<void> {
    if (event.event === 'run-started' && this.#started) await this.close();
    this.#started ||= event.event === 'run-started';
    this.#display ??= await this.#make();
    this.#display.listener(event);
  }

  async close(): Promise<void> {
    await this.#display?.close();
    this.#display = undefined;
    this.#started = false;
  }

  /** Stops drawing and leaves the output as it is. */
  abandon(): void {
    this.#display?.abandon();
    this.#display = undefined;
  }
}

/** Follows an active run; returns its exit code, or undefined if its process ended or the user stopped first. */
async function watched(
  { folder }: RunFolder,
  owner: LockOwner,
  show: Showing,
  signal: AbortSignal,
): Promise<number | undefined> {
  let caughtUp = false;
  for await (const events of followEvents(folder, () => isProcessAlive(owner), signal)) {
    for (const event of caughtUp ? events : sinceStart(events, true)) {
      await show.take(event);
      if (event.event === 'run-finished') return event.exitCode;
      if (event.event === 'run-left') return EXIT_CODES.interrupted;
    }
    caughtUp = true;
  }
  return undefined;
}

/** The events since the run was last started or resumed, with the findings reported just before. */
function sinceStart(events: readonly RunEvent[], goesOn: boolean): readonly RunEvent[] {
  const start = events.findLastIndex(({ event }) => event === 'run-started');
  const end = events.findLastIndex(isEnd);
  // Another process has resumed the run but has not yet written its first event.
  if (goesOn && end > start) return events.slice(end + 1);
  const before = events
    .slice(0, Math.max(0, start))
    .findLastIndex(({ event }) => event !== 'finding');
  return events.slice(before + 1).filter((event) => goesOn || !isEnd(event));
}

function isEnd({ event }: RunEvent): boolean {
  return event === 'run-finished' || event === 'run-left';
}

/** Shows a run that is no longer active, with the end that its journal records. */
async function showPast(
  { run, folder }: RunFolder,
  show: Showing,
  replay: boolean,
): Promise<number> {
  if (replay) {
    const nobody = new AbortController().signal;
    for await (const events of followEvents(folder, () => false, nobody))
      for (const event of sinceStart(events, false)) await show.take(event);
  }
  const log = await tryReadRunLog(folder);
  const finished = log?.beginning && finishOf(log);
  if (finished) {
    await show.take(finished);
    return finished.exitCode;
  }
  await show.close();
  throw new BlockplanError('uncertain', [
    {
      code: codes.runAbandoned,
      severity: 'error',
      message: `run ${run} is no longer active, and its outcome is not recorded: ${whyOpen(log)}`,
      hint: inspectionHint(run, log),
    },
  ]);
}

function whyOpen(log: StoredLog | undefined): string {
  if (!log?.beginning) return 'its journal cannot be read';
  if (isUntrusted(log))
    return 'its journal was modified after it was written, or has the format of another version of blockplan';
  return log.attempts.at(-1)?.end === 'left'
    ? 'it was interrupted'
    : 'its process no longer exists';
}

function finishOf({
  beginning,
  finish,
  attempts,
}: RunLog): Extract<RunEvent, { event: 'run-finished' }> | undefined {
  if (!finish) return undefined;
  const { end, interrupted, happened, state, next } = finish;
  const time = Date.parse(finish.time);
  const attempt = attempts.at(-1);
  return {
    ...{ time, event: 'run-finished', end, interrupted, state, next },
    ...(happened ? { happened } : {}),
    exitCode: exitCodeOf(end, interrupted, attempt?.how ?? 'run'),
    durationMs: Math.max(0, time - Date.parse(beginning?.time ?? finish.time)),
  };
}

function onlyRunning(holders: ReadonlyMap<string, LockOwner>): string {
  const [only, ...others] = holders.keys();
  if (only !== undefined && others.length === 0) return only;
  throw only === undefined
    ? inputRefusal(
        codes.activeRunNotFound,
        'no run is active',
        'to list unfinished runs: blockplan status; to follow a past run: blockplan attach RUN, with an ID from blockplan list',
      )
    : inputRefusal(
        codes.activeRunNotFound,
        `${others.length + 1} runs are active: ${[only, ...others].join(', ')}`,
        'name one of them: blockplan attach RUN',
      );
}
