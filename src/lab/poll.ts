import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Polls until the answer is neither undefined nor false, and returns it.
 * Rejects after `timeoutMs` with `what`, so that a stuck guest ends a test with a reason.
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
    if (Date.now() > deadline)
      throw new Error(`timed out after ${timeoutMs / 1000} s waiting for ${what}`);
    await sleep(20);
  }
}
