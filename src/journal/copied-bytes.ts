/** How much a run copied, from its event log: the journal does not record progress. */
import type { RunEvent } from '../events.ts';
import { followEvents } from './follow-events.ts';

/** One phase, and the last progress that it reported. */
interface Copying {
  readonly current: number;
  readonly total: number;
}

/**
 * The bytes that the run's block jobs and conversions reported, forward and back, in all attempts. The progress of a job is
 * not reported at every moment: a phase that was completed counts with its total, any other with what it last reported.
 * @param folder the run's folder
 * @returns undefined if the log shows no progress, or does not exist
 * @throws a file system error
 */
export async function copiedBytesOf(folder: string): Promise<number | undefined> {
  let sum: number | undefined;
  let now: Copying | undefined;
  const add = (bytes: number | undefined): void => {
    if (bytes !== undefined) sum = (sum ?? 0) + bytes;
    now = undefined;
  };
  const nobody = new AbortController().signal;
  for await (const events of followEvents(folder, () => false, nobody))
    for (const event of events) {
      if (event.event === 'progress') {
        // A phase can have several jobs.
        if (now && event.current < now.current) add(now.total);
        now = measured(event);
      } else if (event.event === 'phase-finished') add(now?.total);
      else if (event.event === 'phase-failed' || event.event === 'phase-started') add(now?.current);
    }
  add(now?.current);
  return sum;
}

/** The log may contain any text. */
function measured({
  current,
  total,
}: Extract<RunEvent, { event: 'progress' }>): Copying | undefined {
  const isAmount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  return isAmount(current) && isAmount(total) ? { current, total } : undefined;
}
