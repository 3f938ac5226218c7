/**
 * The events of a run, written next to its journal so that another terminal can follow the run. It is a convenience and
 * not a record: it is not fsynced, and a run continues without it.
 */
import { appendFileSync, closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../events.ts';
import { RESERVE_FILE } from './journal.ts';

export const EVENTS_FILE = 'events.jsonl';

/** Progress is written once per second at first, and every ten seconds after ten minutes: a megabyte for a day. */
const OFTEN_MS = 1_000;
const SELDOM_MS = 10_000;
const SLOWING = 60;

/** A run's event log. */
export class EventLog {
  readonly #reserve: string;
  readonly #onFailure: (why: string) => void;
  readonly #isDue = pace();
  #file: number | undefined;

  /**
   * Opens the log, to append to it.
   * @param folder the run's folder
   * @param onFailure called once, when the log can no longer be written
   */
  constructor(folder: string, onFailure: (why: string) => void) {
    this.#reserve = join(folder, RESERVE_FILE);
    this.#onFailure = onFailure;
    try {
      this.#file = openSync(join(folder, EVENTS_FILE), 'a', 0o600);
    } catch (error) {
      this.#fail((error as Error).message);
    }
    // A killed run may have left half a line, which must not spoil the next one.
    this.#append('\n');
  }

  /** Appends an event, unless it is progress that comes too soon after the last. */
  write(event: RunEvent): void {
    if (this.#isDue(event)) this.#append(`${JSON.stringify(event)}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(text: string): void {
    if (this.#file === undefined) return;
    // If the journal had to give up its reserve, the freed space is not for this log.
    if (!existsSync(this.#reserve)) {
      this.#fail('the disk is full');
      return;
    }
    try {
      const bytes = Buffer.from(text);
      if (writeSync(this.#file, bytes) < bytes.length) this.#fail('the disk is full');
    } catch (error) {
      this.#fail((error as Error).message);
    }
  }

  #fail(why: string): void {
    this.close();
    this.#onFailure(why);
  }
}

/** Appends one event to the log of a run from outside of it, or after its end, as far as that is possible. */
export function appendEvent(folder: string, event: RunEvent): void {
  try {
    // One write in append mode is not mixed with those of the run's own process.
    appendFileSync(join(folder, EVENTS_FILE), `${JSON.stringify(event)}\n`, { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    // The log is a convenience.
  }
}

/** Selects the events to write: all except progress that comes too soon after the last. */
function pace(): (event: RunEvent) => boolean {
  let began = 0;
  let last = Number.NEGATIVE_INFINITY;
  return ({ event, time }) => {
    if (event === 'phase-started') {
      began = time;
      last = Number.NEGATIVE_INFINITY;
    }
    if (event !== 'progress') return true;
    const pause = Math.min(SELDOM_MS, Math.max(OFTEN_MS, (time - began) / SLOWING));
    if (time >= last && time - last < pause) return false;
    last = time;
    return true;
  };
}
