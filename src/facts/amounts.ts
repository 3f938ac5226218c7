/**
 * Bytes as a facts file tells them: rounded to what matters to a plan, so that a guest that writes does not change the
 * file all the time, and always to the safe side.
 */

/** `3.3 GiB`, or bytes. */
export type Amount = string | number;

const UNITS: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** What an amount looks like, as a regular expression. */
export const AMOUNT = `^[0-9]+(\\.[0-9]+)? ?(${UNITS.join('|')})$`;

const MIB = 2 ** 20;

/** At least so much: up to the next of two significant digits, and to whole MiB below 10 MiB; `3.3 GiB`. */
export function atLeast(bytes: number): string {
  return rounded(bytes, Math.ceil);
}

/** At most so much: down to two significant digits, and to whole MiB below 10 MiB. */
export function atMost(bytes: number): string {
  return rounded(bytes, Math.floor);
}

function rounded(bytes: number, toWhole: (value: number) => number): string {
  if (!(bytes > 0)) return '0 B';
  const power = Math.max(powerOf(bytes), UNITS.indexOf('MiB'));
  const size = 1024 ** power;
  const value = bytes / size;
  // Tenths, ones, tens; from 1000 on a step is 100, as far as the next unit. No step is less than a MiB.
  const step = value < 10 && size > MIB ? 0.1 : value < 100 ? 1 : value < 1000 ? 10 : 100;
  const told = (steps: number) => Number((steps * step).toFixed(1));
  const near = Math.round(value / step);
  // What was rounded before is met exactly, and stays.
  const steps = bytesOf(told(near), size) === bytes ? near : toWhole(value / step);
  const whole = told(steps);
  if (whole === 0) return '0 B';
  const next = UNITS[power + 1];
  return whole >= 1024 && next ? `1 ${next}` : `${whole} ${UNITS[power] ?? 'B'}`;
}

/** Exactly so much, in the largest unit of which it is a whole number. */
export function exactly(bytes: number): string {
  const at = UNITS.findLastIndex(
    (_, power) => bytes >= 1024 ** power && bytes % 1024 ** power === 0,
  );
  return `${bytes / 1024 ** Math.max(at, 0)} ${UNITS[at] ?? 'B'}`;
}

/** Whole bytes of an amount that {@link AMOUNT} fits, or of a number of bytes. */
export function readAmount(amount: Amount): number {
  if (typeof amount === 'number') return amount;
  const power = UNITS.indexOf(amount.replace(/[0-9. ]/g, ''));
  return bytesOf(Number.parseFloat(amount), 1024 ** power);
}

function bytesOf(value: number, size: number): number {
  return Math.round(value * size);
}

/** The largest unit of which there is a whole one. */
function powerOf(bytes: number): number {
  return Math.max(
    UNITS.findLastIndex((_, power) => bytes >= 1024 ** power),
    0,
  );
}
