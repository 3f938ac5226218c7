/** How long the copies of a plan take, as far as their sizes and speed limits are known. */

import type { Totals } from '../simulate/preview.ts';
import { sizeText } from '../size-text.ts';
import { estimateText } from './amounts.ts';

export interface CopyDuration {
  /** `about 14 min` */
  readonly time: string;
  /** The speed limits: `50 MiB/s`, or `20 MiB/s to 50 MiB/s`. */
  readonly rate: string;
  /** The destinations of the copies that are included. */
  readonly to: readonly string[];
}

/** An estimate for the copies with a known size and a speed limit; undefined if there are none. */
export function copyDuration(copies: Totals['copies']): CopyDuration | undefined {
  const known = copies.flatMap(({ to, bytes, rate }) =>
    bytes === undefined || rate === undefined ? [] : [{ to, rate, ms: (1000 * bytes) / rate }],
  );
  if (known.length === 0) return undefined;
  const rates = known.map(({ rate }) => rate);
  const [least, most] = [Math.min(...rates), Math.max(...rates)].map(
    (rate) => `${sizeText(rate)}/s`,
  );
  return {
    time: estimateText(known.reduce((sum, { ms }) => sum + ms, 0)),
    rate: least === most ? `${least}` : `${least} to ${most}`,
    to: known.map(({ to }) => to),
  };
}
