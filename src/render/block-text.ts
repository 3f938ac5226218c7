/** The lines of one block of the terminal display, made to fit the terminal's width. */
import type { DomainState } from '../model/host-state.ts';
import { printable } from '../printable.ts';
import { durationText } from './amounts.ts';
import { type Paint, type Palette, palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { findingLine } from './findings.ts';
import { progressWords } from './progress.ts';
import type { Activity, ItemNote, Mark, PhaseView, ViewItem } from './run-view.ts';
import { cut, textWidth, wrapped } from './width.ts';

/** A part of a line with its colour. */
type Piece = readonly [text: string, paint: Paint];

const SIGNS: Readonly<Record<Mark, string>> = {
  waiting: '·',
  active: '▸',
  done: '✔',
  failed: '✖',
  skipped: '·',
};
const ROLLBACK_WORDS: Readonly<Record<Mark, string>> = {
  waiting: 'rolling back',
  active: 'rolling back',
  done: 'rolled back',
  failed: 'rollback failed',
  skipped: 'not rolled back',
};
const INDENT = '  ';
const LONGEST_BAR = 30;
/** A bar shorter than this shows too little: its numbers then get a line of their own. */
const SHORTEST_BAR = 10;

/** The block as lines of at most that many columns, without the icon in front of the first. */
export function blockLines(
  block: ViewItem,
  guest: DomainState | undefined,
  width: number,
  color: boolean,
): string[] {
  const paint = palette(color);
  const inner = width - INDENT.length;
  const active = block.mark === 'active';
  const [first = '', ...rest] =
    block.kind === undefined
      ? rollbackLines(block, inner, paint)
      : stepLines(block, block.kind, width, paint);
  // The activity of the rollback is indented below the phase that it undoes.
  const depth = block.kind === undefined ? INDENT : '';
  const now = active && block.now ? activityLines(block.now, inner - depth.length, paint) : [];
  const state = active && guest !== undefined ? [guestLine(guest, inner, paint)] : [];
  const notes = block.notes.flatMap((note) => noteLines(note, inner, paint));
  return [
    first,
    ...[...rest, ...now.map((line) => depth + line), ...state, ...notes].map(
      (line) => INDENT + line,
    ),
  ];
}

function stepLines(step: ViewItem, kind: string, width: number, paint: Palette): string[] {
  const quiet = step.mark === 'waiting' || step.mark === 'skipped';
  const head: Piece[] = [[printable(step.title), quiet ? paint.dim : paint.bold]];
  if (kind !== step.title) head.push([` ${printable(kind)}`, paint.dim]);
  if (step.mark === 'skipped')
    head.push([step.again ? '  not resumed' : '  not started', paint.dim]);
  if (!quiet) head.push(...step.phases.flatMap((phase) => phasePieces(phase, paint)));
  if (step.mark === 'done') head.push([`  ${durationText(step.durationMs)}`, paint.dim]);
  const lines = [fitted(head, width)];
  if (step.mark === 'active' && step.now) {
    lines.push(cut(printable(step.now.summary), width - INDENT.length));
  }
  return lines;
}

function phasePieces(phase: PhaseView, paint: Palette): Piece[] {
  const sign = markPaint(phase.mark, paint);
  return [
    [`  ${SIGNS[phase.mark]}`, sign],
    [` ${printable(phase.name)}`, phase.mark === 'waiting' ? paint.dim : plain],
  ];
}

/** The reason is shown in full, because it is what people look for first. */
function rollbackLines(rollback: ViewItem, width: number, paint: Palette): string[] {
  const reason = rollback.title === '' ? '' : `: ${printable(rollback.title)}`;
  const head = wrapped(`${ROLLBACK_WORDS[rollback.mark]}${reason}`, width).map(paint.bold);
  const undone = rollback.phases.map((phase) =>
    fitted(
      [
        [`${SIGNS[phase.mark]} `, markPaint(phase.mark, paint)],
        [`${printable(phase.name)}: ${printable(phase.summary)}`, plain],
      ],
      width,
    ),
  );
  return [...head, ...undone];
}

function activityLines(now: Activity, width: number, paint: Palette): string[] {
  const command =
    now.command === undefined ? [] : [paint.dim(cut(promptedCommand(now.command), width))];
  return [...command, ...(now.progress ? progressLines(now.progress, width, paint) : [])];
}

function progressLines(
  progress: NonNullable<Activity['progress']>,
  width: number,
  paint: Palette,
): string[] {
  const { percent, done, speed, elapsed, left, warning } = progressWords(progress);
  const warnings = warning.flatMap((text) => wrapped(text, width)).map(paint.yellow);
  const share = `${String(percent).padStart(3)} %`;
  const numbers = [share, done, ...speed, ...elapsed, ...left].join('  ');
  const beside = width - textWidth(numbers) - 1;
  if (beside >= SHORTEST_BAR) return [`${bar(percent, beside, paint)} ${numbers}`, ...warnings];
  const short = [share, ...left].join('  ');
  const below = [done, ...speed].join('  ');
  const whole = [below, ...elapsed].join('  ');
  return [
    `${bar(percent, width - textWidth(short) - 1, paint)} ${short}`,
    textWidth(whole) <= width ? whole : cut(below, width),
    ...warnings,
  ];
}

function bar(percent: number, room: number, paint: Palette): string {
  const length = Math.max(0, Math.min(LONGEST_BAR, room));
  const full = Math.floor((length * percent) / 100);
  return paint.green('█'.repeat(full)) + paint.dim('░'.repeat(length - full));
}

function guestLine(state: DomainState, width: number, paint: Palette): string {
  const color = state === 'running' ? paint.green : paint.yellow;
  return fitted(
    [
      ['guest ', plain],
      [printable(state), color],
    ],
    width,
  );
}

function noteLines(note: ItemNote, width: number, paint: Palette): string[] {
  if (note.severity === 'finding') {
    const color = note.finding.severity === 'error' ? paint.red : paint.yellow;
    return wrapped(findingLine(note.finding), width).map(color);
  }
  const color = { error: paint.red, warning: paint.yellow, note: plain }[note.severity];
  return wrapped(printable(note.text), width).map(color);
}

function markPaint(mark: Mark, paint: Palette): Paint {
  if (mark === 'done') return paint.green;
  if (mark === 'failed') return paint.red;
  return mark === 'active' ? paint.yellow : paint.dim;
}

/** Joins the pieces into one line. Cuts them before colouring, so that no colour is left open. */
function fitted(pieces: readonly Piece[], width: number): string {
  let line = '';
  let room = width;
  for (const [text, paint] of pieces) {
    const kept = cut(text, room);
    line += paint(kept);
    if (kept !== text) break;
    room -= textWidth(text);
  }
  return line;
}

function plain(text: string): string {
  return text;
}
