/**
 * Which rows of a long table are tested: in `npm test` a few, the same at every commit; in `npm run test:faults` all.
 * BLOCKPLAN_LAB sets another seed, or `any` for a new one. The seed of a sample is printed.
 */
import fc from 'fast-check';

const WORD = process.env['BLOCKPLAN_LAB'] ?? '';
const SEED = WORD === 'any' ? Date.now() % 1_000_000 : Number(/^\d+$/.exec(WORD)?.[0] ?? 1);

/**
 * A sample of this many rows, in their own order; all of them with BLOCKPLAN_LAB=all.
 * @param what names the table
 */
export function sampled<T>(what: string, rows: readonly T[], number: number): readonly T[] {
  if (WORD === 'all') return rows;
  const places = fc.shuffledSubarray([...rows.keys()], { minLength: number, maxLength: number });
  const [drawn = []] = fc.sample(places, { numRuns: 1, seed: SEED });
  process.stdout.write(`${what}: ${number} of ${rows.length}, drawn by BLOCKPLAN_LAB=${SEED}\n`);
  return [...drawn].sort((a, b) => a - b).flatMap((at) => rows.slice(at, at + 1));
}
