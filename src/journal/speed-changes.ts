/** The changes that `blockplan throttle` made to the speed of a run's jobs, from its event log: the journal has none. */
import { loggedEvents } from './follow-events.ts';

export interface SpeedChange {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The new limit and the user who requested it, as a sentence. */
  readonly message: string;
}

/**
 * @param folder the run's folder
 * @returns the changes in their order; none without a log
 * @throws a file system error
 */
export async function speedChangesOf(folder: string): Promise<readonly SpeedChange[]> {
  const changes: SpeedChange[] = [];
  for await (const event of loggedEvents(folder)) {
    if (event.event !== 'notice' || event.about !== 'throttle') continue;
    const { time, message } = event;
    // The log may contain any text.
    if (Number.isFinite(time) && typeof message === 'string') changes.push({ time, message });
  }
  return changes;
}
