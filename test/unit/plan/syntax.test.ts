import { describe, expect, test } from 'vitest';
import { type ErrorCode, parseDocument } from 'yaml';
import { findingsOf } from './kinds.ts';

type Case = readonly [text: string, said: string];

const KEY_NOT_ALLOWED =
  'a key is not allowed here: the line before is incomplete, or a value contains ": "';
const BLOCK_TEXT =
  'the text after "|" or ">" must start on the next line, indented deeper than its key';
const COMMA = 'a comma is missing, or this line does not belong between the brackets';
const COMPLETE = 'this does not belong here: the value before it is complete';

/**
 * For each error code of yaml: texts that cause it, with the expected position and message. A new code in yaml fails to
 * compile until it is added here. A code has no texts if blockplan refuses them in another way.
 */
const CASES: Readonly<Record<ErrorCode, readonly Case[]>> = {
  ALIAS_PROPS: [['a: &x *x\n', '1:7+2 an alias cannot have an anchor of its own']],
  BAD_ALIAS: [
    ['a: *\n', '1:4+1 a name must follow "*" and "&"'],
    ['a: &\n', '1:4+1 a name must follow "*" and "&"'],
  ],
  BAD_DQ_ESCAPE: [['a: "\\d"\n', '1:5+1 this escape sequence is not valid between double quotes']],
  BAD_INDENT: [
    ['a:\n   b: 1\n  c: 2\n', '3:1+1 this line is not indented like the others of its map or list'],
    ['- - a\n - b\n', '2:2+1 this line is not indented like the others of its map or list'],
    ['-\n\n#\\#\n |\n\\d, ', `5:1+1 ${BLOCK_TEXT}`],
    ['a: {b: 1\nc: 2\n', '1:4+1 this "{" is never closed'],
    ['a: {b: [1}\n', '1:8+1 this "[" is never closed'],
    ['a: [1, 2}\n', '1:4+1 this "[" is never closed'],
    ['a: [1\nb: {2\n', '1:4+1 this "[" is never closed'],
    [
      'a:\n  b: {\n    c: 1\n}\n',
      '4:1+1 this closing bracket must be indented deeper than its key or "-"',
    ],
  ],
  BAD_PROP_ORDER: [['&x ? a\n', '1:4+1 an anchor must come after "?" or ":" and before its value']],
  BAD_SCALAR_START: [['a: @x\n', '1:4+1 an unquoted value cannot start with this character']],
  BLOCK_AS_IMPLICIT_KEY: [
    ['a: b: c\n', `1:4+1 ${KEY_NOT_ALLOWED}`],
    ['a: |\n b\n\n- c\n', `3:1+1 ${KEY_NOT_ALLOWED}`],
  ],
  BLOCK_IN_FLOW: [
    ['a: [\n  - b ]\n', `2:3+4 ${COMMA}`],
    ['{"a": 1 "b": 2}\n', `1:7+8 ${COMMA}`],
  ],
  IMPOSSIBLE: [['a: |\n b\n\n{c}d: e\n', `4:1+1 ${COMPLETE}`]],
  KEY_OVER_1024_CHARS: [
    [`${'x'.repeat(1_100)}: a\n`, '1:1+1100 a key is longer than 1,024 characters'],
  ],
  MISSING_CHAR: [
    ['a: "x\nb: 1\n', '1:4+1 this quote is never closed'],
    ["a: 'x\nb: 1\n", '1:4+1 this quote is never closed'],
    ['a: "x\n---\nb: "y"\n', '1:4+1 this quote is never closed'],
    ['[a, b', '1:1+1 this "[" is never closed'],
    ['{a: 1', '1:1+1 this "{" is never closed'],
    ['a: "x"#y\n', '1:7+2 a comment needs a space before its "#"'],
    ['a: {#y\n  b: 1 }\n', '1:5+2 a comment needs a space before its "#"'],
    ['["a" "b"]\n', `1:6+1 ${COMMA}`],
    ['a: &x{b: 1}\n', '1:6+1 an anchor needs a space after its name'],
    ['{&x{b: c}: d}\n', '1:4+1 an anchor needs a space after its name'],
    ['a: |\n   \n b\n', `3:2+1 ${BLOCK_TEXT}`],
    ['a: 1\nb\n', '2:1+1 a key must be followed by ":" and its value'],
    ['a: 1\n"b"\n', '2:1+3 a key must be followed by ":" and its value'],
    ['- - a\n -b\n', '2:1+1 an item of a list must start with "- "'],
    ['- a:\n b\n', '1:5+1 an item of a list must start with "- "'],
    ['&x - a\n', '1:1+2 a map or list must start on a new line after "---" or an anchor'],
    ['--- a: b\n', '1:5+1 a map or list must start on a new line after "---" or an anchor'],
  ],
  MULTILINE_IMPLICIT_KEY: [
    ['a\nb: 1\n', `1:1+1 ${KEY_NOT_ALLOWED}`],
    ['["a\n b": 1]\n', `1:2+2 ${KEY_NOT_ALLOWED}`],
  ],
  MULTIPLE_ANCHORS: [['a: &x &y b\n', '1:7+2 a value can have only one anchor']],
  TAB_AS_INDENT: [['-\t- a\n', '1:2+1 a line is indented with a tab']],
  UNEXPECTED_TOKEN: [
    ['a: ]\n', '1:4+1 this bracket closes nothing'],
    ['a: {b: 1}}\n', '1:10+1 this bracket closes nothing'],
    ['a: [x,,y]\n', '1:7+1 this comma has nothing before it'],
    ['a: |x\n  y\n', `1:5+1 ${BLOCK_TEXT}`],
    ['a: | x\n  y\n', `1:6+1 ${BLOCK_TEXT}`],
    ['a: "x" y\n', `1:8+1 ${COMPLETE}`],
    ['a: "x" |\n', `1:8+1 ${COMPLETE}`],
    ['a: - b\n', `1:4+1 ${COMPLETE}`],
    ['"a"\n\nb: c\n', `3:1+1 ${COMPLETE}`],
  ],
  BAD_COLLECTION_TYPE: [],
  BAD_DIRECTIVE: [],
  DUPLICATE_KEY: [],
  MULTIPLE_DOCS: [],
  MULTIPLE_TAGS: [],
  NON_STRING_KEY: [],
  RESOURCE_EXHAUSTION: [],
  TAG_RESOLVE_FAILED: [],
};

const cases = Object.entries(CASES).flatMap(([code, texts]) =>
  texts.map(([text, said]) => ({ code, text, said })),
);

describe('parser errors are explained in plain words', () => {
  test.each(cases)('$code: $text', ({ code, text, said }) => {
    const [first] = parseDocument(text, { prettyErrors: false, uniqueKeys: false }).errors.toSorted(
      (a, b) => a.pos[0] - b.pos[0],
    );
    const found = findingsOf(text).map(({ message, position }) => {
      const { line, column, length } = position ?? { line: 0, column: 0, length: 0 };
      return `${line}:${column}+${length} ${message}`;
    });
    expect({ code: first?.code, found }).toEqual({ code, found: [said] });
  });
});
