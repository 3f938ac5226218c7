/** The progress of a job in words, the same on a terminal and in plain lines. */
import type { RunEvent } from '../events.ts';
import { sizeText } from '../size-text.ts';
import { durationText, percentOf } from './amounts.ts';

export type ProgressEvent = Extract<RunEvent, { event: 'progress' }>;

export interface ProgressWords {
  /** Whole percents. */
  readonly percent: number;
  /** `2 GiB of 10 GiB` */
  readonly done: string;
  /** `512 MiB/s`; none until it is known. */
  readonly speed: readonly string[];
  /** `4 s elapsed`; none in the log of an older version. */
  readonly elapsed: readonly string[];
  /** `16 s left`; none while it is unknown. */
  readonly left: readonly string[];
  /** Why the job does not come to its end; none if it does. */
  readonly warning: readonly string[];
}

type Measured = Pick<
  ProgressEvent,
  'current' | 'total' | 'rate' | 'elapsedMs' | 'leftMs' | 'guestKeepsUp'
>;

export function progressWords({
  current,
  total,
  rate,
  elapsedMs,
  leftMs,
  guestKeepsUp,
}: Measured): ProgressWords {
  return {
    percent: percentOf(current, total),
    done: `${sizeText(current)} of ${sizeText(total)}`,
    speed: rate === undefined ? [] : [`${sizeText(rate)}/s`],
    elapsed: elapsedMs === undefined ? [] : [`${wholeSeconds(elapsedMs)} elapsed`],
    left: leftMs === undefined ? [] : [`${durationText(leftMs)} left`],
    warning: guestKeepsUp ? ['the guest writes about as fast as the job copies'] : [],
  };
}

/** Tenths would only flicker. */
function wholeSeconds(ms: number): string {
  return durationText(Math.floor(ms / 1000) * 1000);
}
