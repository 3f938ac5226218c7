/** Explains YAML syntax errors in plain words. */
import type { ErrorCode, YAMLError } from 'yaml';
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { printable } from '../printable.ts';
import { errorFinding } from './findings.ts';
import { Lexemes } from './lexemes.ts';
import type { Lines } from './lines.ts';
import type { Meaning } from './syntax-meanings.ts';
import * as meanings from './syntax-meanings.ts';

/** Where the parser found the error, among the lexemes of the text. */
interface Place {
  readonly start: number;
  readonly lexemes: Lexemes;
}

/**
 * What each of yaml's codes means. Its messages are not used, because any release may change them. If a code stands for
 * several errors, the text around the place decides. Null: no text leads to that code here; the comments say why.
 */
const ANSWERS: Readonly<Record<ErrorCode, Meaning | ((place: Place) => Meaning) | null>> = {
  ALIAS_PROPS: meanings.ALIAS_WITH_ANCHOR,
  BAD_ALIAS: meanings.NAME_MISSING,
  BAD_DQ_ESCAPE: meanings.UNKNOWN_ESCAPE,
  BAD_INDENT: wrongIndent,
  BAD_PROP_ORDER: meanings.ANCHOR_BEFORE_SIGN,
  BAD_SCALAR_START: meanings.SIGN_AT_START,
  BLOCK_AS_IMPLICIT_KEY: meanings.KEY_NOT_ALLOWED,
  BLOCK_IN_FLOW: meanings.COMMA_MISSING,
  IMPOSSIBLE: meanings.VALUE_COMPLETE,
  KEY_OVER_1024_CHARS: meanings.LONG_KEY,
  MISSING_CHAR: missingSign,
  MULTILINE_IMPLICIT_KEY: meanings.KEY_NOT_ALLOWED,
  MULTIPLE_ANCHORS: meanings.SEVERAL_ANCHORS,
  TAB_AS_INDENT: meanings.TAB,
  UNEXPECTED_TOKEN: unexpectedSign,
  // Tags and directives are refused earlier.
  BAD_COLLECTION_TYPE: null,
  BAD_DIRECTIVE: null,
  MULTIPLE_TAGS: null,
  TAG_RESOLVE_FAILED: null,
  // Keys are checked later, by inspect.ts.
  DUPLICATE_KEY: null,
  NON_STRING_KEY: null,
  // Several documents and a nesting too deep are refused by parse.ts.
  MULTIPLE_DOCS: null,
  RESOURCE_EXHAUSTION: null,
};

/** The finding for an error of the YAML parser. */
export function syntaxFinding(lines: Lines, error: YAMLError): Finding {
  const place: Place = { start: error.pos[0], lexemes: new Lexemes(lines.source) };
  return (
    tabFlaw(lines, place) ??
    openQuoteFlaw(lines, place, error.code) ??
    openBracketFlaw(lines, place, error.code) ??
    referenceFlaw(lines, place) ??
    namedFlaw(lines, error, place)
  );
}

/** A tab in the indentation leads to many different parser errors, so it is reported as a tab. */
function tabFlaw(lines: Lines, { start: offset }: Place): Finding | undefined {
  const start = lines.source.lastIndexOf('\n', offset - 1) + 1;
  const indentation = /^[ \t]*/.exec(lines.source.slice(start))?.[0] ?? '';
  const tab = indentation.indexOf('\t');
  if (tab < 0) return undefined;
  const { code, message, hint } = meanings.TAB;
  return errorFinding(code, message, {
    position: lines.position(start + tab, start + tab + 1),
    hint,
  });
}

function openQuoteFlaw(lines: Lines, place: Place, code: ErrorCode): Finding | undefined {
  const quote = code === 'MISSING_CHAR' ? place.lexemes.openQuote(place.start) : undefined;
  if (!quote) return undefined;
  return errorFinding(codes.notYaml, 'this quote is never closed', {
    position: lines.position(quote.offset, quote.offset + 1),
    hint: "close it; write a quote inside it as '' or \\\"",
  });
}

