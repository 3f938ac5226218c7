/**
 * A disk's backing chain before and after a phase, as two drawings with the same file at the same height. A chain is drawn
 * vertically, active layer on top, so that it fits a phone however deep it is.
 */

import type { PreviewChain } from '../simulate/preview.ts';
import { html, type Markup } from './html.ts';
import { arrow, drawing, fittedLines, LINE_HEIGHT, rounded, textLines } from './html-drawing.ts';

type Layer = PreviewChain['before'][number];

/** One row of both drawings: the same file on both sides, or a file and what replaces it. */
interface Row {
  readonly before?: Layer;
  readonly after?: Layer;
}

type Side = keyof Row;

/** A layer and its position. */
interface Box {
  readonly layer: Layer;
  readonly fate: keyof typeof FATES;
  readonly top: number;
  readonly bottom: number;
}

const FATES = {
  same: 'kept',
  new: 'new',
  temporary: 'new, removed later',
  gone: 'leaves the chain, file kept',
  removed: 'leaves the chain, file removed',
} as const;

const WIDTH = 340;
const MIDDLE = WIDTH / 2;
const EDGE = 2;
const PAD = 10;
const GAP = 30;
const GUEST_HEIGHT = 26;
const NAME = 13;
const SMALL = 11;

/** @param id unique in the page */
export function chainFigure(chain: PreviewChain, id: string): Markup {
  const rows = rowsOf(chain.before, chain.after);
  const caption = html`Backing chain of <code>${chain.target}</code>; each layer is backed by the one below it`;
  if (rows.every(({ before, after }) => before?.file === after?.file)) {
    return html`<figure class="chain">
<figcaption>${caption}</figcaption>
<div class="pair">
<div class="side"><p class="when">the same before and after</p>
${chainDrawing(chain, 'after', rows, id)}</div>
</div>
</figure>
`;
  }
  return html`<figure class="chain">
<figcaption>${caption}</figcaption>
<div class="pair">
<div class="side"><p class="when">before</p>
${chainDrawing(chain, 'before', rows, id)}</div>
<span class="leads" aria-hidden="true">→</span>
<div class="side"><p class="when">after</p>
${chainDrawing(chain, 'after', rows, id)}</div>
</div>
</figure>
`;
}

/** A file that stays has the same row on both sides; above it, removed and new files share rows, from the bottom up. */
function rowsOf(before: readonly Layer[], after: readonly Layer[]): Row[] {
  const rows: Row[] = [];
  let [left, right] = [before.length, after.length];
  const changedDownTo = (leftEnd: number, rightEnd: number) => {
    while (left > leftEnd || right > rightEnd) {
      const gone = left > leftEnd ? before[--left] : undefined;
      const come = right > rightEnd ? after[--right] : undefined;
      rows.push({ ...(gone && { before: gone }), ...(come && { after: come }) });
    }
  };
  for (const [at, layer] of [...before.entries()].reverse()) {
    const found = after.findLastIndex(({ file }, place) => place < right && file === layer.file);
    if (found < 0) continue;
    changedDownTo(at + 1, found + 1);
    rows.push({ before: layer, after: after[--right] ?? layer });
    left--;
  }
  changedDownTo(0, 0);
  return rows.reverse();
}

function chainDrawing(chain: PreviewChain, side: Side, rows: readonly Row[], id: string): Markup {
  const { boxes, height } = laidOut(rows, side);
  const files = chain[side].map(({ file }) => file);
  const about = {
    id: `${id}-${side}`,
    look: side,
    width: WIDTH,
    height,
    title: `${chain.target} ${side}`,
    description:
      files.length === 0 ? 'No file.' : `The guest uses ${files.join(', which is backed by ')}.`,
  };
  const ways = boxes.slice(1).map((box, at) =>
    arrow(
      [
        [MIDDLE, rounded(boxes[at]?.bottom ?? 0)],
        [MIDDLE, rounded(box.top)],
      ],
      'rests',
    ),
  );
  const [active] = boxes;
  return drawing(about, [...(active ? [guest(active)] : []), ...boxes.map(boxMarkup), ...ways]);
}

/**
 * Rows have the same height on both sides, whichever side has a layer there. The drawings are aligned at the bottom; above
 * its active layer a side has only the guest.
 */
function laidOut(rows: readonly Row[], side: Side): { boxes: Box[]; height: number } {
  const boxes: Box[] = [];
  let top = EDGE + GUEST_HEIGHT + GAP;
  for (const row of rows.slice(rows.findIndex((each) => each[side]))) {
    const bottom = top + Math.max(heightOf(row.before), heightOf(row.after));
    const layer = row[side];
    if (layer) boxes.push({ layer, fate: fateOf(row, side), top, bottom });
    top = bottom + GAP;
  }
  return { boxes, height: top - GAP + EDGE };
}

function fateOf({ before, after }: Row, side: Side): Box['fate'] {
  if (before?.file === after?.file) return 'same';
  if (side === 'before') return before?.removed ? 'removed' : 'gone';
  return after?.removed ? 'temporary' : 'new';
}

function heightOf(layer: Layer | undefined): number {
  if (!layer) return 0;
  // The longest text: a layer has the same height on both sides.
  const { name, rest } = linesOf(layer, 'removed');
  return 2 * PAD + LINE_HEIGHT * (name.length * NAME + rest.length * SMALL);
}

function linesOf({ file, format }: Layer, fate: Box['fate']) {
  const cut = file.lastIndexOf('/') + 1;
  const room = WIDTH - 2 * (EDGE + PAD);
  const folder = cut === 0 ? [] : fittedLines(file.slice(0, cut), room, SMALL);
  return {
    name: fittedLines(file.slice(cut), room, NAME),
    rest: [...folder, ...fittedLines(`${format} · ${FATES[fate]}`, room, SMALL)],
  };
}

function boxMarkup({ layer, fate, top, bottom }: Box): Markup {
  const { name, rest } = linesOf(layer, fate);
  const x = EDGE + PAD;
  const below = top + PAD + LINE_HEIGHT * name.length * NAME;
  return html`<rect class="layer ${fate}" x="${EDGE}" y="${rounded(top)}" width="${WIDTH - 2 * EDGE}" height="${rounded(bottom - top)}" rx="6"/>
${textLines(name, { x, y: top + PAD, size: NAME, look: 'name' })}${textLines(rest, { x, y: below, size: SMALL, look: 'word' })}`;
}

/** The box for the guest, just above its active layer. */
function guest(active: Box): Markup {
  const bottom = active.top - GAP;
  const way = arrow(
    [
      [MIDDLE, rounded(bottom)],
      [MIDDLE, rounded(active.top)],
    ],
    'writes',
  );
  return html`<rect class="guest" x="${MIDDLE - 70}" y="${rounded(bottom - GUEST_HEIGHT)}" width="140" height="${GUEST_HEIGHT}" rx="13"/>
<text class="guest-name" font-size="${SMALL}" text-anchor="middle" x="${MIDDLE}" y="${rounded(bottom - 9)}">guest</text>
${way}`;
}
