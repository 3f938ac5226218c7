/** A table for a terminal, in columns of the same width. */
import { type Paint, palette } from './color.ts';
import { padded, textWidth } from './width.ts';

export interface TableRow {
  readonly cells: readonly string[];
  /** The colour of the first cell. */
  readonly paint: Paint;
}

/** The lines of a table; the last column is not padded. */
export function tableLines(
  head: readonly string[],
  rows: readonly TableRow[],
  color: boolean,
): string[] {
  const widths = head.map((title, column) =>
    rows.reduce((most, { cells }) => Math.max(most, textWidth(cells[column] ?? '')), title.length),
  );
  const line = (cells: readonly string[], first: Paint): string =>
    cells
      .map((cell, column) => {
        const text = column === head.length - 1 ? cell : padded(cell, widths[column] ?? 0);
        return column === 0 ? first(text) : text;
      })
      .join('  ');
  return [
    palette(color).dim(line(head, (text) => text)),
    ...rows.map(({ cells, paint }) => line(cells, paint)),
  ];
}
