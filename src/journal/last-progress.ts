/** When a run last saw the progress of an effect, from its event log: the journal does not record progress. */
import { loggedEvents } from './follow-events.ts';

/**
 * Milliseconds since the epoch; undefined if the log shows no progress, or does not exist.
 * @param folder the run's folder
 * @throws a file system error
 */
export async function lastProgressOf(folder: string): Promise<number | undefined> {
  let last: number | undefined;
  // The log may contain any text.
  for await (const { event, time } of loggedEvents(folder))
    if (event === 'progress' && Number.isFinite(time)) last = Math.max(last ?? 0, time);
  return last;
}
