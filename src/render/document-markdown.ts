/**
 * A document as a comment on a pull request: the essentials are visible, the rest is folded. It begins with a marker by
 * which a bot finds the comment again. Parts that would make it too long are left out, and the comment says which.
 */
import { commandLine } from '../command.ts';
import type { Finding } from '../errors.ts';
import { printable } from '../printable.ts';
import { pluralText } from './amounts.ts';
import { chainLines } from './chain-text.ts';
import { palette } from './color.ts';
import { promptedCommand } from './command.ts';
import {
  type Block,
  type BlockOf,
  type DocumentTree,
  EXPENDABLE,
  type Section,
  type Text,
  type TextPart,
} from './document.ts';
import { code, codeBlock, collapsible, marker, prose } from './markdown.ts';
import { renderMermaid } from './mermaid.ts';

/** GitHub accepts comments of 65,536 characters; a bot may want to add something. */
const MOST_BYTES = 60_000;
/** Drawings in a comment can scroll, so they need not fit a terminal. */
const COLUMNS = 120;
const LONGEST_TEXT = 200;
/** A diff with more lines is folded. */
const LONGEST_DIFF = 20;

/** The comment; the same document always gives the same one, below 60,000 bytes. */
export function documentMarkdown(document: DocumentTree): string {
  let rest = document;
  let comment = commentOf(rest, []);
  const left: string[] = [];
  for (const [leaves, cut] of CUTS) {
    if (Buffer.byteLength(comment) < MOST_BYTES) break;
    rest = cut(rest);
    left.push(leaves);
    comment = commentOf(rest, left);
  }
  return comment;
}

/** What is left out, one after the other, until the rest fits: in the end, everything that can be long. */
const CUTS: readonly (readonly [leaves: string, cut: (rest: DocumentTree) => DocumentTree])[] = [
  ...EXPENDABLE.map((part) => {
    const cut = (rest: DocumentTree) => ({ ...rest, blocks: without(part, rest.blocks) });
    return [part, cut] as const;
  }),
  ...[200, 50, 10, 0].map((entries) => {
    const cut = (rest: DocumentTree) =>
      shortened({ ...rest, blocks: firstOf(entries, rest.blocks) });
    return [`everything after the first ${entries} dangers and steps`, cut] as const;
  }),
];

function without(part: string, blocks: readonly Block[]): Block[] {
  return blocks
    .filter(({ partOf }) => partOf !== part)
    .map((each) => ('blocks' in each ? { ...each, blocks: without(part, each.blocks) } : each));
}

function firstOf(entries: number, blocks: readonly Block[]): Block[] {
  return blocks.map((each) =>
    'isGroup' in each ? { ...each, blocks: each.blocks.slice(0, entries) } : each,
  );
}

/** The same with every text cut to `LONGEST_TEXT` characters. */
function shortened<Value>(value: Value): Value;
function shortened(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shortened(each)]));
}

function commentOf(document: DocumentTree, left: readonly string[]): string {
  const { kind, title, summary, about, blocks } = document;
  const verdict = title.verdict === undefined ? '' : `${title.verdict}: `;
  const parts = summary
    .filter(({ detail }) => !detail)
    .map(({ text, mood }) => (mood ? `**${prose(text)}**` : prose(text)));
  const details = summary.filter(({ detail }) => detail).map(detailText);
  return `${[
    marker(`blockplan:${kind}:${encodeURIComponent(printable(title.name))}`),
    `## ${verdict}${code(title.name)} on ${code(title.place)}`,
    parts.join(', '),
    ...(details.length === 0 ? [] : [details.join('\n')]),
    ...about.map(inline),
    ...(left.length === 0 ? [] : [leftOut(kind, left)]),
    ...blocks.flatMap((block) => blockParts(block, 0)),
  ].join('\n\n')}\n`;
}

function detailText({ text, code: word }: TextPart): string {
  return `- ${prose(text)}${word === undefined ? '' : ` ${code(word)}`}`;
}

function leftOut(kind: string, left: readonly string[]): string {
  return `A full comment would be too long. This one leaves out ${left.join(', ')}: ${code(commandLine('blockplan', kind))} shows everything.`;
}

function blockParts(block: Block, depth: number): string[] {
  switch (block.is) {
    case 'section':
      if (block.isGroup) return block.blocks.flatMap((each) => blockParts(each, depth));
      if (block.number !== undefined) return stepParts(block);
      if (depth > 0) return sectionParts(block, depth);
      return block.partOf === undefined ? openSection(block) : [foldedSection(block)];
    case 'paragraph':
      return [prose(block.text)];
    case 'note':
      return [
        block.place === undefined
          ? `**${block.label}**: ${prose(block.text)}`
          : `> **${block.label}** in ${code(block.place)}: ${prose(block.text)}`,
      ];
    case 'finding':
      return [findingText(block.finding)];
    case 'commands':
      return [
        codeBlock(
          'console',
          block.commands.flatMap(({ command, why }) => [`# ${why}`, promptedCommand(command)]),
        ),
      ];
    case 'chain':
      return [codeBlock('text', chainLines(block.chain, COLUMNS, palette(false)))];
    case 'diff':
      return diffParts(block);
    case 'items':
      return [block.items.map(({ label, text }) => `- ${code(label)}: ${prose(text)}`).join('\n')];
    case 'states':
      return [codeBlock('mermaid', renderMermaid(block).trimEnd().split('\n'))];
  }
}

