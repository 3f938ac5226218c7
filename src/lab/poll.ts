import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither undefined nor false, and returns it.
 * Rejects after `timeoutMs`, naming what was waited for, so that a stuck guest ends a test with a reason.
 */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => T | Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`);
    await sleep(20);
  }
}
