/** Measures texts for a terminal, and makes them fit. Texts are plain here: colour is added afterwards. */
import stringWidth from 'fast-string-width';

/** The number of terminal columns that the text takes; it must not have line breaks or tabs. */
export function textWidth(text: string): number {
  return stringWidth(text);
}

/** The text, shortened with an ellipsis when it is wider than that many columns. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes(text)) {
    used += textWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Made when needed, because it is slow to load. */
function graphemes(text: string): Iterable<Intl.SegmentData> {
  return new Intl.Segmenter().segment(text);
}

/** The text, padded with spaces to that many columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/** The text as lines of at most that many columns, broken between words, and inside a word that is wider. */
export function wrapped(text: string, width: number): string[] {
  const room = Math.max(2, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => chopped(each, room))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= room) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function chopped(word: string, width: number): string[] {
  if (textWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes(word)) {
    if (textWidth(piece + segment) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}

/**
 * A paragraph that begins with a word in colour, as lines of at most that many columns; the lines after the first are
 * indented by two more columns.
 */
export function labelled(
  indent: string,
  color: (text: string) => string,
  label: string,
  rest: string,
  columns: number,
): string[] {
  const inner = `${' '.repeat(indent.length)}  `;
  const [first = '', ...more] = wrapped(`${label}${rest}`, columns - inner.length);
  const head = first.startsWith(label) ? `${color(label)}${first.slice(label.length)}` : first;
  return [`${indent}${head}`, ...more.map((line) => `${inner}${line}`)];
}
