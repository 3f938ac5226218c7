/** How requirements are stated, and what is wrong with parameters alone. */
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
    ['nothing is wrong', [], true],
    ['there is a warning', [warning], true],
    ['there is an error', [error], false],
    ['there is an error beside a warning', [warning, error], false],
  ])('is stated, and met or not, where %s', (_what, unmet, met) => {
    const needs = new Needs();
    needs.require('it is so', { file: '/a' }, unmet);
    const { stated } = needs;
    expect(stated).toEqual([{ text: 'it is so', knowledge: { file: '/a' }, unmet }]);
    expect(required((needs) => needs.require('it is so', { file: '/a' }, unmet))).toEqual({
      ...{ texts: ['it is so [file /a]'], findings: unmet, value: met },
    });
  });

  test('that nobody can check before the run is met', () => {
    expect(required((needs) => needs.require('it will be so', 'run'))).toEqual({
      ...{ texts: ['it will be so [run]'], findings: [], value: true },
    });
  });

  test.each([
    ['left out where nothing is wrong', [], [], true],
    ['listed where there is a warning', [warning], ['it is so [domain]'], true],
    ['listed where there is an error', [error], ['it is so [domain]'], false],
  ])('that is too plain to be listed is %s', (_what, unmet, texts, met) => {
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
  ])('%j needs a look at %s', (knowledge, path) => {
    expect(pathToInspect(knowledge)).toBe(path);
  });
});

test('a refusal is an error at a parameter, with a hint where there is one', () => {
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
    'write the path from the root of the host: /…',
  );
  const notPlain = (file: string) =>
    refusal(
      'BP050',
      ['dest'],
      `"${file}" is not a plain path to a file`,
      'write it without "..", "//" and a "/" at its end',
    );

  test.each([undefined, '/a', '/a/../b'])('that is there: %s', (file) => {
    expect(checkAbsolute('dest', file)).toEqual([]);
  });
  test.each([undefined, '/a', '/a/b.c', '/a/..b'])('that is made: %s', (file) => {
    expect(checkPlainPath('dest', file)).toEqual([]);
  });

  test('has to be absolute', () => {
    expect(checkAbsolute('dest', 'a/b')).toEqual([notAbsolute]);
    expect(checkPlainPath('dest', 'a/b')).toEqual([notAbsolute]);
  });

  test.each(['/a/../b', '/a//b', '/a/', '/', '/./a'])(
    'that is made has to be plain: %s',
    (file) => {
      expect(checkPlainPath('dest', file)).toEqual([notPlain(file)]);
    },
  );
});

describe('two options', () => {
  test.each([[{}], [{ a: true }], [{ b: true }], [{ a: true, b: false }], [{ a: false, b: 'x' }]])(
    'do not exclude each other: %j',
    (params) => {
      expect(checkExclusive(params, 'a', 'b')).toEqual([]);
    },
  );

  test('exclude each other', () => {
    expect(checkExclusive({ a: true, b: 'x' }, 'a', 'b')).toEqual([
      refusal('BP051', ['b'], '"a" and "b" exclude each other', 'keep one of the two'),
    ]);
  });

  test.each([[{}], [{ other: 1 }], [{ option: false }], [{ option: 'x', other: true }]])(
    'need nothing more: %j',
    (params) => {
      expect(checkNeeds(params, 'option', 'other')).toEqual([]);
    },
  );

  test.each([[{ option: true }], [{ option: 0, other: false }], [{ option: '' }]])(
    'have a meaning together: %j',
    (params) => {
      expect(checkNeeds(params, 'option', 'other')).toEqual([
        refusal(
          'BP052',
          ['option'],
          '"option" has a meaning only together with "other"',
          'add "other", or leave "option" out',
        ),
      ]);
    },
  );
});
