/** The table of outcomes: what is derived from it, and the table in the README. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ENDS,
  EXIT_CODES,
  exitCodeOf,
  FINAL_STATES,
  isOpenEnd,
  OUTCOMES,
} from '../../src/outcomes.ts';

describe('the exit code', () => {
  test.each([
    ['succeeded', false, 'run', 0],
    ['succeeded', false, 'resume', 0],
    ['succeeded', false, 'rollback', 0],
    ['preflight-refused', false, 'run', 3],
    ['rolled-back', false, 'run', 4],
    ['rolled-back', true, 'run', 4],
    ['rolled-back', false, 'resume', 4],
    ['rolled-back', false, 'rollback', 0],
    ['rolled-back', true, 'rollback', 0],
    ['stranded', false, 'run', 5],
    ['stranded', false, 'rollback', 5],
    ['stranded', true, 'run', 130],
    ['uncertain', false, 'resume', 6],
    ['uncertain', true, 'rollback', 130],
  ] as const)('%s, interrupted %s, asked for %s: %i', (end, interrupted, asked, code) => {
    expect(exitCodeOf(end, interrupted, asked)).toBe(code);
  });
});

test('a run is over unless it is stranded or uncertain', () => {
  expect(ENDS.filter(isOpenEnd)).toEqual(['stranded', 'uncertain']);
});

test('the machine has the ends of a run that has begun', () => {
  expect(FINAL_STATES).toEqual(['succeeded', 'rolled-back', 'stranded', 'uncertain']);
});

test('no two outcomes have the same exit code', () => {
  const codes = Object.values(EXIT_CODES);
  expect(new Set(codes).size).toBe(codes.length);
});

test('the table in the docs has a row for each outcome, in the same order', () => {
  const readme = readFileSync(new URL('../../docs/exit-codes.md', import.meta.url), 'utf8');
  const [, table = ''] = readme.split('| code | end | the disks are |\n|---|---|---|\n');
  const rows = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| (\d+) \| (.*?) \|/gm)];
  expect(rows.map(([, code]) => Number(code))).toEqual(Object.values(EXIT_CODES));
  for (const [at, { word }] of Object.values(OUTCOMES).entries())
    expect(rows[at]?.[2]).toContain(word);
});
