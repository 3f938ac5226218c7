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
    ['\ud800', '\\u{d800}'],
  ])('escapes what deceives in %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['testvm', 'Grüße', '日本語', 'e\u0301', '👩‍🚀', 'C:\\x'])('leaves %j alone', (text) => {
    expect(printable(text)).toBe(text);
  });
});
