/** Escapes text from outside for Markdown, on GitHub and wherever HTML is allowed. */
import { printable } from '../printable.ts';

/** Invisible; after it a name or a number no longer makes a mention or a reference. */
const APART = '&#8203;';

/**
 * Running text without special meaning, at the beginning of a line, inside one, and between HTML tags. Special characters
 * become numeric entities, which are never read as structure.
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

/** Details that are folded. The summary is HTML, the body Markdown. */
export function collapsible(summary: string, body: readonly string[]): string {
  return [`<details><summary>${summary}</summary>`, ...body, '</details>'].join('\n\n');
}

/** An invisible comment, for programs to find; the word cannot end it. */
export function marker(word: string): string {
  return `<!-- ${word.replaceAll('--', '-%2D')} -->`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
