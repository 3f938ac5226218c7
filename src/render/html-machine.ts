/**
 * The machine of a plan as a drawing: the run goes down on the left, the rollback goes up on the right, and each step has a
 * lane across both. A lost connection leads to the same end from every state: that end is drawn once, below all others.
 */
import type { States } from './document.ts';
import { html, type Markup } from './html.ts';
import { arrow, drawing, fittedLines, LINE_HEIGHT, rounded, textLines } from './html-drawing.ts';
import { stateText } from './state-text.ts';

type Machine = States['machine'];
type State = Machine['states'][number];

/** A state and its position. */
interface Box {
  readonly state: State;
  readonly lines: readonly string[];
  readonly x: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The band of one step across both columns. */
interface Lane {
  readonly lines: readonly string[];
  readonly top: number;
  bottom: number;
}

const WIDTH = 344;
const BOX = 122;
/** The left edges of the boxes of the run, and of those of the rollback. */
const FORWARD = 14;
const BACK = 186;
/** The line on which failures of the rollback go down to their end. */
const RAIL = 330;
const MIDDLE = (FORWARD + BOX + BACK) / 2;
const EDGE = 2;
const PAD = 8;
const GAP = 30;
/** The length of an arrow to an end that is drawn elsewhere. */
const SHORT = 20;
const NAME = 12;
const SMALL = 10.5;
const END = { top: 6, height: 34 } as const;

/** @param id unique in the page */
export function machineDrawing(machine: Machine, id: string): Markup {
  const layout = new Layout();
  layout.end('rolled-back', machine, BACK, END.top);
  for (const state of machine.states) if (state.direction === 'do') layout.row(state, machine);
  const last = layout.bottom + GAP + PAD;
  layout.end('succeeded', machine, FORWARD, last);
  layout.end('stranded', machine, BACK, last, RAIL + PAD + 2 - BACK);
  const { boxes, lanes } = layout;
  const lost = lostBox(machine, last + END.height + 2 * PAD);
  const about = {
    id,
    look: 'machine',
    width: WIDTH,
    height: lost.bottom + EDGE,
    title: 'The states of a run',
    description: machine.states
      .filter(({ final }) => !final)
      .map(inWords)
      .join(' '),
  };
  return drawing(about, [
    ...lanes.map(laneMarkup),
    begin(boxes.get(machine.initial)),
    ...machine.states.flatMap((state) => waysOf(state, boxes)),
    ...[...boxes.values()].map(boxMarkup),
    ...(boxes.has('stranded') ? [label('failed', RAIL - 6, last - 12, 'end')] : []),
    lost.markup,
  ]);
}

/** Gives every state its position before anything is drawn. */
class Layout {
  readonly boxes = new Map<string, Box>();
  readonly lanes: Lane[] = [];
  /** Where the last lane ends. */
  bottom = END.top + END.height + GAP;
  #step: string | undefined;

  /** A phase: the state that does it on the left, the one that undoes it on the right. */
  row(state: State, machine: Machine): void {
    const undo = machine.states.find(
      ({ direction, step, phase }) =>
        direction === 'undo' && step === state.step && phase === state.phase,
    );
    const doing = boxLines(state);
    const undoing = undo ? boxLines(undo) : [];
    const height = 2 * PAD + LINE_HEIGHT * NAME * Math.max(doing.length, undoing.length);
    const top = this.#laneOf(state.step ?? '');
    this.#box(state, { lines: doing, x: FORWARD, top, width: BOX, height });
    if (undo) this.#box(undo, { lines: undoing, x: BACK, top, width: BOX, height });
    this.bottom = top + height + 2 * PAD;
    const lane = this.lanes.at(-1);
    if (lane) lane.bottom = this.bottom;
  }

  end(name: string, { states }: Machine, x: number, top: number, width = BOX): void {
    const state = states.find((each) => each.name === name);
    if (state) this.#box(state, { lines: [stateText(name)], x, top, width, height: END.height });
  }

  #box(state: State, place: Omit<Box, 'state'>): void {
    this.boxes.set(state.name, { state, ...place });
  }

  /** The top of the next box. A new step begins a lane, with its name at the top. */
  #laneOf(step: string): number {
    if (step === this.#step) return this.bottom + GAP - 2 * PAD;
    this.#step = step;
    // The name is between the two columns, so that no arrow crosses it.
    const lines = fittedLines(step, BACK - FORWARD - 2 * PAD, SMALL);
    const top = this.bottom + PAD;
    this.lanes.push({ lines, top, bottom: top });
    return top + 2 * PAD + lines.length * SMALL * LINE_HEIGHT;
  }
}

function boxLines({ direction, phase, pointOfNoReturn, kept }: State): string[] {
  const name = direction === 'undo' ? `undo ${phase}` : `${phase}`;
  const point = pointOfNoReturn && direction === 'do' ? ['point of', 'no return'] : [];
  const limit = kept ? ['kept from', 'here on'] : [];
  return [...fittedLines(name, BOX - 2 * PAD, NAME), ...point, ...limit];
}

