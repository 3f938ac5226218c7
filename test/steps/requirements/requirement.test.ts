/** How requirements are stated, and the checks of parameters alone. */
import { describe, expect, test } from 'vitest';
import {
  checkAbsolute,
  checkExclusive,
  checkNeeds,
  checkPlainPath,
  type Knowledge,
  Needs,
  pathToInspect,
  refuse,
  refuseStep,
} from '../../../src/steps/requirements/requirement.ts';
import { refusal } from '../refusal.ts';
import { required } from '../required.ts';

describe('a requirement', () => {
  const error = refuse('BP106', 'dest', 'it is so');
  const warning = { ...error, severity: 'warning' } as const;

  test.each([
    ['it has no finding', [], true],
    ['it has a warning', [warning], true],
    ['it has an error', [error], false],
    ['it has an error beside a warning', [warning, error], false],
  ])('is stated, and met or not, if %s', (_what, unmet, met) => {
    const needs = new Needs();
    needs.require('it is so', { file: '/a' }, unmet);
    const { stated } = needs;
    expect(stated).toEqual([{ text: 'it is so', knowledge: { file: '/a' }, unmet }]);
    expect(required((needs) => needs.require('it is so', { file: '/a' }, unmet))).toEqual({
      ...{ texts: ['it is so [file /a]'], findings: unmet, value: met },
    });
  });

  test('that only the run can check is met', () => {
    expect(required((needs) => needs.require('it will be so', 'run'))).toEqual({
      ...{ texts: ['it will be so [run]'], findings: [], value: true },
    });
  });

  test.each([
    ['left out without a finding', [], [], true],
    ['listed with a warning', [warning], ['it is so [domain]'], true],
    ['listed with an error', [error], ['it is so [domain]'], false],
  ])('that is too obvious to list is %s', (_what, unmet, texts, met) => {
    const found = required((needs) => needs.requireUnlisted('it is so', 'domain', unmet));
    expect(found).toEqual({ texts, findings: unmet, value: met });
  });

  test.each<[Knowledge, string | undefined]>([
    ['domain', undefined],
    ['others', undefined],
    ['run', undefined],
    [{ told: ['state'] }, undefined],
    [{ file: '/a' }, '/a'],
    [{ folder: '/b/c' }, '/b/c'],
    [{ place: '/dev/d' }, '/dev/d'],
  ])('that needs %j inspects the path %s', (knowledge, path) => {
    expect(pathToInspect(knowledge)).toBe(path);
  });
});

test('a refusal is an error at a parameter, with an optional hint', () => {
  expect(refuse('BP106', 'dest', 'it is so', 'do that')).toEqual(
    refusal('BP106', ['dest'], 'it is so', 'do that'),
  );
  expect(refuse('BP106', ['diskspec', 0], 'it is so')).toStrictEqual(
    refusal('BP106', ['diskspec', 0], 'it is so'),
  );
});

test('a refusal of the whole step also blocks the simulation', () => {
  expect(refuseStep('BP106', 'dest', 'it is so', 'do that')).toStrictEqual({
    ...refusal('BP106', ['dest'], 'it is so', 'do that'),
    blocks: 'simulation',
  });
  expect(refuse('BP106', 'dest', 'it is so')).not.toHaveProperty('blocks');
});

describe('a path', () => {
  const notAbsolute = refusal(
    'BP050',
    ['dest'],
    '"a/b" is not an absolute path',
    'write the absolute path on the host: /…',
  );
  const notPlain = (file: string) =>
    refusal(
      'BP050',
      ['dest'],
      `"${file}" is not a plain path to a file`,
      'write it without "..", "//" or a trailing "/"',
    );

  test.each([undefined, '/a', '/a/../b'])('of an existing file may be %s', (file) => {
    expect(checkAbsolute('dest', file)).toEqual([]);
  });
  test.each([undefined, '/a', '/a/b.c', '/a/..b'])('of a new file may be %s', (file) => {
    expect(checkPlainPath('dest', file)).toEqual([]);
  });

  test('must be absolute', () => {
    expect(checkAbsolute('dest', 'a/b')).toEqual([notAbsolute]);
    expect(checkPlainPath('dest', 'a/b')).toEqual([notAbsolute]);
  });

  test.each(['/a/../b', '/a//b', '/a/', '/', '/./a'])('of a new file must not be %s', (file) => {
    expect(checkPlainPath('dest', file)).toEqual([notPlain(file)]);
  });
});

describe('two options', () => {
  test.each([[{}], [{ a: true }], [{ b: true }], [{ a: true, b: false }], [{ a: false, b: 'x' }]])(
    'do not are mutually exclusive: %j',
    (params) => {
      expect(checkExclusive(params, 'a', 'b')).toEqual([]);
    },
  );

  test('are mutually exclusive', () => {
    expect(checkExclusive({ a: true, b: 'x' }, 'a', 'b')).toEqual([
      refusal('BP051', ['b'], '"a" and "b" are mutually exclusive', 'keep one of the two'),
    ]);
  });

  test.each([[{}], [{ other: 1 }], [{ option: false }], [{ option: 'x', other: true }]])(
    'have no finding: %j',
    (params) => {
      expect(checkNeeds(params, 'option', 'other')).toEqual([]);
    },
  );

  test.each([[{ option: true }], [{ option: 0, other: false }], [{ option: '' }]])(
    'are required together: %j',
    (params) => {
      expect(checkNeeds(params, 'option', 'other')).toEqual([
        refusal(
          'BP052',
          ['option'],
          '"option" requires "other"',
          'add "other", or leave "option" out',
        ),
      ]);
    },
  );
});
