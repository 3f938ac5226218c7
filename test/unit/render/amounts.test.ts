import { expect, test } from 'vitest';
import { bytesText, durationText, percentOf, timeLeftMs } from '../../../src/render/amounts.ts';

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

test('the time left is in whole seconds, and undefined if it is unknown', () => {
  expect(timeLeftMs(100, 1000, 90)).toBe(10_000);
  expect(timeLeftMs(100, 1000, 91)).toBe(10_000);
  expect(timeLeftMs(0, 10, undefined)).toBeUndefined();
  expect(timeLeftMs(0, 10, 0)).toBeUndefined();
  expect(timeLeftMs(10, 10, 5)).toBeUndefined();
});

test('bytes are in SI units, and an invalid amount counts as zero', () => {
  expect(bytesText(5_200_000_000)).toBe('5.2 GB');
  expect(bytesText(12.6)).toBe('13 B');
  expect(bytesText(Number.NaN)).toBe('0 B');
  expect(bytesText(-1)).toBe('0 B');
});
