import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, padded, textWidth, wrapped } from '../../../src/render/width.ts';

test.each([
  ['', 0],
  ['abc', 3],
  ['日本', 4],
  ['e\u0301', 1],
  ['🙂', 2],
  ['👩‍👩‍👧', 2],
  ['☺\ufe0f', 2],
  ['한글', 4],
  ['✔ ░█…', 5],
])('%j takes %d columns', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

describe('cut', () => {
  test('keeps what fits and marks what does not', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdef', 5)).toBe('abcd…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(cut('abc', 0)).toBe('');
  });

  test('never exceeds the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, width) => {
        expect(textWidth(cut(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('wrapped', () => {
  test('breaks between words, and inside a word that is too long', () => {
    expect(wrapped('no space left on device', 10)).toEqual(['no space', 'left on', 'device']);
    expect(wrapped('/a/very/long/path', 8)).toEqual(['/a/very/', 'long/pat', 'h']);
    expect(wrapped('a /a/very/long', 8)).toEqual(['a', '/a/very/', 'long']);
  });

  test('never exceeds the width and loses only spaces', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 2, max: 30 }),
        (text, width) => {
          const lines = wrapped(text, width);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        },
      ),
    );
  });
});

test('padded counts columns and not characters', () => {
  expect(padded('日', 4)).toBe('日  ');
  expect(padded('abc', 2)).toBe('abc');
});
