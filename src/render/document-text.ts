/** A document as text for a terminal, with nothing folded. */
import { printable } from '../printable.ts';
import { chainLines } from './chain-text.ts';
import { type Paint, type Palette, palette } from './color.ts';
import { promptedCommand } from './command.ts';
import type { Block, BlockOf, DocumentTree, Section, Text, Tone } from './document.ts';
import { renderFinding } from './findings.ts';
import { labelled, textWidth, wrapped } from './width.ts';

/** What all writers share. */
interface Pen {
  readonly paint: Palette;
  readonly moods: Readonly<Record<Tone, Paint>>;
  readonly columns: number;
  readonly color: boolean;
}

/** @param columns the width at which sentences wrap; commands never do, so that they can be copied */
export function documentText(
  document: DocumentTree,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const pen = penOf(color, columns);
  const blocks = document.blocks.flatMap((each) => ('isGroup' in each ? each.blocks : [each]));
  const head = [...headLines(document, pen), ...detailLines(document, pen)];
  return [head, ...blocks.map((block) => blockLines(block, '', pen))]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** The first sentence alone, for a question about the document. */
export function documentHeadline(
  document: DocumentTree,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  return `${headLines(document, penOf(color, columns)).join('\n')}\n`;
}

function penOf(color: boolean, columns: number): Pen {
  const paint = palette(color);
  const moods = { good: paint.green, warn: paint.yellow, bad: paint.red };
  return { paint, moods, columns, color };
}

/** One line; only a terminal wraps it, between two parts if possible. */
function headLines({ title, summary }: DocumentTree, { paint, moods, columns }: Pen): string[] {
  const parts = summary.filter(({ detail }) => !detail);
  const [name, place] = [printable(title.name), printable(title.place)];
  const verdict = title.verdict === undefined ? '' : `${lowered(title.verdict)}: `;
  const lines = [`${paint.red(verdict)}${paint.bold(name)} on ${paint.bold(place)}:`];
  let used = textWidth(`${verdict}${name} on ${place}:`);
  parts.forEach(({ text, mood }, at) => {
    const color = mood === undefined ? plain : moods[mood];
    const comma = at + 1 < parts.length ? ',' : '';
    const [first = '', ...more] = wrapped(printable(text), columns - 3);
    if (used + 1 + textWidth(first) + comma.length <= columns && more.length === 0) {
      lines.push(`${lines.pop()} ${color(first)}${comma}`);
      used += 1 + textWidth(first) + comma.length;
    } else {
      lines.push(...[first, ...more].map((line) => `  ${color(line)}`));
      lines.push(`${lines.pop()}${comma}`);
      used = 2 + textWidth(more.at(-1) ?? first) + comma.length;
    }
  });
  return lines;
}

/** Each detail begins a line. */
function detailLines({ summary }: DocumentTree, { columns }: Pen): string[] {
  return summary
    .filter(({ detail }) => detail)
    .flatMap(({ text, code }) =>
      code === undefined
        ? labelled('  ', plain, '', printable(text), columns)
        : [`  ${printable(text)} ${printable(code)}`],
    );
}

function blockLines(block: Block, indent: string, pen: Pen): string[] {
  const { paint, columns } = pen;
  const room = columns - indent.length;
  const indented = (lines: readonly string[]) => lines.map((line) => `${indent}${line}`);
  switch (block.is) {
    case 'section':
      return sectionLines(block, indent, pen);
    case 'paragraph':
      return indented(wrapped(printable(block.text), room));
    case 'note':
      // Text folds nothing, so it needs no copy of a note.
      return block.place ? [] : label(block.label, block.mood, [block.text], indent, pen);
    case 'finding':
      return indented([renderFinding(block.finding, pen.color).trimEnd()]);
    case 'commands':
      return indented(block.commands.flatMap((command) => commandLines(command, room, paint)));
    case 'chain':
      return indented(chainLines(block.chain, room, paint));
    case 'diff':
      return indented([`${lowered(block.title)}:`, ...diffLines(block, paint)]);
    case 'items':
      return block.items.flatMap(({ label, text }) =>
        labelled(indent, plain, printable(label), `: ${printable(text)}`, columns),
      );
    case 'states':
      return [];
  }
}

/** No lines if nothing in the section is shown as text. */
function sectionLines(section: Section, indent: string, pen: Pen): string[] {
  const { number, title, about, mood, text, blocks } = section;
  const inner = indent === '' ? '   ' : `${indent}  `;
  const content = blocks.flatMap((block) => blockLines(block, inner, pen));
  if (text === undefined && content.length === 0) return [];
  if (mood !== undefined) return [...label(title, mood, text ?? [], indent, pen), ...content];
  const place = number === undefined ? indent : `${number}. `;
  const rest = `${about === undefined ? '' : ` (${printable(about)})`}${behind(text)}`;
  const color = indent === '' ? pen.paint.bold : pen.paint.cyan;
  return [...labelled(place, color, printable(title), rest, pen.columns), ...content];
}

/** Upper case marks what must not be missed, because there may be no colour. */
function label(title: string, mood: Tone, text: Text, indent: string, pen: Pen): string[] {
  const shown = mood === 'bad' ? title.toUpperCase() : lowered(title);
  return labelled(indent, pen.moods[mood], shown, behind(text), pen.columns);
}

function behind(text: Text = []): string {
  const said = text.map((each) => (typeof each === 'string' ? each : `\`${each.code}\``)).join('');
  return text.length === 0 ? '' : `: ${printable(said)}`;
}

function commandLines(
  { command, why }: BlockOf<'commands'>['commands'][number],
  room: number,
  { dim }: Palette,
): string[] {
  return [...wrapped(`${printable(why)}:`, room).map(dim), `  ${promptedCommand(command)}`];
}

function diffLines({ lines }: BlockOf<'diff'>, { dim, green, red }: Palette): string[] {
  const paints = { ' ': dim, '+': green, '-': red };
  return lines.map(({ sign, text }) => `  ${paints[sign](`${sign} ${printable(text)}`)}`);
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function plain(text: string): string {
  return text;
}