function laneMarkup({ lines, top, bottom }: Lane): Markup {
  const at = { x: MIDDLE, y: top + PAD, size: SMALL, look: 'lane-name' };
  return html`<rect class="lane" x="${EDGE}" y="${rounded(top)}" width="${WIDTH - 2 * EDGE}" height="${rounded(bottom - top)}" rx="8"/>
${textLines(lines, at)}`;
}

function boxMarkup({ state, lines, x, top, width, height }: Box): Markup {
  const { direction = 'end', pointOfNoReturn } = state;
  const point = pointOfNoReturn && direction === 'do' ? ' point' : '';
  const middle = top + (height - lines.length * NAME * LINE_HEIGHT) / 2;
  const at = { x: x + width / 2, y: middle + 1, size: NAME, look: 'name' };
  return html`<g class="state ${direction}${point}"><rect x="${x}" y="${rounded(top)}" width="${width}" height="${rounded(height)}" rx="6"/>
${textLines(lines, at)}</g>
`;
}

function begin(first: Box | undefined): Markup {
  if (!first) return html``;
  const x = first.x + first.width / 2;
  const y = END.top + END.height / 2;
  const way = arrow(
    [
      [x, y],
      [x, rounded(first.top)],
    ],
    'done',
  );
  return html`<circle class="begin" cx="${x}" cy="${y}" r="7"/>
${way}`;
}

/** The transitions of a state, except for a lost connection. */
function waysOf(state: State, boxes: ReadonlyMap<string, Box>): Markup[] {
  const from = boxes.get(state.name);
  return state.transitions.flatMap(({ on, to }) => {
    const target = boxes.get(to);
    if (!from || !target || on === 'LOST') return [];
    if (on === 'DONE')
      return [isAnyBetween(from, target, boxes) ? endingAt(from, to) : upright(from, target)];
    return [target.top === from.top ? across(from, target) : byTheRail(from, target)];
  });
}

function isAnyBetween(from: Box, to: Box, boxes: ReadonlyMap<string, Box>): boolean {
  return [...boxes.values()].some(({ x, top }) => x === from.x && top < from.top && top > to.top);
}

/** A rollback that ends behind what is kept: its end is drawn above all other phases, so only its name is. */
function endingAt(from: Box, end: string): Markup {
  const x = from.x + from.width / 2;
  const way = arrow(
    [
      [x, rounded(from.top)],
      [x, rounded(from.top - SHORT)],
    ],
    'undone',
  );
  return html`${way}${label(end, x + PAD, from.top - PAD)}`;
}

/** Down during the run, up during the rollback. */
function upright(from: Box, to: Box): Markup {
  const x = from.x + from.width / 2;
  const down = to.top > from.top;
  const [begin, end] = down ? [from.top + from.height, to.top] : [from.top, to.top + to.height];
  const word = down ? 'done' : 'undone';
  const way = arrow(
    [
      [x, rounded(begin)],
      [x, rounded(end)],
    ],
    word,
  );
  return html`${way}${label(word, x + PAD, Math.min(begin, end) + 13)}`;
}

function across(from: Box, to: Box): Markup {
  const y = rounded(from.top + from.height / 2);
  const way = arrow(
    [
      [from.x + from.width, y],
      [to.x, y],
    ],
    'failed',
  );
  return html`${way}${label('failed', MIDDLE, y - 5, 'middle')}`;
}

function byTheRail(from: Box, to: Box): Markup {
  const y = rounded(from.top + from.height / 2);
  return arrow(
    [
      [from.x + from.width, y],
      [RAIL, y],
      [RAIL, rounded(to.top)],
    ],
    'stranding',
  );
}

function label(word: string, x: number, y: number, anchor = 'start'): Markup {
  return html`<text class="word" font-size="${SMALL}" text-anchor="${anchor}" x="${x}" y="${rounded(y)}">${word}</text>
`;
}

/** The end that every state leads to if the connection is lost. */
function lostBox({ states }: Machine, top: number): { markup: Markup; bottom: number } {
  const ways = states.flatMap(({ transitions }) => transitions.filter(({ on }) => on === 'LOST'));
  const [lost] = ways;
  if (!lost) return { markup: html``, bottom: top };
  const at = { x: WIDTH / 2, size: SMALL, look: 'word' };
  const height = END.height + 12;
  const markup = html`<g class="state end lost"><rect x="${FORWARD}" y="${rounded(top)}" width="${RAIL + PAD + 2 - FORWARD}" height="${height}" rx="6"/>
${textLines([stateText(lost.to)], { ...at, y: top + PAD, size: NAME, look: 'name' })}${textLines(['from every state, when the connection is lost'], { ...at, y: top + PAD + 17 })}</g>
`;
  return { markup, bottom: top + height };
}

function inWords({ name, transitions }: State): string {
  const ways = transitions.map(({ on, to }) => `when ${on.toLowerCase()}, ${stateText(to)}`);
  return `${stateText(name)}: ${ways.join('; ')}.`;
}
