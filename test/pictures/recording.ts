/** Records what a command shows in a terminal: the screens, and when each of them appeared. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from '@xterm/headless';

/** Text with one style. Colours are numbers of the terminal's palette. */
export interface Run {
  readonly text: string;
  readonly column: number;
  readonly color?: number;
  readonly bold: boolean;
  readonly dim: boolean;
}

export type Line = readonly Run[];

export interface Screen {
  /** Seconds since the command was started. */
  readonly time: number;
  readonly lines: readonly Line[];
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

interface Piece {
  readonly time: number;
  readonly text: string;
}

/**
 * Runs a command in a pseudo-terminal and returns its screens in the order in which they appeared.
 * @param folder for the recording's files
 * @param rename replaces text of this machine, such as the paths of the lab
 * @throws Error when the command does not exit with 0
 */
export async function record(
  command: string,
  {
    folder,
    env,
    size,
    rename,
  }: {
    readonly folder: string;
    readonly env: NodeJS.ProcessEnv;
    readonly size: Size;
    rename(text: string): string;
  },
): Promise<readonly Screen[]> {
  const [output, timing] = [join(folder, 'output'), join(folder, 'timing')];
  const words = ['--quiet', '--return', '--flush', '--logging-format', 'classic'];
  const logs = ['--log-out', output, '--log-timing', timing];
  const inside = `stty cols ${size.columns} rows ${size.rows}; ${command}`;
  const { status } = spawnSync('script', [...words, ...logs, '--command', inside], {
    env: { ...env, TERM: 'xterm-256color' },
    stdio: 'ignore',
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}\n${readFileSync(output)}`);
  return await screensOf(
    piecesOf(readFileSync(output), readFileSync(timing, 'utf8')),
    size,
    rename,
  );
}

/** Format of the files: `man script`, "classic": a first line about the recording; each line of times is `SECONDS BYTES`. */
function piecesOf(output: Buffer, timing: string): readonly Piece[] {
  let at = output.indexOf('\n') + 1;
  let time = 0;
  return timing
    .trim()
    .split('\n')
    .map((line) => {
      const [seconds = 0, bytes = 0] = line.split(' ').map(Number);
      time += seconds;
      at += bytes;
      return { time, text: output.subarray(at - bytes, at).toString() };
    });
}

async function screensOf(
  pieces: readonly Piece[],
  { columns, rows }: Size,
  rename: (text: string) => string,
): Promise<readonly Screen[]> {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  const screens: Screen[] = [];
  for (const { time, text } of pieces) {
    await new Promise<void>((resolve) => terminal.write(rename(text), resolve));
    screens.push({ time, lines: linesOf(terminal) });
  }
  terminal.dispose();
  return screens;
}

function linesOf(terminal: Terminal): readonly Line[] {
  const { active } = terminal.buffer;
  const lines = Array.from({ length: terminal.rows }, (_, row) =>
    lineOf(terminal, active.viewportY + row),
  );
  const last = lines.findLastIndex((line) => line.length > 0);
  return lines.slice(0, last + 1);
}

function lineOf(terminal: Terminal, row: number): Line {
  const line = terminal.buffer.active.getLine(row);
  const runs: Run[] = [];
  for (let column = 0; line && column < terminal.cols; column++) {
    const cell = line.getCell(column);
    const text = cell?.getChars() ?? '';
    if (!cell || text.trim() === '') continue;
    const style = {
      ...(cell.isFgPalette() ? { color: cell.getFgColor() } : {}),
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
    };
    const before = runs.at(-1);
    const gap = before ? column - before.column - before.text.length : 0;
    if (
      before &&
      gap <= 1 &&
      before.color === style.color &&
      before.bold === style.bold &&
      before.dim === style.dim
    )
      runs[runs.length - 1] = { ...before, text: before.text + ' '.repeat(gap) + text };
    else runs.push({ text, column, ...style });
  }
  return runs;
}
