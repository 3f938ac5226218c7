/** Events for programs: JSON Lines, one event a line, in the shapes of `schemas/events.schema.json`. */
import type { Listener } from '../events.ts';
import type { Output } from './output.ts';

/** What JSON does not escape but a terminal would act on: DEL, C1 controls, bidirectional controls, separators. */
const UNESCAPED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A listener that writes each event as one line of JSON. */
export function jsonListener(out: Output): Listener {
  return (event) => {
    out.write(`${jsonText(event)}\n`);
  };
}

/**
 * A value as JSON that is harmless to show.
 * @param indent how many spaces a level is indented; 0 for a single line
 */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(UNESCAPED, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
