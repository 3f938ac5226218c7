/** Finds the word that was probably meant. */

/** Longer words are not guessed at: the cost grows with the square, and nobody types them by mistake. */
const LONGEST = 64;

/** Among more names than these a guess is worth little. */
const MOST_CANDIDATES = 100;

/** As many as findings are shown of one document. */
const MOST_GUESSES = 50;

/**
 * The guesses at what one document means, within a limit: a guess costs as many steps as both words have letters, for each
 * candidate. So a document with many mistakes costs no more than one with some.
 */
export class Guesses {
  #made = 0;
  #letters = 0;

  /** The candidate nearest to the word; undefined where none is near, or the limit is reached. */
  nearest(word: string, candidates: readonly string[]): string | undefined {
    if (this.#made === MOST_GUESSES || candidates.length > MOST_CANDIDATES) return undefined;
    this.#made++;
    const compared = candidates.filter((each) => each.length <= LONGEST);
    if (word.length <= LONGEST)
      this.#letters += compared.reduce((sum, each) => sum + word.length * each.length, 0);
    return nearest(word, candidates);
  }

  /** How many pairs of letters have been compared at most. */
  get work(): number {
    return this.#letters;
  }
}

/** The candidate nearest to the word, ignoring case and leading dashes; undefined where none is near. */
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

/** How many letters must be added, removed, changed or swapped with their neighbour. */
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
