/** How wide a text stands on a terminal, and how to make it fit. Texts are plain here: colour is put on afterwards. */

const ASCII = /^[\u0020-\u007e]*$/;
/** What a terminal draws in no column of its own. */
const WITHOUT_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
/** East Asian wide and full-width characters; emoji are asked about on their own. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;

const graphemes = new Intl.Segmenter();

/** The number of terminal columns that the text takes; it has no line breaks or tabs. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (EMOJI.test(grapheme) || WIDE.test(grapheme)) return 2;
  const base = String.fromCodePoint(grapheme.codePointAt(0) ?? 0);
  return WITHOUT_WIDTH.test(base) ? 0 : 1;
}

/** The text, shortened with an ellipsis when it is wider than that many columns. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** The text, filled up with spaces to that many columns. */
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
  for (const { segment } of graphemes.segment(word)) {
    if (textWidth(piece + segment) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}

/**
 * A paragraph that begins with a word in colour, as lines of at most that many columns; those after the first stand two
 * columns further in.
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
