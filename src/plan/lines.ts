/** A plan's text by lines: turns offsets into positions for messages. */
import type { Position } from '../errors.ts';
import { printable } from '../printable.ts';
import type { DocumentKind } from './document-kind.ts';

export class Lines {
  readonly kind: DocumentKind;
  readonly file: string;
  readonly source: string;
  readonly #starts: readonly number[];

  /**
   * @param kind the kind of document, for messages
   * @param file the file name in positions
   * @param source the text, without a byte order mark
   */
  constructor(kind: DocumentKind, file: string, source: string) {
    this.kind = kind;
    this.file = file;
    this.source = source;
    const starts = [0];
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) {
      starts.push(at + 1);
    }
    this.#starts = starts;
  }

  /**
   * The position of a range of text, cut off at the end of its line. The line keeps its columns: a tab is shown as one
   * space, and a character that could harm a terminal as U+FFFD.
   *
   * @param offset in UTF-16 units from the start of the text; clamped to the text
   * @param end the offset after the last unit
   */
  position(offset: number, end: number = offset): Position {
    const from = Math.min(Math.max(offset, 0), this.source.length);
    const index = this.#lineAt(from);
    const start = this.#starts[index] ?? 0;
    const stop = this.#lineEnd(index);
    return {
      file: this.file,
      line: index + 1,
      column: from - start + 1,
      source: showable(this.source.slice(start, stop)),
      length: Math.max(1, Math.min(end, stop) - from),
    };
  }

  /** The index of the line that contains the offset. */
  #lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #lineEnd(index: number): number {
    const next = this.#starts[index + 1];
    const end = next === undefined ? this.source.length : next - 1;
    return this.source[end - 1] === '\r' ? end - 1 : end;
  }
}

/** The line with every harmful character replaced unit for unit, so that columns stay right. */
function showable(line: string): string {
  const plain = line.replaceAll('\t', ' ');
  if (printable(plain) === plain) return plain;
  return Array.from(plain, (character) =>
    printable(character) === character ? character : '\ufffd'.repeat(character.length),
  ).join('');
}
