/** Writes plain data as YAML for review. The same data always gives the same bytes. */
import { Document, isCollection, isMap, isNode, isScalar, type Scalar, visit } from 'yaml';
import { printable } from '../printable.ts';

/**
 * The YAML of a map; its keys keep their order. A text of several lines is written as a block, and a hidden character as
 * an escape. A small map inside a list or another map takes one line.
 *
 * @param heading the lines of a comment above it, without their `#`
 */
export function emitYaml(
  data: Readonly<Record<string, unknown>>,
  heading: readonly string[],
): string {
  const document = new Document(data);
  visit(document, {
    Scalar(_key, node) {
      if (hasHidden(node)) node.type = 'QUOTE_DOUBLE';
    },
    Collection(_key, node, path) {
      const parts = isMap(node) ? node.items.map(({ value }) => value) : node.items;
      const isFlat = parts.every((part) => !isNode(part) || isScalar(part));
      // The path also contains the document and the pairs of maps.
      const depth = path.filter((above) => isCollection(above)).length;
      if (parts.length === 0 || (isMap(node) && isFlat && depth > 1)) node.flow = true;
    },
  });
  const text = document.toString({ lineWidth: 0, blockQuote: 'literal' });
  const comment = heading.map((line) => `# ${line}\n`).join('');
  return comment + escapeHidden(text);
}

/** Whether the value has a hidden character. The line breaks of a block are visible. */
function hasHidden({ value }: Scalar): boolean {
  if (typeof value !== 'string') return false;
  const isBlock = value.endsWith('\n');
  const plain = isBlock ? value.replaceAll('\n', ' ') : value;
  return printable(plain) !== plain;
}

/** Escapes the hidden characters that the YAML library leaves as they are between double quotes. */
function escapeHidden(text: string): string {
  return Array.from(text, (character) =>
    character === '\n' || printable(character) === character ? character : escapeOf(character),
  ).join('');
}

function escapeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}
