/** Text to YAML nodes, within bounds that keep any input harmless and quick. */

import { Composer, CST, type Document, Lexer, type Node, Parser } from 'yaml';
import { codes } from '../codes.ts';
import { printable } from '../printable.ts';
import { errorFinding, inputError } from './findings.ts';
import type { Lines } from './lines.ts';
import { syntaxFinding } from './syntax.ts';

/** Deeper than any plan, and far from the end of the stack. */
export const MAX_NESTING = 40;

/** Words and signs of a text; the largest plan that the schema allows stays well below. */
const MOST_LEXEMES = 100_000;

/**
 * The root node of the one document that the text holds.
 *
 * @throws BlockplanError `input-refused`. Only the first mistake in the syntax is told: what
 * YAML makes of the rest of such a text is a guess
 */
export function parse(lines: Lines): Node {
  const tokens = readTokens(lines);
  // Duplicate keys are looked for later: the parser compares each key with each, which a large map makes slow.
  const composer = new Composer({ uniqueKeys: false, merge: false, version: '1.2' });
  const documents = [...composer.compose(tokens)];
  const [first, second] = documents;
  const error = earliestError(documents) ?? composer.streamInfo().errors[0];
  if (error) throw inputError([syntaxFinding(lines, error)]);
  if (second) throw inputError([severalDocuments(lines, second)]);
  const root = first?.contents;
  if (!root || isNothing(root)) throw inputError([emptyDocument(lines)]);
  return root;
}

function readTokens(lines: Lines): CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(lines.source)) {
    const type: CST.TokenType | null = isScalar ? 'scalar' : CST.tokenType(lexeme);
    isScalar = !isScalar && type === 'scalar';
    if (type === 'tag' || type === 'directive-line') {
      throw inputError([unwantedSign(lines, type, lexeme, parser.offset)]);
    }
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_NESTING) {
      throw inputError([
        errorFinding(
          codes.nestedTooDeep,
          `the ${lines.subject.noun} is nested deeper than ${MAX_NESTING} levels`,
          {
            position: lines.position(parser.offset - lexeme.length),
            hint: `a ${lines.subject.noun} needs no more than five`,
          },
        ),
      ]);
    }
    if (++count > MOST_LEXEMES) {
      throw inputError([
        errorFinding(
          codes.inputTooLarge,
          `the ${lines.subject.noun} has more than ${MOST_LEXEMES.toLocaleString('en')} words and signs`,
          {
            hint: 'check that this is the file you meant',
          },
        ),
      ]);
    }
  }
  return [...tokens, ...parser.end()];
}

function earliestError(documents: readonly Document.Parsed[]) {
  // An error behind the first document's end is one of a second document's, which is refused as a whole.
  return documents[0]?.errors.toSorted((a, b) => a.pos[0] - b.pos[0])[0];
}

function isNothing(root: Node): boolean {
  const [start, end] = root.range ?? [0, 0];
  return start === end;
}

function emptyDocument(lines: Lines) {
  const { noun, beginning, models } = lines.subject;
  const isBlank = lines.source.trim() === '';
  return errorFinding(
    codes.inputEmpty,
    `the ${noun} ${isBlank ? 'is empty' : 'holds nothing but comments'}`,
    {
      position: lines.position(0),
      hint: `${beginning}; ${models}`,
    },
  );
}

function severalDocuments(lines: Lines, second: Document.Parsed) {
  const start = second.range[0];
  const marker = lines.source.lastIndexOf('---', start);
  return errorFinding(
    codes.severalDocuments,
    `a second document begins here; a file holds one ${lines.subject.noun}`,
    {
      position: marker >= 0 ? lines.position(marker, marker + 3) : lines.position(start),
      hint: 'put it into a file of its own',
    },
  );
}

function unwantedSign(
  lines: Lines,
  type: 'tag' | 'directive-line',
  lexeme: string,
  offset: number,
) {
  const position = lines.position(offset, offset + lexeme.length);
  return type === 'tag'
    ? errorFinding(
        codes.tagOrDirective,
        `a ${lines.subject.noun} has no use for the tag ${printable(lexeme)}`,
        {
          position,
          hint: 'remove it; to make text of a number, put it in quotes',
        },
      )
    : errorFinding(
        codes.tagOrDirective,
        `a ${lines.subject.noun} has no use for the directive ${printable(lexeme)}`,
        {
          position,
          hint: 'remove the line; the text is YAML 1.2',
        },
      );
}
