/** Each code is defined once, in src/codes.ts, is used, and has its texts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { codes, RETIRED } from '../../src/codes.ts';
import { CODE_MEANINGS } from '../../src/generate/code-meanings.ts';
import { CODE_REMEDIES } from '../../src/generate/code-remedies.ts';

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

  test('has a searchable name for each number', () => {
    for (const [name, number] of Object.entries(codes)) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(number).toMatch(/^BP\d{3}$/);
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

describe('the texts of the codes', () => {
  test('have the order of the codes', () => {
    expect(Object.keys(CODE_MEANINGS)).toEqual(Object.keys(codes));
    expect(Object.keys(CODE_REMEDIES)).toEqual(Object.keys(codes));
  });

  test('describe the problem in Markdown, without a full stop', () => {
    for (const meaning of Object.values(CODE_MEANINGS))
      expect(meaning).toMatch(/^(?!.*\.$)[A-Z`a-z][^|\n]+$/);
  });

  test('give the remedy in one or two short sentences of Markdown', () => {
    for (const remedy of Object.values(CODE_REMEDIES)) {
      expect(remedy).toMatch(/^[A-Z][^|\n]+\.$/);
      expect(remedy.split(' ').length, remedy).toBeLessThanOrEqual(25);
      expect(remedy.match(/[.?!](?= [A-Z]|$)/g)?.length, remedy).toBeLessThanOrEqual(2);
    }
  });

  test('name the argument of a command that requires one', () => {
    const bare = Object.values(CODE_REMEDIES).filter((remedy) =>
      /`blockplan (?:rescue|doctor|forget|show|facts)`/.test(remedy),
    );
    expect(bare).toEqual([]);
  });

  test('say when a warning can be ignored', () => {
    const silent = Object.entries(CODE_MEANINGS).filter(
      ([name, meaning]) =>
        meaning.startsWith('Warning: ') &&
        !CODE_REMEDIES[name as keyof typeof CODE_REMEDIES].startsWith('Ignore it if '),
    );
    expect(silent).toEqual([]);
  });

  test('are loaded by the page only, not by a run', () => {
    const readers = sources.filter(({ text }) => /code-(?:meanings|remedies)\.ts'/.test(text));
    expect(readers.map(({ file }) => file)).toEqual([
      'generate/code-remedies.ts',
      'generate/codes-page.ts',
    ]);
  });
});
