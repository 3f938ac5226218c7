/** Findings for people: where, what, the line of the plan with the faulty word underlined, and what to do. */
import type { Finding, Position } from '../errors.ts';
import { printable } from '../printable.ts';
import { pluralText } from './amounts.ts';
import { type Palette, palette } from './color.ts';
import { textWidth } from './width.ts';

/** How many characters of a long source line are shown before and after the beginning of the faulty word. */
const BEFORE = 50;
const AFTER = 70;
const TAB = 8;

/** All findings in the order of their positions, those without one last, and a last line that counts them. */
export function renderFindings(findings: readonly Finding[], color: boolean): string {
  if (findings.length === 0) return '';
  const texts = findings.toSorted(byPosition).map((finding) => renderFinding(finding, color));
  return `${texts.join('\n')}\n${countText(findings)}\n`;
}

/** One finding on a line of its own, for logs: `warning BPnnn: message (hint)`. */
export function findingLine(finding: Finding): string {
  const hint = finding.hint === undefined ? '' : ` (${printable(finding.hint)})`;
  return `${finding.severity} ${printable(finding.code)}: ${printable(finding.message)}${hint}`;
}

/** One finding, with its excerpt and hint on lines of their own. */
export function renderFinding(finding: Finding, color: boolean): string {
  const paint = palette(color);
  const { position } = finding;
  const severity = finding.severity === 'error' ? paint.red : paint.yellow;
  const place = position
    ? `${printable(position.file)}:${position.line}:${position.column}: `
    : finding.path && finding.path.length > 0
      ? `${printable(pathText(finding.path))}: `
      : '';
  const head = `${place}${severity(`${finding.severity} ${printable(finding.code)}`)}: ${paint.bold(printable(finding.message))}\n`;
  const excerpt = position ? excerptText(position, paint, severity) : '';
  const hint =
    finding.hint === undefined ? '' : `  ${paint.cyan('hint')}: ${printable(finding.hint)}\n`;
  return head + excerpt + hint;
}

function excerptText(
  position: Position,
  paint: Palette,
  severity: (text: string) => string,
): string {
  const { before, word, after } = excerpt(position);
  const number = String(position.line);
  const carets = '^'.repeat(Math.max(1, textWidth(word)));
  return (
    `  ${paint.dim(`${number} |`)} ${before}${word}${after}\n` +
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${' '.repeat(textWidth(before))}${severity(carets)}\n`
  );
}

/** The source line in three parts, harmless and without tabs, cut to a window when it is very long. */
export function excerpt(position: Position): { before: string; word: string; after: string } {
  const { source } = position;
  const start = Math.min(position.column - 1, source.length);
  const end = Math.min(start + Math.max(1, position.length), source.length, start + AFTER);
  const first = start > BEFORE ? start - BEFORE : 0;
  const last = Math.min(source.length, start + AFTER);
  const before = (first > 0 ? '…' : '') + shown(source.slice(first, start), 0);
  const word = shown(source.slice(start, end), textWidth(before));
  const after = shown(source.slice(end, last), textWidth(before) + textWidth(word));
  return { before, word, after: after + (last < source.length ? '…' : '') };
}

/** The text as it can be printed from that column on: a tab becomes the spaces that it would have taken. */
function shown(text: string, column: number): string {
  let result = '';
  for (const [index, piece] of text.split('\t').entries()) {
    if (index > 0) result += ' '.repeat(TAB - ((column + textWidth(result)) % TAB));
    result += printable(piece);
  }
  return result;
}

/** `steps[1].blockcopy.dest` */
function pathText(path: readonly (string | number)[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

function countText(findings: readonly Finding[]): string {
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  const warnings = findings.length - errors;
  return [
    ...(errors === 0 ? [] : [pluralText(errors, 'error')]),
    ...(warnings === 0 ? [] : [pluralText(warnings, 'warning')]),
  ].join(', ');
}

function byPosition(a: Finding, b: Finding): number {
  if (!a.position || !b.position) return Number(!a.position) - Number(!b.position);
  if (a.position.file !== b.position.file) return a.position.file < b.position.file ? -1 : 1;
  return a.position.line - b.position.line || a.position.column - b.position.column;
}
