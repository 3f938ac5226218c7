/** `blockplan attach`: looks on at a run that goes on elsewhere, and leaves it alone. */

import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { followEvents } from '../journal/follow-events.ts';
import { isAlive, type LockOwner } from '../journal/lock.ts';
import { recoveryCommands } from '../journal/recovery-mode.ts';
import {
  isUntrusted,
  type RunLog,
  recoveryModesOf,
  type StoredLog,
  tryReadRunLog,
} from '../journal/run-log.ts';
import { EXIT_CODES, exitCodeOf } from '../outcomes.ts';
import type { Display } from '../render/display.ts';
import { displayOf } from './perform-run.ts';
import { inputRefusal } from './read.ts';
import { namedRun, ownState, type RunFolder, runHolders } from './run-folders.ts';

export interface AttachCommandOptions {
  readonly output: 'text' | 'json';
}

/**
 * @param word names the run; the only one that goes on when undefined
 * @returns the run's exit code; 130 where the user looks away before its end
 */
export async function attachCommand(
  word: string | undefined,
  { output }: AttachCommandOptions,
): Promise<number> {
  const state = ownState();
  const holders = await runHolders(state);
  const run = await namedRun(state, word ?? onlyRunning(holders));
  const away = new AbortController();
  const lookAway = (): void => away.abort();
  process.once('SIGINT', lookAway).once('SIGTERM', lookAway);
  const show = new Showing(() => displayOf(output));
  // A reader that goes away has seen enough.
  process.stdout.on('error', lookAway);
  try {
    const owner = holders.get(run.run);
    const code = owner ? await watched(run, owner, show, away.signal) : undefined;
    if (code !== undefined) return code;
    if (!away.signal.aborted) return await told(run, show, owner === undefined);
    show.abandon();
    process.stderr.write(
      `\nthe run goes on; to look at it again: ${blockplanCommand('attach', run.run)}\n`,
    );
    return EXIT_CODES.interrupted;
  } finally {
    await show.close();
    process.off('SIGINT', lookAway).off('SIGTERM', lookAway);
  }
}

/** The display of one start of the run after the other. */
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

  /** Leaves what is drawn as it stands. */
  abandon(): void {
    this.#display?.abandon();
    this.#display = undefined;
  }
}

/** Shows a run that goes on; returns its exit code, or nothing where its process or the user went away before the end. */
async function watched(
  { folder }: RunFolder,
  owner: LockOwner,
  show: Showing,
  signal: AbortSignal,
): Promise<number | undefined> {
  let caughtUp = false;
  for await (const events of followEvents(folder, () => isAlive(owner), signal)) {
    for (const event of caughtUp ? events : sinceStart(events, true)) {
      await show.take(event);
      if (event.event === 'run-finished') return event.exitCode;
      if (event.event === 'run-left') return EXIT_CODES.interrupted;
    }
    caughtUp = true;
  }
  return undefined;
}

/** The events since the run was begun, or resumed, the last time; what was told just before with them. */
function sinceStart(events: readonly RunEvent[], goesOn: boolean): readonly RunEvent[] {
  const start = events.findLastIndex(({ event }) => event === 'run-started');
  const end = events.findLastIndex(isEnd);
  // Somebody has taken it up, and has not come to tell so yet.
  if (goesOn && end > start) return events.slice(end + 1);
  const before = events
    .slice(0, Math.max(0, start))
    .findLastIndex(({ event }) => event !== 'finding');
  return events.slice(before + 1).filter((event) => goesOn || !isEnd(event));
}

function isEnd({ event }: RunEvent): boolean {
  return event === 'run-finished' || event === 'run-left';
}

/** Shows a run that goes on no more; its end is the one that its journal tells. */
async function told({ run, folder }: RunFolder, show: Showing, replay: boolean): Promise<number> {
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
      message: `nobody works on run ${run} any more, and no end of it is told: ${whyOpen(log)}`,
      hint: `look at it: ${[blockplanCommand('show', run), ...recoveryCommands(run, log ? recoveryModesOf(log) : [])].join('; then: ')}`,
    },
  ]);
}

function whyOpen(log: StoredLog | undefined): string {
  if (!log?.beginning) return 'its journal cannot be read';
  if (isUntrusted(log))
    return 'its journal was altered after it was written, or is of another version';
  return log.attempts.at(-1)?.end === 'left' ? 'it was left half-way' : 'its process is gone';
}

function finishOf({
  finish,
  attempts,
}: RunLog): Extract<RunEvent, { event: 'run-finished' }> | undefined {
  if (!finish) return undefined;
  const { end, interrupted, state, next } = finish;
  const time = Date.parse(finish.time);
  const attempt = attempts.at(-1);
  return {
    ...{ time, event: 'run-finished', end, interrupted, state, next },
    exitCode: exitCodeOf(end, interrupted, attempt?.how ?? 'run'),
    durationMs: Math.max(0, time - Date.parse(attempt?.time ?? finish.time)),
  };
}

function onlyRunning(holders: ReadonlyMap<string, LockOwner>): string {
  const [only, ...others] = holders.keys();
  if (only !== undefined && others.length === 0) return only;
  throw only === undefined
    ? inputRefusal(
        codes.activeRunNotFound,
        'no run goes on now',
        'name the run that you mean, as blockplan list shows it',
      )
    : inputRefusal(
        codes.activeRunNotFound,
        `${others.length + 1} runs go on now: ${[only, ...others].join(', ')}`,
        'name the one that you mean: blockplan attach RUN',
      );
}
