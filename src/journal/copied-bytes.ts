/** How much a run copied, from its event log: the journal does not record progress. */
import type { RunEvent } from '../events.ts';
import { loggedEvents } from './follow-events.ts';

/** The last progress that a phase reported. */
interface Copying {
  readonly current: number;
  readonly total: number;
  /** Whether the process ended since; the job may have continued without it. */
  readonly isInterrupted: boolean;
}

/**
 * The bytes that the run's block jobs and conversions reported, forward and back, in all attempts. The progress of a job is
 * not reported at every moment: a phase that was completed counts with its total, any other with what it last reported. A
 * job that continued while no process followed it counts once.
 * @param folder the run's folder
 * @returns undefined if the log shows no progress, or does not exist
 * @throws a file system error
 */
export async function copiedBytesOf(folder: string): Promise<number | undefined> {
  let sum: number | undefined;
  let now: Copying | undefined;
  let phase: PhaseStarted | undefined;
  const add = (bytes: number | undefined): void => {
    if (bytes !== undefined) sum = (sum ?? 0) + bytes;
    now = undefined;
  };
  for await (const event of loggedEvents(folder)) {
    if (event.event === 'progress') {
      const next = measured(event);
      if (!next) continue;
      // A phase can have several jobs, and one that was interrupted can begin again.
      if (now && next.current < now.current) add(now.isInterrupted ? now.current : now.total);
      now = next;
    } else if (event.event === 'phase-finished') add(now?.total);
    else if (event.event === 'phase-failed') add(now?.current);
    else if (event.event === 'phase-started') {
      if (now && phase && isSamePhase(phase, event)) now = { ...now, isInterrupted: true };
      else add(now?.current);
      phase = event;
    }
  }
  add(now?.current);
  return sum;
}

type PhaseStarted = Extract<RunEvent, { event: 'phase-started' }>;

function isSamePhase(one: PhaseStarted, other: PhaseStarted): boolean {
  const { step, phase, direction } = other;
  return one.step === step && one.phase === phase && one.direction === direction;
}

/** The log may contain any text. */
function measured({
  current,
  total,
}: Extract<RunEvent, { event: 'progress' }>): Copying | undefined {
  const isAmount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  return isAmount(current) && isAmount(total)
    ? { current, total, isInterrupted: false }
    : undefined;
}
