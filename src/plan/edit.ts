/** Changes single values in a plan's text; everything else stays byte for byte. */
import { Document, isScalar, parseDocument } from 'yaml';
import { isPrintable } from '../printable.ts';
import type { Path } from './findings.ts';

/** A value in a plan and what replaces it. */
export interface ScalarEdit {
  /** The path of an existing text, number or boolean. */
  readonly path: Path;
  readonly value: string | boolean;
}

/** @throws TypeError if a path leads to no such value */
export function editScalars(source: string, edits: readonly ScalarEdit[]): string {
  const document = parseDocument(source);
  const places = edits.map(({ path, value }) => {
    const node = document.getIn(path, true);
    if (!isScalar(node) || !node.range) throw new TypeError(`no value at ${path.join('/')}`);
    const [start, end] = node.range;
    return { start, end, text: scalarText(value) };
  });
  return places
    .sort((a, b) => b.start - a.start)
    .reduce(
      (text, { start, end, text: value }) => text.slice(0, start) + value + text.slice(end),
      source,
    );
}

/** A hidden character is written as an escape, so that the value stays on its line. */
function scalarText(value: ScalarEdit['value']): string {
  return typeof value === 'string' && !isPrintable(value)
    ? JSON.stringify(value)
    : new Document(value).toString({ lineWidth: 0 }).trimEnd();
}
