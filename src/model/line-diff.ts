/** The differences between two texts, line by line. */
import { diffArrays } from 'diff';

/** A line that is unchanged, added, or removed. */
export interface DiffLine {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

/** How many unchanged lines are shown around a changed one, as context. */
const AROUND = 3;

/** The changed lines with their context; a line `…` stands for the lines left out in between. */
export function lineDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  return shortened(compared(before, after));
}

/** Merges both texts: their common lines once, with the removed and the added lines. */
function compared(before: readonly string[], after: readonly string[]): DiffLine[] {
  return diffArrays([...before], [...after]).flatMap(({ added, removed, value }) =>
    value.map((text): DiffLine => ({ sign: added ? '+' : removed ? '-' : ' ', text })),
  );
}

function shortened(lines: readonly DiffLine[]): DiffLine[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ sign }) => sign !== ' '),
  );
  return lines.flatMap((line, at) => {
    if (near[at]) return [line];
    // Only between two changes: at the ends lines are left out anyway.
    const gap = near[at - 1] && near.includes(true, at);
    return gap ? [{ sign: ' ', text: '…' } as const] : [];
  });
}
