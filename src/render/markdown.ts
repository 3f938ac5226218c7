/** Text that came from outside as Markdown in which it means nothing but itself, on GitHub and where HTML is let through. */
import { printable } from '../printable.ts';

/** Breaks a mention or a reference without showing: what follows it is no name and no number any more. */
const APART = '&#8203;';

/**
 * Running text that means only itself, at the beginning of a line, inside one, and between HTML tags. What could mean
 * something is written by its number: that is never taken for structure.
 */
export function prose(text: string): string {
  return printable(text)
    .trimStart()
    .replace(/[&<>"`*_[\]\\~|$]|:(?=\/\/)|(?<=\bwww)\.|^[-+=#]|(?<=^\d+)[.)]/gi, numbered)
    .replace(/@(?=\S)|(?<!&)#(?=\w)|\bGH(?=-\d)/gi, `$&${APART}`);
}

function numbered(sign: string): string {
  return `&#${sign.charCodeAt(0)};`;
}

/** A path, a name or a command inside a sentence. */
export function code(text: string): string {
  const shown = printable(text);
  if (shown.trim() === '') return '';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A block of lines, shown as they are. */
export function codeBlock(language: string, lines: readonly string[]): string {
  const shown = lines.map(printable);
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1));
  return [`${fence}${language}`, ...shown, fence].join('\n');
}

/** Details that are shown when one asks for them. The summary is HTML, the body Markdown. */
export function collapsible(summary: string, body: readonly string[]): string {
  return [`<details><summary>${summary}</summary>`, ...body, '</details>'].join('\n\n');
}

/** A comment that nobody sees, for programs to find; the word cannot end it. */
export function marker(word: string): string {
  return `<!-- ${word.replaceAll('--', '-%2D')} -->`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
