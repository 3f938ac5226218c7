/**
 * Bytes in a facts file: rounded to the precision that a plan needs, so that the file does not change with every write of
 * the guest, and always to the safe side.
 */

import type { JsonSchema } from '../plan/schema.ts';

/** `3.3 GiB`, `40G`, or a number of bytes. */
export type Amount = string | number;

const UNITS: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/**
 * The syntax of an amount, as a regular expression: `3.3 GiB`, or `40G` as `qemu-img` takes it. A fraction of a byte is no
 * amount, and neither is `10 GB`, whose factor is 1000 to some and 1024 to others.
 */
export const AMOUNT = '^([0-9]+ ?B|[0-9]+(\\.[0-9]+)? ?([KkMmGgTtPp]|[KMGTP]iB))$';

/** The schema of a size in bytes; `readFacts` also checks that it is not too large. */
export function amountSchema(description: string): JsonSchema {
  return {
    type: ['string', 'integer'],
    title: 'a size such as 40G or "3.3 GiB" (K, M, G, T, P: powers of 1024), or a number of bytes',
    pattern: AMOUNT,
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description,
  };
}

/** The largest amount in bytes, 8 PiB: what {@link atLeast} makes of the largest number that is exact. */
export const MOST_BYTES = 2 ** 53;

const MIB = 2 ** 20;

/** Rounds up to two significant digits, or to whole MiB below 10 MiB: `3.3 GiB`. */
export function atLeast(bytes: number): string {
  return rounded(bytes, Math.ceil);
}

/** Rounds down to two significant digits, or to whole MiB below 10 MiB. */
export function atMost(bytes: number): string {
  return rounded(bytes, Math.floor);
}

function rounded(bytes: number, toWhole: (value: number) => number): string {
  if (!(bytes > 0)) return '0 B';
  const power = Math.max(powerOf(bytes), UNITS.indexOf('MiB'));
  const size = 1024 ** power;
  const value = bytes / size;
  // Tenths, ones, tens; from 1000 to the next unit, a step is 100. No step is less than a MiB.
  const step = value < 10 && size > MIB ? 0.1 : value < 100 ? 1 : value < 1000 ? 10 : 100;
  const told = (steps: number) => Number((steps * step).toFixed(1));
  const near = Math.round(value / step);
  // A value that was rounded before matches exactly, and stays the same.
  const steps = bytesOf(told(near), size) === bytes ? near : toWhole(value / step);
  const whole = told(steps);
  if (whole === 0) return '0 B';
  const next = UNITS[power + 1];
  return whole >= 1024 && next ? `1 ${next}` : `${whole} ${UNITS[power] ?? 'B'}`;
}

/** The exact amount, in the largest unit in which it is a whole number. */
export function exactly(bytes: number): string {
  const at = UNITS.findLastIndex(
    (_, power) => bytes >= 1024 ** power && bytes % 1024 ** power === 0,
  );
  return `${bytes / 1024 ** Math.max(at, 0)} ${UNITS[at] ?? 'B'}`;
}

/** The amount in whole bytes. @param amount a text that matches {@link AMOUNT}, or a number of bytes */
export function readAmount(amount: Amount): number {
  if (typeof amount === 'number') return amount;
  const [letter = 'B'] = amount.replace(/[0-9. ]/g, '').toUpperCase();
  const power = UNITS.findIndex((unit) => unit.startsWith(letter));
  return bytesOf(Number.parseFloat(amount), 1024 ** power);
}

function bytesOf(value: number, size: number): number {
  return Math.round(value * size);
}

/** The largest unit that fits into the amount, as a power of 1024. */
function powerOf(bytes: number): number {
  return Math.max(
    UNITS.findLastIndex((_, power) => bytes >= 1024 ** power),
    0,
  );
}
