import { describe, expect, it } from 'vitest';
import { printable } from '../../src/printable.ts';

describe('printable', () => {
  it.each([
    ['\u001b[31m', '\\x1b[31m'],
    ['a\nb\tc\0', 'a\\x0ab\\x09c\\x00'],
    ['\u009b2J', '\\x9b2J'],
    ['abc\u202egnp.exe', 'abc\\u{202e}gnp.exe'],
    ['\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\u3164b', 'a\\u{3164}b'],
    ['a\u2800b', 'a\\u{2800}b'],
    ['👩\u200d🚀', '👩\\u{200d}🚀'],
    ['a\u00a0b', 'a\\xa0b'],
    ['a\ufe0fb\u{e0100}', 'a\\u{fe0f}b\\u{e0100}'],
    ['a\u2003b', 'a\\u{2003}b'],
    ['a\u115fb\uffa0', 'a\\u{115f}b\\u{ffa0}'],
    ['\ud800', '\\u{d800}'],
  ])('escapes deceptive characters in %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['testvm', 'Grüße', '日本語', 'e\u0301', '🚀', 'C:\\x', 'a b'])(
    'leaves %j alone',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );
});
