/** Formats counts, percentages, durations and ranges for people; `size-text.ts` formats sizes. */
import { sizeText } from '../size-text.ts';

/** Whole percents, rounded down so that 100 means all of it; 0 while the total is unknown. */
export function percentOf(current: number, total: number): number {
  if (!(total > 0) || !(current > 0)) return 0;
  return Math.min(100, Math.floor((current / total) * 100));
}

/** `0.4 s`, `12 s`, `3 min 2 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  if (tenths < 100) return `${tenths / 10} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return twoUnits(seconds, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return twoUnits(minutes, 60, 'h', 'min');
  return twoUnits(Math.round(minutes / 60), 24, 'd', 'h');
}

/** The same for an estimate: `about 40 s`, `about 3 min 20 s`, and from ten minutes on without seconds. */
export function estimateText(ms: number): string {
  const unit = ms < 600_000 ? 1000 : 60_000;
  return `about ${durationText(Math.max(1, Math.round(ms / unit)) * unit)}`;
}

function twoUnits(amount: number, ratio: number, large: string, small: string): string {
  const rest = amount % ratio;
  const head = `${Math.floor(amount / ratio)} ${large}`;
  return rest === 0 ? head : `${head} ${rest} ${small}`;
}

/** `up to 2.2 GiB`; from the smallest amount on, where that says more than nothing: `266 KiB to 2.2 GiB`. */
export function rangeOfSizes(most: number, least: number | undefined): string {
  const isTelling = least !== undefined && least >= SMALLEST_COPY && least < most;
  return isTelling ? `${sizeText(least)} to ${sizeText(most)}` : `up to ${sizeText(most)}`;
}

/** `about 2.08 GiB (120 MiB as stored)`, where the space that its source takes says more than nothing. */
export function knownSize(bytes: number, stored: number): string {
  const source = stored < SMALLEST_COPY ? '' : ` (${sizeText(stored)} as stored)`;
  return `about ${sizeText(bytes)}${source}`;
}

/** An image without data is smaller. */
const SMALLEST_COPY = 64 * 1024;

/** `1 step`, `2 steps`. */
export function pluralText(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}
