import { expect, test } from 'vitest';
import { durationText, estimateText, percentOf } from '../../../src/render/amounts.ts';

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [40, '0 s'],
  [440, '0.4 s'],
  [9940, '9.9 s'],
  [9960, '10 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [182_000, '3 min 2 s'],
  [3_599_700, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [100_800_000, '1 d 4 h'],
])('%d ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('a hundred percent means all of it, and an unknown total gives zero', () => {
  expect(percentOf(999, 1000)).toBe(99);
  expect(percentOf(1000, 1000)).toBe(100);
  expect(percentOf(1001, 1000)).toBe(100);
  expect(percentOf(5, 0)).toBe(0);
  expect(percentOf(Number.NaN, 10)).toBe(0);
});

test.each([
  [0, 'about 1 s'],
  [40_400, 'about 40 s'],
  [199_600, 'about 3 min 20 s'],
  [819_200, 'about 14 min'],
  [7_512_000, 'about 2 h 5 min'],
])('an estimate of %d ms is %s', (ms, text) => {
  expect(estimateText(ms)).toBe(text);
});
