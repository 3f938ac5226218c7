/** Running text and commands in the page. */
import type { Text } from './document.ts';
import { html, type Markup } from './html.ts';

/** Text with code in it. */
export function inline(text: Text): Markup[] {
  return text.map((each) =>
    typeof each === 'string' ? html`${each}` : html`<code>${each.code}</code>`,
  );
}

/** A clause as a sentence. */
export function asSentence(text: Text): Text {
  const [first = '', ...rest] = text;
  const all = [typeof first === 'string' ? raised(first) : first, ...rest];
  const last = text.at(-1) ?? '';
  const ended = typeof last === 'string' && (/[.!?]$/.test(last) || last.trim() === '');
  return ended ? all : [...all, '.'];
}

function raised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The words of a command. Each stays on one line if it fits: a browser would break it after the hyphens of an option. A long
 * one is broken after its commas first.
 */
export function commandWords(command: string): Markup[] {
  return command
    .split(/( +)/)
    .map((piece) => (/^ *$/.test(piece) ? html`${piece}` : html`<span>${partsOf(piece)}</span>`));
}

function partsOf(word: string): Markup[] {
  const parts = word.split(/(?<=,)/);
  return parts.length === 1 ? [html`${word}`] : parts.map((part) => html`<span>${part}</span>`);
}
