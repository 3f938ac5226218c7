/** What is different between two texts, line by line. */
import { diffArrays } from 'diff';

/** A line that is there before and after, only after, or only before. */
export interface DiffLine {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

/** How many unchanged lines stand around one that changes, so that it is seen where it is. */
const AROUND = 3;

/** The lines that change and a little around them; a line `…` stands for those left out between. */
export function lineDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  return shortened(compared(before, after));
}

/** Both texts in one: their common lines once, what is only in the first, what is only in the second. */
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
    // Between two changes, not at the ends: there something is always left out.
    const gap = near[at - 1] && near.includes(true, at);
    return gap ? [{ sign: ' ', text: '…' } as const] : [];
  });
}
