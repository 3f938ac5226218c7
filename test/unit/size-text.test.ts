import { expect, test } from 'vitest';
import { comparedSizes, exactSizeText, sizeText } from '../../src/size-text.ts';

test.each([
  [0, '0 B'],
  [12.6, '13 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [196_608, '192 KiB'],
  [5_583_457_485, '5.2 GiB'],
  [40 * 2 ** 30, '40 GiB'],
  [190.4 * 2 ** 30, '190 GiB'],
  [1023 * 2 ** 20, '1023 MiB'],
  [2 ** 40, '1 TiB'],
  [Number.NaN, '0 B'],
  [-1, '0 B'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test('a size that must be exact has its bytes', () => {
  expect(exactSizeText(40 * 2 ** 30)).toBe('40 GiB (42949672960 bytes)');
  expect(exactSizeText(99)).toBe('99 bytes');
});

test('compared sizes are exact only if they would look the same', () => {
  expect(comparedSizes(2 ** 30, 2 ** 31)).toEqual(['1 GiB', '2 GiB']);
  expect(comparedSizes(2 ** 30, 2 ** 30)).toEqual(['1 GiB', '1 GiB']);
  expect(comparedSizes(2 ** 26 - 1, 2 ** 26, 2 ** 30)).toEqual([
    '64 MiB (67108863 bytes)',
    '64 MiB (67108864 bytes)',
    '1 GiB (1073741824 bytes)',
  ]);
});
