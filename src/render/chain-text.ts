/** A disk's backing chain before and after a phase, drawn with the active layer on top. */
import { printable } from '../printable.ts';
import type { PreviewChain } from '../simulate/preview.ts';
import type { Palette } from './color.ts';
import { padded, textWidth } from './width.ts';

const INDENT = '  ';
const GAP = '     ';

/** The drawing: side by side if it fits, otherwise one below the other. */
export function chainLines(change: PreviewChain, columns: number, paint: Palette): string[] {
  const folders = new Set([...change.before, ...change.after].map(({ file }) => folderOf(file)));
  const [folder = ''] = folders;
  // Two images of the same name in different folders must not look like one.
  const isShort = folders.size === 1 && folder !== '';
  const name = ({ file, format }: PreviewChain['before'][number]): string =>
    printable(`${isShort ? file.slice(folder.length) : file} (${format})`);
  const before = drawn(change.before.map(name));
  const after = drawn(change.after.map(name));
  const gone = painter(change.after.map(name), paint.red);
  const come = painter(change.before.map(name), paint.green);
  const what = `${printable(change.target)}${isShort ? ` in ${printable(folder)}` : ''}`;
  if (before.join() === after.join()) {
    return [
      `${what}, the same before and after, active layer on top:`,
      ...before.map((line) => INDENT + line),
    ];
  }
  const width = Math.max(...before.map(textWidth));
  const widest = INDENT.length + width + GAP.length + Math.max(...after.map(textWidth));
  if (widest > columns) {
    return [
      `${what} before:`,
      ...before.map((line) => INDENT + gone(line)),
      `${what} after:`,
      ...after.map((line) => INDENT + come(line)),
    ];
  }
  // Align at the bottom, because the layers there stay.
  const height = Math.max(before.length, after.length);
  const rows = Array.from({ length: height }, (_, at) => {
    const left = before[at - height + before.length] ?? '';
    const right = after[at - height + after.length] ?? '';
    const fill = right === '' ? '' : `${padded(left, width).slice(left.length)}${GAP}`;
    return `${INDENT}${gone(left)}${fill}${come(right)}`;
  });
  return [`${what} before and after, active layer on top:`, ...rows];
}

const SIGN_LENGTH = 2;

function drawn(names: readonly string[]): string[] {
  if (names.length === 0) return ['(none)'];
  return names.map((name, at) => {
    const isLast = at === names.length - 1;
    const sign = names.length === 1 ? '─' : at === 0 ? '┌' : isLast ? '└' : '├';
    return `${sign} ${name}`;
  });
}

/** Colours the lines of layers that are not on the other side. */
function painter(others: readonly string[], color: Palette['red']): Palette['red'] {
  return (line) => (others.includes(line.slice(SIGN_LENGTH)) ? line : color(line));
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}
