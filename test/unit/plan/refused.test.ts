import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codes } from '../../../src/codes.ts';
import type { Finding } from '../../../src/errors.ts';
import { findingsOf } from './kinds.ts';
import { shapes } from './refused-shapes.ts';
import { texts } from './refused-texts.ts';
import { vars } from './refused-vars.ts';

type Case = readonly [
  title: string,
  source: string | Uint8Array,
  set?: Readonly<Record<string, string>> | undefined,
];

const groups: Readonly<Record<string, readonly Case[]>> = {
  texts: Object.entries(texts),
  shapes: Object.entries(shapes),
  vars: Object.entries(vars).map(([title, [source, set]]) => [title, source, set]),
};

/** Code, position and message, the line with its caret, and the hint; long lines are cut. */
function shown({ code, message, hint, position }: Finding): string {
  if (!position) return `${code} ${message}\n  -> ${hint}`;
  const { line, column, source, length } = position;
  const caret = ' '.repeat(column - 1) + '^'.repeat(Math.min(length, 40));
  const way = hint === undefined ? '' : `\n  -> ${hint}`;
  return `${code} ${line}:${column} ${message}\n  |${source.slice(0, 90)}\n  |${caret}${way}`;
}

// The transcripts are for review: every changed text shows as a changed line.
test.each(Object.entries(groups))(
  'the findings of refused %s match the transcript',
  async (name, cases) => {
    const transcript = cases.map(
      ([title, source, set]) => `## ${title}\n${findingsOf(source, set).map(shown).join('\n')}\n`,
    );
    await expect(transcript.join('\n')).toMatchFileSnapshot(`refused/${name}.txt`);
  },
);

test.each(Object.entries(groups))('the findings of refused %s are well-formed', (_name, cases) => {
  for (const [title, source, set] of cases) {
    for (const { message, hint = '' } of findingsOf(source, set)) {
      expect(message + hint, title).not.toMatch(
        /[\x00-\x1f\x7f-\x9f]|undefined|\[object|"\d+: \{\}"/,
      );
      expect(message, title).not.toMatch(/\.$/);
    }
  }
});

test('every code in src/plan has a refused plan', () => {
  const room = new URL('../../../src/plan/', import.meta.url);
  const files = readdirSync(room).filter((file) => file.endsWith('.ts'));
  const source = files.map((file) => readFileSync(new URL(file, room), 'utf8')).join('');
  const told = Object.values(groups).flatMap((cases) =>
    cases.flatMap(([, text, set]) => findingsOf(text, set).map(({ code }) => code)),
  );
  const names = new Set(source.match(/(?<=\bcodes\.)(?!ts')\w+/g)) as Set<keyof typeof codes>;
  const missing = [...names].map((name) => codes[name]).filter((code) => !told.includes(code));
  // The codes for size and depth are tested in hostile.test.ts, those about the guest in host-references.test.ts.
  expect(missing.sort()).toEqual(['BP001', 'BP009', 'BP010', 'BP046', 'BP099', 'BP101']);
});
