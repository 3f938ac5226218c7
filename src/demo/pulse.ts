/** Measures a guest's writes: how many numbers become durable, and how long the guest waits for one at most. */
import type { Guest } from '../lab/guest.ts';

const LOOK_EVERY_MS = 5;

/** The measurement of a guest's writes. */
interface PulseReading {
  /** The numbers that became durable meanwhile. */
  readonly writes: number;
  /** The longest time between two of them in milliseconds, to the precision of the polling interval. */
  readonly longestWaitMs: number;
}

/** Measures the guest's writes during other work; returns the result of the work and the measurement. */
export async function withPulse<T>(
  guest: Guest,
  something: () => Promise<T>,
): Promise<[T, PulseReading]> {
  const first = await guest.acknowledged();
  let last = first;
  let since = performance.now();
  let longestWaitMs = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const number = await guest.acknowledged();
      const now = performance.now();
      // An unfinished wait counts as well; otherwise a paused guest would show no wait.
      longestWaitMs = Math.max(longestWaitMs, now - since);
      if (number !== last) since = now;
      last = number;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  })();
  try {
    const given = await something();
    return [given, { writes: (await guest.acknowledged()) - first, longestWaitMs }];
  } finally {
    over = true;
    await watching;
  }
}
