/** Finds the word that the user probably meant. */

/** The longest word that is guessed, in characters. The cost grows with the square, and long words are rarely typos. */
const LONGEST = 64;

/** With more candidates than this, no guess is made. */
const MOST_CANDIDATES = 100;

/** As many guesses as findings are shown for one document. */
const MOST_GUESSES = 50;

/**
 * The guesses for one document, limited in number. For each candidate, a guess costs the product of both words' lengths; the
 * limit keeps a document with many errors cheap.
 */
export class Guesses {
  #made = 0;
  #letters = 0;

  /** The candidate nearest to the word; undefined if none is near, or the limit is reached. */
  nearest(word: string, candidates: readonly string[]): string | undefined {
    if (this.#made === MOST_GUESSES || candidates.length > MOST_CANDIDATES) return undefined;
    this.#made++;
    const compared = candidates.filter((each) => each.length <= LONGEST);
    if (word.length <= LONGEST)
      this.#letters += compared.reduce((sum, each) => sum + word.length * each.length, 0);
    return nearest(word, candidates);
  }

  /** The most pairs of letters that can have been compared so far. */
  get work(): number {
    return this.#letters;
  }
}

/** The candidate nearest to the word, ignoring case and leading dashes; undefined if none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.trim().replace(/^-+/, '').toLowerCase();
  if (typed.length === 0 || typed.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate.length > LONGEST) continue;
    const known = candidate.toLowerCase();
    const begins =
      Math.min(typed.length, known.length) >= 3 &&
      (known.startsWith(typed) || typed.startsWith(known));
    const steps = begins ? Math.min(1, distance(typed, known)) : distance(typed, known);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** The candidate nearest to the word; undefined if none is near, or another one is equally near. */
export function onlyNearest(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates);
  return near === nearest(word, candidates.toReversed()) ? near : undefined;
}

/** How many letters must be added, removed, changed, or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + same);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, before[column - 2]! + 1);
      current.push(cost);
    }
    [before, last] = [last, current];
  }
  return last[b.length]!;
}
