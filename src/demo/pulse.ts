/** Takes a guest's pulse: how many numbers it makes durable meanwhile, and how long it ever waits for one. */
import type { Guest } from '../lab/guest.ts';

const LOOK_EVERY_MS = 5;

/** What was seen of a guest's writes. */
interface PulseReading {
  /** The numbers that became durable meanwhile. */
  readonly writes: number;
  /** The longest time between two of them, to the few milliseconds of a look. */
  readonly longestWaitMs: number;
}

/** Watches the guest's writes while something else happens, and returns what that gave and what was seen. */
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
      // A wait that is still going on counts too, or a guest that stands still would seem to do well.
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
