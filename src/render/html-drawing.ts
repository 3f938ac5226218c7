/** What the drawings of a preview share: fitted text, arrows, and an SVG with a description. */
import { html, type Markup } from './html.ts';
import { textWidth, wrapped } from './width.ts';

/**
 * The width of a column of a fixed-width font, relative to the font size. A little more than in the widest common font, so
 * that fitted text fits everywhere.
 */
const COLUMN = 0.62;
export const LINE_HEIGHT = 1.35;

/** Wraps the text to that many pixels, at the separators of paths and identifiers if possible. */
export function fittedLines(text: string, width: number, size: number): string[] {
  const columns = Math.max(1, Math.floor(width / (size * COLUMN)));
  const lines = [''];
  for (const piece of text.split(/(?<=[/._:@ -])/).flatMap((each) => chopped(each, columns))) {
    const line = `${lines.at(-1)}${piece}`;
    if (textWidth(line) <= columns) lines[lines.length - 1] = line;
    else lines.push(piece);
  }
  return lines.filter((line, at) => at === 0 || line !== '');
}

function chopped(piece: string, columns: number): string[] {
  return textWidth(piece) <= columns ? [piece] : wrapped(piece, columns);
}

/** Lines of text below one another; `y` is the top of the first one. */
export function textLines(
  lines: readonly string[],
  { x, y, size, look }: { x: number; y: number; size: number; look: string },
): Markup {
  const each = lines.map(
    (line, at) =>
      html`<text class="${look}" font-size="${size}" x="${x}" y="${rounded(y + size + at * size * LINE_HEIGHT)}">${line}</text>
`,
  );
  return html`${each}`;
}

/** A line through these points, with an arrow's head at the last one. */
export function arrow(points: readonly (readonly [x: number, y: number])[], look: string): Markup {
  const [[x, y] = [0, 0], [fromX, fromY] = [0, 0]] = points.toReversed();
  const [dx, dy] = [Math.sign(x - fromX), Math.sign(y - fromY)];
  // The head's two other corners: behind the tip, and to either side of the line.
  const corner = (side: 1 | -1) => `${x - 7 * dx + 4 * side * dy},${y - 7 * dy + 4 * side * dx}`;
  const way = points.map((point) => point.join(',')).join(' ');
  return html`<g class="arrow ${look}"><polyline points="${way}"/><polygon points="${x},${y} ${corner(1)} ${corner(-1)}"/></g>
`;
}

export interface Drawing {
  /** Unique in the page. */
  readonly id: string;
  readonly look: string;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** The same in words, for readers who cannot see it. */
  readonly description: string;
}

export function drawing(about: Drawing, content: readonly Markup[]): Markup {
  const { id, look, title, description } = about;
  const [width, height] = [rounded(about.width), rounded(about.height)];
  return html`<svg class="drawing ${look}" role="img" aria-labelledby="${id}-title ${id}-text" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">
<title id="${id}-title">${title}</title>
<desc id="${id}-text">${description}</desc>
${content}</svg>
`;
}

/** To a tenth of a pixel: the same on every machine, and short. */
export function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
