/** Reads a text as a document: plain data, and the position of each part in the text. */
import { codes } from '../codes.ts';
import { decodeText, hiddenCharacters } from './decode.ts';
import type { DocumentKind } from './document-kind.ts';
import { errorFinding, Findings, inputError } from './findings.ts';
import { inspect } from './inspect.ts';
import { refuseOtherDocument, refuseOtherText } from './other-document.ts';
import { parse } from './parse.ts';
import { SourcePositions } from './source-positions.ts';
import { type Data, Tree } from './tree.ts';
import { named } from './words.ts';

export interface ParsedDocument {
  readonly data: Data;
  readonly places: SourcePositions;
  /** The findings about single values; the caller adds its own. */
  readonly findings: Findings;
}

/**
 * Reads YAML, which includes JSON.
 *
 * @param file the file name in positions
 * @throws BlockplanError `input-refused` if the text as a whole cannot be read
 */
export function readDocument(
  kind: DocumentKind,
  file: string,
  source: string | Uint8Array,
): ParsedDocument {
  const lines = decodeText(kind, file, source);
  refuseOtherText(lines);
  const findings = new Findings();
  for (const each of hiddenCharacters(lines)) findings.add(each);
  const root = parse(lines, findings);
  const tree = new Tree(lines, root, inspect(lines, root, findings));
  const places = new SourcePositions(tree);
  return { data: dataOf(tree, places, findings), places, findings };
}

function dataOf(tree: Tree, places: SourcePositions, findings: Findings): Data {
  const value = tree.value();
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    refuseOtherDocument(value as Data, places);
    return value as Data;
  }
  const { noun, keys, listHint, beginning } = tree.lines.kind;
  throw inputError([
    ...findings.all,
    errorFinding(
      codes.notMapping,
      `a ${noun} is a map of keys such as ${keys}, but this is ${named(value)}`,
      {
        position: places.locate([]),
        hint: Array.isArray(value) ? listHint : beginning,
      },
    ),
  ]);
}
