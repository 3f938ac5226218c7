/**
 * What a run tells, written down beside its journal for those who look on from another terminal. It is a comfort and no
 * record: it is not fsynced, and a run goes on without it.
 */
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../events.ts';
import { RESERVE_FILE } from './journal.ts';

export const EVENTS_FILE = 'events.jsonl';

/** Progress is written down once a second at first, and every ten seconds after ten minutes: a day's is a megabyte. */
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
   * Opens it, to append.
   * @param folder the run's
   * @param onFailure told once, when it cannot be written any more
   */
  constructor(folder: string, onFailure: (why: string) => void) {
    this.#reserve = join(folder, RESERVE_FILE);
    this.#onFailure = onFailure;
    try {
      this.#file = openSync(join(folder, EVENTS_FILE), 'a', 0o600);
    } catch (error) {
      this.#fail((error as Error).message);
    }
    // A run that was killed may have left half a line, which shall not spoil the next.
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
    // The room that the journal has put by, and has had to give up, is not for this.
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

/** Which events are written down: all but progress that says little more than the last. */
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
