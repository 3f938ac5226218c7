/** A terminal for tests: it interprets the few codes that blockplan sends, and refuses all others. */
import { textWidth } from '../../../src/render/width.ts';

const TOKEN = /\u001b\[([?\d;]*)([A-Za-z])|\n|\r|[^\n\r\u001b]+/gy;

export class FakeTerminal {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  cursorShown = true;
  /** Every frame that was on the screen, as text. */
  readonly frames: string[] = [];
  written = '';
  private lines: string[] = [''];
  private row = 0;
  private column = 0;

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): boolean {
    this.written += text;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const at = TOKEN.lastIndex;
      const token = TOKEN.exec(text);
      if (!token) throw new Error(`An unknown code: ${JSON.stringify(text.slice(at, at + 20))}`);
      this.take(token);
    }
    this.frames.push(this.screen());
    return true;
  }

  /** The text on the screen and above it. */
  screen(): string {
    return this.lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  private take(token: RegExpExecArray): void {
    const [text, parameter = '', code] = token;
    if (code !== undefined) this.control(parameter, code);
    else if (text === '\r') this.column = 0;
    else if (text === '\n') {
      this.row += 1;
      this.column = 0;
      this.lines[this.row] ??= '';
    } else this.print(text);
  }

  private print(text: string): void {
    const line = this.lines[this.row] ?? '';
    if (this.column + textWidth(text) > this.columns) throw new Error(`Too wide: ${text}`);
    this.lines[this.row] =
      line.slice(0, this.column).padEnd(this.column) + text + line.slice(this.column + text.length);
    this.column += text.length;
  }

  private control(parameter: string, code: string): void {
    if (code === 'A') this.row -= Number(parameter);
    else if (code === 'K')
      this.lines[this.row] = (this.lines[this.row] ?? '').slice(0, this.column);
    else if (code === 'J') this.lines = [...this.lines.slice(0, this.row), ''];
    else if (code === 'h' && parameter === '?25') this.cursorShown = true;
    else if (code === 'l' && parameter === '?25') this.cursorShown = false;
    else if (code !== 'm') throw new Error(`An unknown code: CSI ${parameter} ${code}`);
    if (this.row < 0) throw new Error('The cursor left the screen.');
  }
}
