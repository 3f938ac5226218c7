/** How long the copies of a plan take, as far as their sizes and speed limits are known. */
import type { Totals } from '../simulate/preview.ts';
import { sizeText } from '../size-text.ts';
import { estimateText } from './amounts.ts';

export interface CopyDuration {
  /** `about 14 min`, `about 49 s to 5 min 7 s`, `up to about 5 min` or `at least about 49 s` */
  readonly time: string;
  /** The speed limits: `50 MiB/s`, or `20 MiB/s to 50 MiB/s`. */
  readonly rate: string;
  /** Why it is a range; absent if it is none. */
  readonly because?: string;
  /** The destinations of the copies that are included. */
  readonly to: readonly string[];
}

/**
 * An estimate for the copies with a known size and a speed limit; undefined if there are none. It is a range, because QEMU
 * can count areas without data towards the limit.
 */
export function copyDuration(copies: Totals['copies']): CopyDuration | undefined {
  const known = copies.flatMap(({ to, bytes, rate, counted }) =>
    rate === undefined || (bytes ?? counted) === undefined ? [] : [{ to, rate, bytes, counted }],
  );
  if (known.length === 0) return undefined;
  const rates = known.map(({ rate }) => rate);
  const [slowest, fastest] = [Math.min(...rates), Math.max(...rates)].map(
    (rate) => `${sizeText(rate)}/s`,
  );
  const least = known.reduce((sum, { bytes = 0, rate }) => sum + (1000 * bytes) / rate, 0);
  const most = sumOf(
    known.map(({ bytes = 0, counted, rate }) =>
      counted === undefined ? undefined : (1000 * Math.max(bytes, counted)) / rate,
    ),
  );
  const [from, to] = [estimateText(least), most === undefined ? undefined : estimateText(most)];
  return {
    time: rangeText(least === 0 ? undefined : from, to),
    ...(from === to ? {} : { because: whyRange(least, most) }),
    rate: slowest === fastest ? `${slowest}` : `${slowest} to ${fastest}`,
    to: known.map(({ to }) => to),
  };
}

/** Only one of the ends may be known. */
function whyRange(least: number, most: number | undefined): string {
  if (most === undefined) return 'longer if QEMU counts empty areas as data';
  return least === 0
    ? 'this long if QEMU counts empty areas as data'
    : 'the longer time if QEMU counts empty areas as data';
}

/** The sum; undefined if a part is unknown. */
function sumOf(parts: readonly (number | undefined)[]): number | undefined {
  return parts.reduce<number | undefined>(
    (sum, part) => (sum === undefined || part === undefined ? undefined : sum + part),
    0,
  );
}

/** At least one of the ends is known. */
function rangeText(from: string | undefined, to: string | undefined): string {
  if (to === undefined) return `at least ${from}`;
  if (from === undefined) return `up to ${to}`;
  return from === to ? from : `${from} to ${to.replace(/^about /, '')}`;
}
