/** How values are named in a message. */
import { printable } from '../printable.ts';

/** Longer texts are cut: a message stays a sentence. */
const LONGEST = 80;

/** The text in quotes, harmless to show. */
export function quoted(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return `"${printable(short)}"`;
}

/** A value after "but is": `"fast"`, `the number 7`, `a list`. */
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
