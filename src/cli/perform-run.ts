/** Performs a run, new or resumed, with its display, signals and journal. */
import type { Finding } from '../errors.ts';
import type { Listener } from '../events.ts';
import type { Journal } from '../journal/journal.ts';
import { readJournalEnds } from '../journal/journal-ends.ts';
import { isRunOver } from '../journal/run-log.ts';
import { removeUnfinished } from '../journal/unfinished.ts';
import { redactFindings } from '../model/redact-value.ts';
import { EXIT_CODES, isFinalState, isOpenEnd } from '../outcomes.ts';
import { type Display, textDisplay } from '../render/display.ts';
import { jsonListener } from '../render/json.ts';
import { LeftUnfinished } from '../run/execute.ts';
import type { Finish } from '../run/run-state.ts';
import type { RunEnding } from './after-run.ts';
import { loggedDisplay } from './logged-display.ts';
import { onInterrupt } from './signals.ts';

export interface RunContext {
  readonly state: string;
  readonly run: string;
  readonly journal: Journal;
  readonly format: 'text' | 'json';
  /** Reported before anything is done. */
  readonly findings: readonly Finding[];
  readonly ending: RunEnding;
}

/** How a run is observed and stopped. */
export interface RunControls {
  readonly signal: AbortSignal;
  readonly leave: AbortSignal;
  readonly listener: Listener;
}

/** Performs a run with a display; returns the exit code. */
export async function performRun(
  { state, run, journal, format, findings, ending }: RunContext,
  perform: (attended: RunControls) => Promise<Finish>,
): Promise<number> {
  const display = ending.follow(
    loggedDisplay(await displayOf(format), journal.folder),
    journal.folder,
  );
  let hasEnded = false;
  const listener: Listener = (event) => {
    hasEnded ||= event.event === 'hook-started' && event.point !== 'before';
    display.listener(event);
  };
  const { signal, leave, release } = onInterrupt((name) => {
    const message = `${name}: ${hasEnded ? AFTER_THE_END : BEFORE_THE_END}`;
    listener({ time: Date.now(), event: 'notice', message });
  });
  try {
    for (const finding of redactFindings(findings))
      listener({ time: Date.now(), event: 'finding', finding });
    const { end, exitCode } = await perform({ signal, leave, listener });
    if (isFinalState(end) ? !isOpenEnd(end) : isRefused(journal))
      await removeUnfinished(state, run);
    return exitCode;
  } catch (error) {
    if (error instanceof LeftUnfinished) return EXIT_CODES.interrupted;
    throw error;
  } finally {
    await display.close();
    release();
    await journal.close().catch(reportUnclosed);
  }
}

/** What the first signal does, and a second one would do. */
const BEFORE_THE_END =
  'rolling back; a second signal interrupts the rollback, which can be resumed later';
const AFTER_THE_END = 'the run has ended; a second signal ends the wait for its hooks';

/** Whether the run itself was refused at its start, not only an attempt to resume it: the journal shows which. */
function isRefused({ folder }: Journal): boolean {
  const ends = readJournalEnds(folder);
  return ends !== undefined && isRunOver(ends.log);
}

/** The run is over and its outcome is known, so it has not failed if the end of its journal did not reach the disk. */
function reportUnclosed(error: Error): void {
  process.stderr.write(
    `the last records of the journal might not be on disk: ${error.message}; check the storage of the state directory\n`,
  );
}

/** Bars on a terminal, plain lines elsewhere, JSON Lines for programs. */
export async function displayOf(format: 'text' | 'json'): Promise<Display> {
  const out = process.stdout;
  // A reader that goes away (`| head`, a closed terminal) must not end a run in progress.
  for (const stream of [out, process.stderr]) stream.on('error', () => {});
  return format === 'json'
    ? { listener: jsonListener(out), close: async () => {}, abandon: () => {} }
    : textDisplay(out, process.env);
}
