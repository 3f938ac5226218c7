/** The part of a terminal that is drawn over and over, below what was written before. */
import { stripVTControlCharacters } from 'node:util';
import type { Output } from './output.ts';
import { textWidth } from './width.ts';

/** Used where the terminal does not tell its size. */
export const USUAL_COLUMNS = 80;
export const USUAL_ROWS = 24;

const CLEAR_TO_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/**
 * Lines that replace each other on a terminal. Written here and not left to listr's log-update, because that one takes
 * the process's signals to care for the cursor, and would end a run whose SIGINT handler is called once.
 */
export class TerminalFrame {
  private readonly out: Output;
  private lines: readonly string[] = [];

  constructor(out: Output) {
    this.out = out;
  }

  /** Draws the lines in place of the last ones; of a frame higher than the terminal, its end. */
  draw(text: string): void {
    const lines = text.split('\n').slice(1 - (this.out.rows || USUAL_ROWS));
    if (lines.join('\n') === this.lines.join('\n')) return;
    // Overwriting line by line does not flicker, unlike clearing first.
    const drawn = lines.map((line) => `${line}${CLEAR_TO_LINE_END}\n`).join('');
    this.out.write(`${up(this.rows())}${drawn}${CLEAR_BELOW}`);
    this.lines = lines;
  }

  /**
   * Removes the lines, so that what is written next stands in their place. Line by line, because tmux keeps a screen
   * that is cleared from its first row in the scrollback.
   */
  clear(): void {
    const rows = this.rows();
    if (rows > 0) this.out.write(`${up(rows)}${`${CLEAR_TO_LINE_END}\n`.repeat(rows)}${up(rows)}`);
    this.lines = [];
  }

  /** A terminal that was made narrower has broken the longer lines: they take several rows now. */
  private rows(): number {
    const columns = this.out.columns || USUAL_COLUMNS;
    return this.lines
      .map((line) => Math.ceil(textWidth(stripVTControlCharacters(line)) / columns))
      .reduce((sum, each) => sum + Math.max(1, each), 0);
  }
}

function up(rows: number): string {
  return rows === 0 ? '' : `\u001b[${rows}A\r`;
}