function foldedSection({ title, about, blocks }: Section): string {
  return collapsible(
    `${prose(title)}${behind(about)}`,
    blocks.flatMap((block) => blockParts(block, 1)),
  );
}

function openSection({ title, about, blocks }: Section): string[] {
  return [
    `### ${prose(title)}${behind(about)}`,
    ...blocks.flatMap((block) => blockParts(block, 1)),
  ];
}

/** What a reviewer must see of a step is open: what it changes, and its notes. Its commands and rollbacks are folded. */
function stepParts({ number, title, about, text, blocks }: Section): string[] {
  const phases = blocks.filter((block) => block.is === 'section');
  const open = phases
    .map((phase) => ({ ...phase, blocks: phase.blocks.filter(isOpen) }))
    .filter((phase) => phase.blocks.length > 0);
  const folded = phases.map((phase) => ({
    ...phase,
    blocks: phase.blocks.filter((block) => !isOpen(block)),
  }));
  return [
    `### ${number}. <code>${prose(title)}</code>${behind(about)}`,
    ...(text === undefined ? [] : [inline(text)]),
    ...open.flatMap((phase) => sectionParts(phase, 1)),
    ...blocks.filter((block) => block.is !== 'section').flatMap((block) => blockParts(block, 1)),
    ...(folded.length === 0
      ? []
      : [
          collapsible(
            'Commands and rollbacks',
            folded.flatMap((phase) => sectionParts(phase, 1)),
          ),
        ]),
  ];
}

function isOpen(block: Block): boolean {
  return block.is === 'note' || block.is === 'chain';
}

function diffParts({ title, lines }: BlockOf<'diff'>): string[] {
  const shown = codeBlock(
    'diff',
    lines.map(({ sign, text }) => `${sign} ${text}`),
  );
  return lines.length > LONGEST_DIFF
    ? [collapsible(`${prose(title)} (${pluralText(lines.length, 'line')})`, [shown])]
    : [`${title}:`, shown];
}

function sectionParts({ title, about, mood, text, blocks }: Section, depth: number): string[] {
  const label = mood === 'good' ? prose(title) : `**${prose(title)}**`;
  return [
    `${label}${behind(about)}${text === undefined ? '' : `: ${inline(text)}`}`,
    ...blocks.flatMap((block) => blockParts(block, depth + 1)),
  ];
}

function behind(about: string | undefined): string {
  return about === undefined ? '' : ` (${prose(about)})`;
}

function findingText({ severity, code: name, message, hint, position }: Finding): string {
  const place = position
    ? ` in ${code(`${position.file}:${position.line}:${position.column}`)}`
    : '';
  const way = hint === undefined ? '' : `<br>Hint: ${prose(hint)}`;
  return `> **${severity} ${prose(name)}**${place}: ${prose(message)}${way}`;
}

/** Uses `<code>`, because two adjacent parts in backticks would be read as one. */
function inline(text: Text): string {
  return text
    .map((each) =>
      typeof each === 'string'
        ? `${/^ /.test(each) ? ' ' : ''}${prose(each)}`
        : `<code>${prose(each.code)}</code>`,
    )
    .join('')
    .trimStart();
}
