import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { BlockplanError, type Position } from '../../../src/errors.ts';
import { Guesses, nearest, onlyNearest } from '../../../src/nearest.ts';
import { printable } from '../../../src/printable.ts';
import { plan, read, step, told } from './kinds.ts';

/** Words that make a random text resemble a plan. */
const WORDS = [
  'plan',
  'blockplan/v1',
  'name',
  'domain',
  'steps',
  'vars',
  'copy',
  'forget',
  'disk',
  'dest',
  'id',
  'on-failure',
  ':',
  ': ',
  '- ',
  '\n',
  '\n  ',
  '\n    ',
  '\t',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '|',
  '>',
  '&a ',
  '*a',
  '<<: ',
  '#',
  ' #',
  '!!str ',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '? ',
  '${',
  '${vars.a}',
  '$${',
  '}',
  '~',
  '1',
  '0x',
  '.inf',
  'true',
  '/a',
  'x',
  '\r\n',
  '\\',
  '\u202e',
  '\0',
  '🐘',
  '__proto__',
];

const nearPlans = fc
  .array(fc.constantFrom(...WORDS), { maxLength: 60 })
  .map((words) => words.join(''));
const inPlans = nearPlans.map((text) =>
  plan(`vars: { a: b }\nsteps:\n  - copy:\n      disk: ${text}\n`),
);
const texts = fc.oneof(
  nearPlans,
  inPlans,
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.uint8Array({ maxLength: 200 }),
);

describe('any text', () => {
  test('is read, or refused with findings', () => {
    fc.assert(
      fc.property(texts, (source) => {
        try {
          read(source);
        } catch (error) {
          if (!(error instanceof BlockplanError)) throw error;
          expect(error.end).toBe('input-refused');
          for (const { message, hint, position } of error.findings) {
            expect(printable(`${message}${hint ?? ''}`)).toBe(`${message}${hint ?? ''}`);
            if (position && typeof source === 'string') expectWithin(position, source);
          }
        }
      }),
      { numRuns: 4_000 },
    );
  }, 60_000);
});

function expectWithin({ line, column, length, source }: Position, text: string): void {
  const written = text
    .replace(/^\ufeff/, '')
    .split('\n')
    [line - 1]?.replace(/\r$/, '');
  expect(source.length).toBe(written?.length);
  expect(column).toBeGreaterThanOrEqual(1);
  expect(column - 1).toBeLessThanOrEqual(source.length);
  expect(length).toBeGreaterThanOrEqual(1);
  // If something is missing at the end of a line, the caret is just after it.
  expect(column - 1 + length).toBeLessThanOrEqual(Math.max(source.length, column));
}

const harmless = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => printable(text) === text);
const path = harmless.map((text) => `/${text}`);
const copies = fc.record(
  {
    disk: harmless,
    dest: path,
    format: fc.constantFrom('qcow2', 'raw'),
    shallow: fc.boolean(),
    bandwidth: fc.nat(),
    depth: fc.integer({ min: 1, max: 9 }),
    layers: fc.array(harmless, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['disk', 'dest'] },
);
const documents = fc.record({
  plan: fc.constant('blockplan/v1'),
  name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/),
  domain: harmless.filter((text) => /^(?!\d+$)[^/\s-][^/]*$/.test(text)),
  steps: fc
    .array(copies, { minLength: 1, maxLength: 5 })
    .map((all) => all.map((copy) => ({ copy }))),
});

/** The value with every `${` escaped. */
function escaped<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('${', '$${')) as T;
}

describe('any valid plan', () => {
  test.each([
    ['YAML', (document: unknown) => stringify(document)],
    [
      'YAML on few lines',
      (document: unknown) => stringify(document, { collectionStyle: 'flow', lineWidth: 0 }),
    ],
    ['JSON', (document: unknown) => JSON.stringify(document)],
  ])(
    'is read unchanged from %s',
    (_title, write) => {
      fc.assert(
        fc.property(documents, (document) => {
          const { name, domain, steps, text } = read(write(escaped(document)));
          expect({ name, domain, steps: steps.map(({ params }) => ({ copy: params })) }).toEqual({
            name: document.name,
            domain: document.domain,
            steps: document.steps,
          });
          for (const [index, { copy }] of document.steps.entries()) {
            for (const key of Object.keys(copy))
              expectWithin(text.locate(['steps', index, 'copy', key]), text.source);
          }
        }),
        { numRuns: 300 },
      );
    },
    60_000,
  );
});

