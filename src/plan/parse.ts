/** Parses text into YAML nodes, with limits that keep any input harmless and fast. */

import { Composer, CST, type Document, Lexer, type Node, Parser } from 'yaml';
import { codes } from '../codes.ts';
import { printable } from '../printable.ts';
import { errorFinding, type Findings, inputError } from './findings.ts';
import type { Lines } from './lines.ts';
import { syntaxFinding } from './syntax.ts';

/** Deeper than any plan, and far from a stack overflow. */
export const MAX_NESTING = 40;

/** The most lexemes of a text; the largest plan that the schema allows has far fewer. */
const MOST_LEXEMES = 100_000;

/**
 * The root node of the first document in the text. Tags, directives and further documents are added to `findings`, and
 * the rest is read without them.
 *
 * @throws BlockplanError `input-refused` with the findings so far. Only the first syntax error is among them, because the
 * parser can only guess what the rest means
 */
export function parse(lines: Lines, findings: Findings): Node {
  const tokens = readTokens(lines, findings);
  // Duplicate keys are checked later: the parser compares each key with every other, which is slow for large maps.
  const composer = new Composer({ uniqueKeys: false, merge: false, version: '1.2' });
  const documents = [...composer.compose(tokens)];
  const [first, second] = documents;
  const error = earliestError(documents) ?? composer.streamInfo().errors[0];
  if (error) {
    const finding = syntaxFinding(lines, error);
    // A character that is already reported on that line is the likely cause.
    const isExplained = findings.all.some(
      ({ position }) => position?.line === finding.position?.line,
    );
    throw inputError(isExplained ? findings.all : [...findings.all, finding]);
  }
  if (second) findings.add(severalDocuments(lines, second));
  const root = first?.contents;
  if (root && !isNothing(root)) return root;
  findings.refuse();
  throw inputError([emptyDocument(lines)]);
}

function readTokens(lines: Lines, findings: Findings): CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(lines.source)) {
    const type: CST.TokenType | null = isScalar ? 'scalar' : CST.tokenType(lexeme);
    isScalar = !isScalar && type === 'scalar';
    const isUnwanted = type === 'tag' || type === 'directive-line';
    if (isUnwanted) findings.add(unwantedSign(lines, type, lexeme, parser.offset));
    for (const token of parser.next(isUnwanted ? blank(type, lexeme) : lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_NESTING) {
      throw inputError([
        ...findings.all,
        errorFinding(
          codes.nestedTooDeep,
          `the ${lines.kind.noun} is nested deeper than ${MAX_NESTING} levels`,
          {
            position: lines.position(parser.offset - lexeme.length),
            hint: `nest it less deeply: a ${lines.kind.noun} needs at most five levels`,
          },
        ),
      ]);
    }
    if (++count > MOST_LEXEMES) {
      throw inputError([
        ...findings.all,
        errorFinding(
          codes.inputTooLarge,
          `the ${lines.kind.noun} has more than ${MOST_LEXEMES.toLocaleString('en')} YAML tokens`,
          {
            hint: 'check that this is the file you meant',
          },
        ),
      ]);
    }
  }
  return [...tokens, ...parser.end()];
}

/** What the parser gets instead of a tag or directive: spaces or a comment of the same length, so that offsets stay right. */
function blank(type: 'tag' | 'directive-line', lexeme: string): string {
  return type === 'tag' ? ' '.repeat(lexeme.length) : `#${lexeme.slice(1)}`;
}

function earliestError(documents: readonly Document.Parsed[]) {
  // Errors after the first document belong to a second one, which is refused as a whole.
  return documents[0]?.errors.toSorted((a, b) => a.pos[0] - b.pos[0])[0];
}

function isNothing(root: Node): boolean {
  const [start, end] = root.range ?? [0, 0];
  return start === end;
}

function emptyDocument(lines: Lines) {
  const { noun, beginning, models } = lines.kind;
  const isBlank = lines.source.trim() === '';
  return errorFinding(
    codes.inputEmpty,
    `the ${noun} ${isBlank ? 'is empty' : 'contains only comments'}`,
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
    'a second document starts here; only one is allowed',
    {
      position: marker >= 0 ? lines.position(marker, marker + 3) : lines.position(start),
      hint: 'move it to its own file',
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
        `the tag ${printable(lexeme)} is not allowed in a ${lines.kind.noun}`,
        {
          position,
          hint: 'remove it; to write a number as text, put it in quotes',
        },
      )
    : errorFinding(
        codes.tagOrDirective,
        `the directive ${printable(lexeme)} is not allowed in a ${lines.kind.noun}`,
        {
          position,
          hint: 'remove the line; the file is read as YAML 1.2',
        },
      );
}
