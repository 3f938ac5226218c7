/** Each code is stated once, in src/codes.ts, and used. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CODE_TABLE, codes, RETIRED } from '../../src/codes.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'codes.ts')
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));

const numbers = Object.values(codes);

describe('the table of codes', () => {
  test('has each number once, in ascending order, and none that was retired', () => {
    expect(numbers).toEqual([...new Set(numbers)].sort());
    expect(numbers.filter((number) => RETIRED.includes(number))).toEqual([]);
  });

  test('has one sentence of Markdown for each code, without a full stop', () => {
    for (const [name, [number, meaning]] of Object.entries(CODE_TABLE)) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(number).toMatch(/^BP\d{3}$/);
      expect(meaning).not.toMatch(/[|\n]|\.$/);
    }
  });

  test('has no code that nothing reports', () => {
    const used = new Set(
      sources.flatMap(({ text }) => [
        ...[...text.matchAll(/\bcodes\.(\w+)/g)].map(([, name]) => name),
        ...(text.match(/\bBP\d{3}\b/g) ?? []),
      ]),
    );
    const unused = Object.entries(codes).filter(
      ([name, number]) => !used.has(name) && !used.has(number),
    );
    expect(unused).toEqual([]);
  });

  test('is the only place that has the numbers', () => {
    const written = sources.filter(({ text }) => /\bBP\d{3}\b/.test(text));
    expect(written.map(({ file }) => file)).toEqual([]);
  });
});