describe('guesses', () => {
  test('are limited, however many errors there are and however long the words', () => {
    const guesses = new Guesses();
    const words = Array.from({ length: 100 }, (_, at) => `${at}`.padStart(64, 'x'));
    for (let at = 0; at < 10_000; at++) guesses.nearest(words[at % 100] ?? '', words);
    const work = guesses.work;
    expect(work).toBeLessThanOrEqual(50 * 100 * 64 * 64);
    guesses.nearest('shalow', ['shallow']);
    expect(guesses.work).toBe(work);
  });

  test('are not made among too many names', () => {
    const guesses = new Guesses();
    expect(guesses.nearest('pivto', ['pivot'])).toBe('pivot');
    const many = Array.from({ length: 4000 }, (_, at) => `v${at}`);
    const { work } = guesses;
    expect(guesses.nearest('v1', many)).toBeUndefined();
    expect(guesses.work).toBe(work);
  });
});

describe('the guesses for one plan', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const lines = (count: number, text: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => `${text(at)}\n`).join('');
  const variables = (count: number) =>
    plan(`vars:\n${lines(count, (at) => `  volume${at}: \${vars.volume${at}x}`)}`);

  /** How often a word was compared with the known ones, how many were near, and the letters compared. */
  function guessesFor(source: string) {
    const spy = vi.spyOn(Guesses.prototype, 'nearest');
    expect(told(source).length).toBeGreaterThan(0);
    const works = new Set(spy.mock.contexts.map((each) => each as Guesses));
    return {
      asked: spy.mock.calls.length,
      near: spy.mock.results.filter(({ value }) => value !== undefined).length,
      work: [...works].reduce((sum, { work }) => sum + work, 0),
    };
  }

  test.each([
    ['variables', variables(100)],
    ['keys', plan(lines(4_000, (at) => `name${at}: x`))],
    [
      'options of a step',
      step(`copy:\n${lines(4_000, (at) => `      shallow${at}: true`).trimEnd()}`),
    ],
  ])('are at most fifty for unknown %s', (_what, source) => {
    const { asked, near, work } = guessesFor(source);
    expect(asked).toBeGreaterThan(50);
    expect(near).toBeLessThanOrEqual(50);
    expect(near).toBeGreaterThan(0);
    expect(work).toBeLessThanOrEqual(50 * 100 * 12 * 12);
  });

  test('are not made among thousands of variables', () => {
    const { asked, near, work } = guessesFor(variables(4_000));
    expect(asked).toBeGreaterThan(50);
    expect(near).toBe(0);
    // Fifty references are compared with the word "domain" alone.
    expect(work).toBeLessThanOrEqual(50 * 'domain'.length * 64);
  });
});

describe('the nearest word', () => {
  const candidates = ['shallow', 'pivot', 'finish', 'reuse-external', 'dest', 'bandwidth'];
  test.each([
    ['shalow', 'shallow'],
    ['Shallow', 'shallow'],
    ['--pivot', 'pivot'],
    ['pivto', 'pivot'],
    ['finsh', 'finish'],
    ['reuse_external', 'reuse-external'],
    ['destination', 'dest'],
    ['band', 'bandwidth'],
    ['xyz', undefined],
    ['', undefined],
    ['x'.repeat(65), undefined],
  ])('of "%s" is %s', (word, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  test.each([
    ['sdb', ['vda', 'vdb'], 'vdb'],
    ['vdz', ['vda'], 'vda'],
    ['vdz', ['vda', 'vdb'], undefined],
    ['xyz', candidates, undefined],
  ])('of "%s" among %j is only %s', (word, among, expected) => {
    expect(onlyNearest(word, among)).toBe(expected);
  });

  test('is the word itself, or the one that lost, gained or swapped a letter', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...candidates),
        fc.nat(20),
        fc.constantFrom('drop', 'add', 'swap'),
        (word, at, change) => {
          const index = at % (word.length - 1);
          const changed = {
            drop: word.slice(0, index) + word.slice(index + 1),
            add: `${word.slice(0, index)}q${word.slice(index)}`,
            swap: word.slice(0, index) + word[index + 1] + word[index] + word.slice(index + 2),
          }[change];
          expect(nearest(changed, candidates)).toBe(word);
          expect(nearest(word, candidates)).toBe(word);
        },
      ),
    );
  });
});
