/** What is different between two texts, line by line. */

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

/** Both texts in one: their longest common lines once, what is only in the first, what is only in the second. */
function compared(before: readonly string[], after: readonly string[]): DiffLine[] {
  const head = commonHead(before, after);
  const tail = commonHead(before.slice(head).reverse(), after.slice(head).reverse());
  const same = (lines: readonly string[]) => lines.map((text): DiffLine => ({ sign: ' ', text }));
  return [
    ...same(before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

function commonHead(a: readonly string[], b: readonly string[]): number {
  const first = a.findIndex((line, at) => line !== b[at]);
  return first < 0 ? a.length : first;
}

/** By the longest common subsequence: the table's cell says how many lines the rests from there on share. */
function middle(before: readonly string[], after: readonly string[]): DiffLine[] {
  const width = after.length + 1;
  const shared = new Uint32Array((before.length + 1) * width);
  const cell = (a: number, b: number): number => shared[a * width + b] ?? 0;
  for (let a = before.length - 1; a >= 0; a--)
    for (let b = after.length - 1; b >= 0; b--)
      shared[a * width + b] =
        before[a] === after[b] ? cell(a + 1, b + 1) + 1 : Math.max(cell(a + 1, b), cell(a, b + 1));
  const lines: DiffLine[] = [];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    const [old, fresh] = [before[a], after[b]];
    if (old !== undefined && old === fresh) {
      lines.push({ sign: ' ', text: old });
      a++;
      b++;
    } else if (fresh === undefined || (old !== undefined && cell(a + 1, b) >= cell(a, b + 1))) {
      lines.push({ sign: '-', text: old ?? '' });
      a++;
    } else {
      lines.push({ sign: '+', text: fresh });
      b++;
    }
  }
  return lines;
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
