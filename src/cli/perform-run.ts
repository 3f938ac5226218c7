/** What stands around a run that goes on, at its first start and when it is resumed. */
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
import { loggedDisplay } from './logged-display.ts';
import { onInterrupt } from './signals.ts';

export interface RunContext {
  readonly state: string;
  readonly run: string;
  readonly journal: Journal;
  readonly output: 'text' | 'json';
  /** What is told before anything is done. */
  readonly findings: readonly Finding[];
}

/** What a run is given to be seen and stopped. */
export interface RunControls {
  readonly signal: AbortSignal;
  readonly leave: AbortSignal;
  readonly listener: Listener;
}

/** Performs a run before the user's eyes; returns the exit code. */
export async function performRun(
  { state, run, journal, output, findings }: RunContext,
  perform: (attended: RunControls) => Promise<Finish>,
): Promise<number> {
  const display = loggedDisplay(await displayOf(output), journal.folder);
  const { listener } = display;
  const { signal, leave, release } = onInterrupt((name) => {
    const message = `${name}: rolling back; once more leaves the run half-way, to be taken up later`;
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
    await journal.close().catch(tellUnclosed);
  }
}

/** Whether a run was refused at its start, and not only the attempt to take it up again: its journal tells the difference. */
function isRefused({ folder }: Journal): boolean {
  const ends = readJournalEnds(folder);
  return ends !== undefined && isRunOver(ends.log);
}

/** The run is over, and what it did is known: an end that did not reach the disk is no reason to call it failed. */
function tellUnclosed(error: Error): void {
  process.stderr.write(`the journal's end is not safe on disk: ${error.message}\n`);
}

/** Bars on a terminal, plain lines elsewhere, JSON Lines for programs. */
export async function displayOf(output: 'text' | 'json'): Promise<Display> {
  const out = process.stdout;
  // A reader that goes away (`| head`, a closed terminal) must not end a run that is half-way.
  for (const stream of [out, process.stderr]) stream.on('error', () => {});
  return output === 'json'
    ? { listener: jsonListener(out), close: async () => {}, abandon: () => {} }
    : textDisplay(out, process.env);
}
