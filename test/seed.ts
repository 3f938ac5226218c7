/**
 * What fast-check draws is the same in every run of the tests, so that a commit passes or fails for what it changes.
 * BLOCKPLAN_SEED is another seed, or `any` for a new one each time; a failed property prints its seed.
 */
import fc from 'fast-check';

const word = process.env['BLOCKPLAN_SEED'] ?? '1';
fc.configureGlobal({ seed: word === 'any' ? Date.now() % 1_000_000 : Number(word) });
