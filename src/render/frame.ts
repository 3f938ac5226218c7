/** The part of a terminal that is redrawn, below earlier output. */
import { stripVTControlCharacters } from 'node:util';
import type { Output } from './output.ts';
import { textWidth } from './width.ts';

/** Used if the terminal does not report its size. */
export const USUAL_COLUMNS = 80;
export const USUAL_ROWS = 24;

const CLEAR_TO_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/**
 * Lines that replace each other on a terminal. Replaces listr's log-update, which handles the process's signals to restore
 * the cursor, and would end a run at its first SIGINT.
 */
export class TerminalFrame {
  private readonly out: Output;
  private lines: readonly string[] = [];

  constructor(out: Output) {
    this.out = out;
  }

  /** Draws the lines in place of the previous ones; if they are higher than the terminal, only the last ones. */
  draw(text: string): void {
    const lines = text.split('\n').slice(1 - (this.out.rows || USUAL_ROWS));
    if (lines.join('\n') === this.lines.join('\n')) return;
    // Overwriting line by line does not flicker, unlike clearing first.
    const drawn = lines.map((line) => `${line}${CLEAR_TO_LINE_END}\n`).join('');
    this.out.write(`${up(this.rows())}${drawn}${CLEAR_BELOW}`);
    this.lines = lines;
  }

  /**
   * Removes the lines, so that the next output takes their place. Works line by line, because tmux keeps a screen that is
   * cleared from its first row in the scrollback.
   */
  clear(): void {
    const rows = this.rows();
    if (rows > 0) this.out.write(`${up(rows)}${`${CLEAR_TO_LINE_END}\n`.repeat(rows)}${up(rows)}`);
    this.lines = [];
  }

  /** Counts rows, because a terminal that was made narrower wraps longer lines over several rows. */
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