function openBracketFlaw(lines: Lines, place: Place, code: ErrorCode): Finding | undefined {
  if (code !== 'MISSING_CHAR' && code !== 'BAD_INDENT') return undefined;
  const bracket = isCommentWithoutSpace(place) ? undefined : place.lexemes.openBracket(place.start);
  if (!bracket) return undefined;
  if (bracket.closedAt !== undefined) {
    return errorFinding(
      codes.notYaml,
      'this closing bracket must be indented deeper than its key or "-"',
      {
        position: lines.position(bracket.closedAt, bracket.closedAt + 1),
        hint: 'indent it with spaces',
      },
    );
  }
  return errorFinding(codes.notYaml, `this "${bracket.sign}" is never closed`, {
    position: lines.position(bracket.offset, bracket.offset + 1),
    hint: `close it with "${bracket.sign === '{' ? '}' : ']'}"`,
  });
}

/** An unquoted reference between brackets: YAML reads its `{` as the start of a map. */
function referenceFlaw(lines: Lines, { start: offset }: Place): Finding | undefined {
  const start = lines.source.lastIndexOf('\n', offset - 1) + 1;
  const stop = lines.source.indexOf('\n', start);
  const line = lines.source.slice(start, stop < 0 ? undefined : stop);
  const reference = /[[{,:]\s*(\$\{[^}\n]*\}?)/.exec(line);
  if (!reference?.[1]) return undefined;
  const at = start + reference.index + reference[0].length - reference[1].length;
  return errorFinding(codes.notYaml, 'a reference between brackets must be in quotes', {
    position: lines.position(at, at + reference[1].length),
    hint: `write "${printable(reference[1])}"`,
  });
}

function namedFlaw(lines: Lines, error: YAMLError, place: Place): Finding {
  const answer = ANSWERS[error.code];
  const position = lines.position(...error.pos);
  if (answer === null) {
    return errorFinding(codes.notYaml, `this is not YAML: ${printable(error.message)}`, {
      position,
    });
  }
  const { code, message, hint } = typeof answer === 'function' ? answer(place) : answer;
  return errorFinding(code, message, { position, hint });
}

/** BAD_INDENT: a line of a map, a list or a block text. */
function wrongIndent({ start, lexemes }: Place): Meaning {
  return lexemes.isInBlockText(start) ? meanings.BLOCK_TEXT : meanings.UNEVEN_INDENT;
}

/** MISSING_CHAR: what is missing follows from what is there instead. */
function missingSign({ start, lexemes }: Place): Meaning {
  if (isCommentWithoutSpace({ start, lexemes })) return meanings.COMMENT_WITHOUT_SPACE;
  const here = lexemes.at(start)?.type;
  const isValue = here === 'scalar' || here === 'flow-map-start' || here === 'flow-seq-start';
  if (isValue && lexemes.before(start)?.type === 'anchor') return meanings.ANCHOR_WITHOUT_SPACE;
  if (lexemes.isBetweenBrackets(start)) return meanings.COMMA_MISSING;
  if (lexemes.isInBlockText(start)) return meanings.BLOCK_TEXT;
  if (here === 'anchor' || lexemes.isOnLineOfDocumentStart(start))
    return meanings.START_ON_NEXT_LINE;
  // For a list item, the error is at the end of the item before it; for a key, at the key.
  return here === 'space' || here === 'newline' || here === 'comment'
    ? meanings.ITEM_WITHOUT_DASH
    : meanings.KEY_WITHOUT_COLON;
}

function isCommentWithoutSpace({ start, lexemes }: Place): boolean {
  const before = lexemes.before(start)?.type;
  return lexemes.at(start)?.type === 'comment' && before !== 'space' && before !== 'newline';
}

/** UNEXPECTED_TOKEN: the meaning depends on the token. */
function unexpectedSign({ start, lexemes }: Place): Meaning {
  const here = lexemes.at(start);
  switch (here?.type) {
    case 'flow-map-end':
    case 'flow-seq-end':
      return meanings.CLOSES_NOTHING;
    case 'comma':
      return meanings.NOTHING_BEFORE_COMMA;
    // Text that the lexer cannot classify is on the line of a "|".
    case null:
      return meanings.BLOCK_TEXT;
    case 'block-scalar-header':
      return here.offset === start ? meanings.VALUE_COMPLETE : meanings.BLOCK_TEXT;
    default:
      return meanings.VALUE_COMPLETE;
  }
}
