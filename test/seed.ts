/**
 * fast-check draws the same samples in every run of the tests, so the result for a commit does not depend on chance.
 * BLOCKPLAN_SEED sets another seed, or `any` for a new one each time; a failed property prints its seed.
 */
import fc from 'fast-check';

const word = process.env['BLOCKPLAN_SEED'] ?? '1';
fc.configureGlobal({ seed: word === 'any' ? Date.now() % 1_000_000 : Number(word) });
