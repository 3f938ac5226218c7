/** Says in plain words what keeps a text from being YAML. */
import type { YAMLError } from 'yaml';
import type { Finding } from '../errors.ts';
import { printable } from '../printable.ts';
import { flaw } from './findings.ts';
import type { Lines } from './lines.ts';

/** Where the brackets that are still open, and the last quote, begin. */
export interface Opened {
  readonly brackets: { readonly sign: string; readonly offset: number }[];
  quote?: number;
}

/** A pattern of the parser's message, what it means, and what to do about it. */
const MEANINGS: readonly (readonly [pattern: RegExp, message: string, hint: string])[] = [
  [
    /Nested mappings are not allowed|Implicit keys need to be on a single line/,
    'a key is not allowed here: the line before is not complete, or ": " stands inside a value',
    'indent keys of one map alike, end each key with ":", and put a value with ": " in it in quotes',
  ],
  [
    /Implicit map keys need to be followed/,
    'a key must be followed by ":" and its value',
    'write "key: value"',
  ],
  [
    /must start at the same column/,
    'this line is not indented like the others of its map or list',
    'move it to the column in which the others start',
  ],
  [/Sequence item without -/, 'an item of a list must start with "- "', 'indent it like its list'],
  [
    /Plain value cannot start with/,
    'an unquoted value cannot start with this sign',
    'put the value in quotes',
  ],
  [
    /Invalid escape sequence/,
    'this escape sequence does not exist between double quotes',
    'write a backslash as \\\\, or use single quotes',
  ],
  [
    /Block scalar/,
    'the text after "|" or ">" must start on the next line, indented deeper than its key',
    'indent it with spaces',
  ],
  [/Unexpected flow-(map|seq)-end/, 'this bracket closes nothing', 'remove it, or open it before'],
  [/Unexpected ,/, 'there is nothing before this comma', 'remove one comma'],
  [
    /Missing , |Block collections are not allowed/,
    'a comma is missing, or this line does not belong between the brackets',
    'separate entries between brackets with ","',
  ],
  [/alias node must not/, 'an alias cannot have an anchor of its own', 'remove the anchor'],
  [
    /(Alias|Anchor) cannot be an empty/,
    'a name must follow "*" and "&"',
    'put a value that starts with one of them in quotes',
  ],
  [
    /Comments must be separated/,
    'a comment needs a space before its "#"',
    'add a space, or put the value in quotes',
  ],
  [
    /Unexpected .* at node end|Unexpected block-seq-ind/,
    'this does not belong here: the value before it is complete',
    'check the quotes and the indentation around it',
  ],
];

/** The finding for what the YAML parser reports. */
export function syntaxFlaw(lines: Lines, error: YAMLError, opened: Opened): Finding {
  const [start, end] = error.pos;
  return (
    tabFlaw(lines, start) ??
    openFlaw(lines, error.message, opened) ??
    referenceFlaw(lines, start) ??
    namedFlaw(lines, error) ??
    flaw('BP005', `this is not YAML: ${printable(error.message)}`, {
      position: lines.position(start, end),
    })
  );
}

/** A tab in the line's indentation confuses the parser in many ways: it is told as what it is. */
function tabFlaw(lines: Lines, offset: number): Finding | undefined {
  const start = lines.source.lastIndexOf('\n', offset - 1) + 1;
  const indentation = /^[ \t]*/.exec(lines.source.slice(start))?.[0] ?? '';
  const tab = indentation.indexOf('\t');
  if (tab < 0) return undefined;
  return flaw('BP006', 'a line is indented with a tab', {
    position: lines.position(start + tab, start + tab + 1),
    hint: 'indent with spaces: YAML allows no tabs there',
  });
}

function openFlaw(lines: Lines, message: string, opened: Opened): Finding | undefined {
  if (message.startsWith('Missing closing') && opened.quote !== undefined) {
    return flaw('BP005', 'this quote is never closed', {
      position: lines.position(opened.quote, opened.quote + 1),
      hint: "close it, and write a quote inside it twice ('') or as \\\"",
    });
  }
  const bracket = opened.brackets.at(-1);
  if (!bracket || !/and end with a [\]}]/.test(message)) return undefined;
  return flaw('BP005', `this "${bracket.sign}" is never closed`, {
    position: lines.position(bracket.offset, bracket.offset + 1),
    hint: `close it with "${bracket.sign === '{' ? '}' : ']'}"`,
  });
}

/** An unquoted reference between brackets: YAML takes its `{` for the start of a map. */
function referenceFlaw(lines: Lines, offset: number): Finding | undefined {
  const start = lines.source.lastIndexOf('\n', offset - 1) + 1;
  const stop = lines.source.indexOf('\n', start);
  const line = lines.source.slice(start, stop < 0 ? undefined : stop);
  const reference = /[[{,:]\s*(\$\{[^}\n]*\}?)/.exec(line);
  if (!reference?.[1]) return undefined;
  const at = start + reference.index + reference[0].length - reference[1].length;
  return flaw('BP005', 'between brackets, a reference must stand in quotes', {
    position: lines.position(at, at + reference[1].length),
    hint: `write "${printable(reference[1])}"`,
  });
}

function namedFlaw(lines: Lines, error: YAMLError): Finding | undefined {
  const meaning = MEANINGS.find(([pattern]) => pattern.test(error.message));
  if (!meaning) return undefined;
  return flaw('BP005', meaning[1], { position: lines.position(...error.pos), hint: meaning[2] });
}
