/** Draws screens of a terminal as SVG: one screen as a picture, several as a film that repeats. */
import type { Line, Run, Screen } from './recording.ts';

const CELL = { width: 8.4, height: 19 };
const MARGIN = 14;
const BAR = 30;
/** How long the last screen stays, in seconds. */
const LAST = 6;
/** The shortest time between two screens of a film, in seconds. */
const SHORTEST = 0.12;

const COLORS = [
  ...['#3b4048', '#f07178', '#a5d76e', '#f0c674', '#7aa2f7', '#c792ea', '#6fd3d3', '#d6dbe0'],
  ...['#7d8590', '#ff8b92', '#b8e986', '#ffd98a', '#9ab8ff', '#d9aef5', '#8fe8e8', '#ffffff'],
];

/**
 * @param title what the picture shows, for readers who do not see it
 * @param screens the last one stays; with more than one the picture is a film
 */
export function svgOf(title: string, screens: readonly Screen[]): string {
  const frames = framesOf(screens);
  const columns = Math.max(
    ...frames.flatMap(({ lines }) => lines.map((line) => endOf(line.at(-1)))),
  );
  const rows = Math.max(...frames.map(({ lines }) => lines.length));
  const [width, height] = [
    columns * CELL.width + 2 * MARGIN,
    rows * CELL.height + 2 * MARGIN + BAR,
  ];
  const total = (frames.at(-1)?.time ?? 0) + LAST;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${height}" width="${round(width)}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    '<style>text{font:14px "DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#d6dbe0;white-space:pre}.b{font-weight:bold}.d{opacity:.65}' +
      `.f{visibility:hidden}${frames.length > 1 ? frames.map((frame, at) => ruleOf(frame, at, frames, total)).join('') : '.f{visibility:visible}'}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="#1b1f24"/>`,
    ...['#f07178', '#f0c674', '#a5d76e'].map(
      (color, at) => `<circle cx="${20 + at * 18}" cy="18" r="5.5" fill="${color}"/>`,
    ),
    ...frames.map(
      ({ lines }, at) =>
        `<g class="f f${at}">${lines.map((line, row) => textOf(line, row)).join('')}</g>`,
    ),
    '</svg>\n',
  ].join('\n');
}

/** Screens that differ, each for long enough to be seen. */
function framesOf(screens: readonly Screen[]): readonly Screen[] {
  const frames: Screen[] = [];
  for (const screen of screens) {
    const before = frames.at(-1);
    if (before && JSON.stringify(before.lines) === JSON.stringify(screen.lines)) continue;
    if (before && screen.time - before.time < SHORTEST)
      frames[frames.length - 1] = { ...screen, time: before.time };
    else frames.push(screen);
  }
  return frames;
}

function ruleOf({ time }: Screen, at: number, frames: readonly Screen[], total: number): string {
  const percent = (seconds: number) => `${round((seconds / total) * 100)}%`;
  const [start, end] = [at === 0 ? 0 : time, frames[at + 1]?.time ?? total];
  const before = start === 0 ? '' : '0%{visibility:hidden}';
  const after = end === total ? '' : `${percent(end)}{visibility:hidden}`;
  return (
    `.f${at}{animation:k${at} ${round(total)}s step-end infinite}` +
    `@keyframes k${at}{${before}${percent(start)}{visibility:visible}${after}}`
  );
}

function textOf(line: Line, row: number): string {
  const y = round(BAR + MARGIN + (row + 0.75) * CELL.height);
  return line
    .map((run) => {
      const classes = [...(run.bold ? ['b'] : []), ...(run.dim ? ['d'] : [])].join(' ');
      return (
        `<text x="${round(MARGIN + run.column * CELL.width)}" y="${y}" textLength="${round(run.text.length * CELL.width)}"` +
        `${classes === '' ? '' : ` class="${classes}"`}${fillOf(run)}>${escaped(run.text)}</text>`
      );
    })
    .join('');
}

/** The column after a text. */
function endOf(run: Run | undefined): number {
  return run ? run.column + run.text.length : 0;
}

function fillOf({ color }: Run): string {
  const fill = color === undefined ? undefined : COLORS[color];
  return fill === undefined ? '' : ` style="fill:${fill}"`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
