import { describe, expect, test } from 'vitest';
import type { Finding, Position } from '../../../src/errors.ts';
import { findingLine, renderFindings } from '../../../src/render/findings.ts';

function at(source: string, word: string, line = 7, file = 'plan.yaml'): Position {
  return { file, line, column: source.indexOf(word) + 1, source, length: word.length };
}

function finding(position: Position | undefined, more: Partial<Finding> = {}): Finding {
  return {
    code: 'BP012',
    severity: 'error',
    message: 'Unknown key "shalow".',
    ...(position ? { position } : {}),
    ...more,
  };
}

describe('one finding', () => {
  test('has its place, message, underlined word, hint and count', () => {
    const position = at('    blockcopy: { shalow: true }', 'shalow');
    const text = renderFindings([finding(position, { hint: 'Did you mean "shallow"?' })], false);
    expect(text).toMatchInlineSnapshot(`
      "plan.yaml:7:18: error BP012: Unknown key "shalow".
        7 |     blockcopy: { shalow: true }
          |                  ^^^^^^
        hint: Did you mean "shallow"?

      1 error
      "
    `);
  });

  test('about nothing in particular has no place', () => {
    const texts = [undefined, []].map((path) =>
      renderFindings([finding(undefined, path && { path })], false),
    );
    expect(texts[0]).toMatch(/^error BP012: /);
    expect(texts[1]).toBe(texts[0]);
  });

  test('a tab before the word is as wide as it is drawn', () => {
    expect(renderFindings([finding(at('\tab\tshalow', 'shalow'))], false)).toMatchInlineSnapshot(`
      "plan.yaml:7:5: error BP012: Unknown key "shalow".
        7 |         ab      shalow
          |                 ^^^^^^

      1 error
      "
    `);
  });

  test('wide and combining characters count as the columns that they take', () => {
    const source = 'name: 日本 e\u0301 🙂 shalow語 x';
    expect(renderFindings([finding(at(source, 'shalow語'))], false)).toMatchInlineSnapshot(`
      "plan.yaml:7:16: error BP012: Unknown key "shalow".
        7 | name: 日本 é 🙂 shalow語 x
          |                 ^^^^^^^^

      1 error
      "
    `);
  });

  test('control and bidirectional characters are visible, and the carets stay below the word', () => {
    const source = 'a\u001b[31m\u202e shalow';
    expect(renderFindings([finding(at(source, 'shalow'))], false)).toMatchInlineSnapshot(`
      "plan.yaml:7:9: error BP012: Unknown key "shalow".
        7 | a\\x1b[31m\\u{202e} shalow
          |                   ^^^^^^

      1 error
      "
    `);
  });

  test('in a very long line is shown with its surroundings only', () => {
    const source = `${'x'.repeat(5000)} shalow ${'y'.repeat(5000)}`;
    const text = renderFindings([finding(at(source, 'shalow'))], false);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(140);
    expect(text).toContain(`  | ${' '.repeat(51)}^^^^^^\n`);
  });

  test('a place past the end of its line, as for a missing value, gets one caret', () => {
    const position = { file: 'p.yaml', line: 1, column: 9, source: 'domain:', length: 1 };
    expect(renderFindings([finding(position)], false)).toMatchInlineSnapshot(`
      "p.yaml:1:9: error BP012: Unknown key "shalow".
        1 | domain:
          |        ^

      1 error
      "
    `);
  });

  test('without a position, the path in the plan says where', () => {
    const path = ['steps', 1, 'blockcopy', 'dest'];
    expect(renderFindings([finding(undefined, { path })], false)).toMatchInlineSnapshot(`
      "steps[1].blockcopy.dest: error BP012: Unknown key "shalow".

      1 error
      "
    `);
  });
});

test('several findings are sorted by position, those without one come last, and both kinds are counted', () => {
  const source = 'one two three';
  const text = renderFindings(
    [
      finding(undefined, { message: 'nowhere', severity: 'warning' }),
      finding(at(source, 'three', 2), { message: 'third' }),
      finding(at(source, 'two', 2), { message: 'second' }),
      finding(at(source, 'three', 1), { message: 'first', severity: 'warning' }),
    ],
    false,
  );
  expect(text).toMatchInlineSnapshot(`
    "plan.yaml:1:9: warning BP012: first
      1 | one two three
        |         ^^^^^

    plan.yaml:2:5: error BP012: second
      2 | one two three
        |     ^^^

    plan.yaml:2:9: error BP012: third
      2 | one two three
        |         ^^^^^

    warning BP012: nowhere

    2 errors, 2 warnings
    "
  `);
});

test('no findings give no text', () => {
  expect(renderFindings([], false)).toBe('');
});

test('colour marks the severity and the word', () => {
  const text = renderFindings([finding(at('shalow: 1', 'shalow'))], true);
  expect(text).toContain('\u001b[31merror BP012\u001b[39m');
  expect(text).toContain('\u001b[31m^^^^^^\u001b[39m');
});

test('a finding in a log is one line', () => {
  expect(findingLine(finding(undefined))).toBe('error BP012: Unknown key "shalow".');
  expect(findingLine(finding(undefined, { hint: 'Did you mean "shallow"?' }))).toBe(
    'error BP012: Unknown key "shalow". (Did you mean "shallow"?)',
  );
});
