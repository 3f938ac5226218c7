/** Words for values in messages. */
import { printable } from '../printable.ts';

/** In characters; longer texts are cut, so that a message stays readable. */
const LONGEST = 80;

/** The text in quotes, safe to show on a terminal. */
export function quoted(text: string): string {
  return `"${printable(short(text))}"`;
}

/** The text, cut if it is long. */
export function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A value, worded to follow "but is": `"fast"`, `the number 7`, `a list`. */
export function named(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty text' : quoted(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'empty';
  return Array.isArray(value) ? 'a list' : 'a map';
}

/** `"a", "b" or "c"`. */
export function listed(words: readonly string[], last: 'or' | 'and' = 'or'): string {
  const all = words.map(quoted);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`;
}

/**
 * The name in messages of the value at that path: `"bandwidth"`, or `item 2 of "steps"`.
 * @param noun the kind of document, for the empty path
 */
export function labelOf(path: readonly (string | number)[], noun: string): string {
  const last = path.at(-1);
  if (last === undefined) return `the ${noun}`;
  if (typeof last === 'number') return `item ${last + 1} of ${quoted(String(path.at(-2) ?? ''))}`;
  return quoted(last);
}
