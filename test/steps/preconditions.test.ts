/** What several kinds of steps ask of a World: each refusal with its code, place, words and hint. */
import { describe, expect, test } from 'vitest';
import type { World } from '../../src/model/world.ts';
import {
  checkAbsolute,
  checkExclusive,
  checkNeeds,
  checkNotShared,
  checkOthersRead,
  checkPlainPath,
  checkRunning,
  checkSince,
  refuse,
} from '../../src/steps/preconditions.ts';
import { BASE, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { refusal } from './refusal.ts';

test('a refusal is an error at a parameter, with a hint where there is one', () => {
  expect(refuse('BP999', 'dest', 'it is so', 'do that')).toEqual(
    refusal('BP999', ['dest'], 'it is so', 'do that'),
  );
  expect(refuse('BP999', ['diskspec', 0], 'it is so')).toStrictEqual(
    refusal('BP999', ['diskspec', 0], 'it is so'),
  );
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

describe('a guest', () => {
  test.each(['running', 'paused'] as const)('that is %s is up', (state) => {
    expect(checkRunning(world({ domain: { state } }))).toEqual([]);
  });

  test('that is off has to be started', () => {
    expect(checkRunning(world({ domain: { state: 'shut off' } }))).toEqual([
      refusal(
        'BP102',
        [],
        'the domain "testvm" is shut off: live disk work needs a running guest',
        'start it: virsh start testvm',
      ),
    ]);
  });

  const gone = (change: Partial<World> = {}) => ({
    ...world({ domain: { state: 'gone' } }),
    ...change,
  });

  test('that libvirt does not know is looked for on that connection', () => {
    expect(checkRunning(gone())).toEqual([
      refusal(
        'BP101',
        [],
        'qemu:///system knows no domain "testvm"',
        'see: virsh -c qemu:///system list --all',
      ),
    ]);
    expect(checkRunning(gone({ host: { uri: 'qemu:///session' } }))).toEqual([
      refusal(
        'BP101',
        [],
        'qemu:///session knows no domain "testvm"',
        "that is the connection of a user's own guests; the system's are reached with: -c qemu:///system",
      ),
    ]);
  });

  test('that facts tell nothing of has to be written down', () => {
    expect(checkRunning(gone({ untold: ['uri'] }))).toEqual([
      refusal(
        'BP101',
        [],
        'the facts say that libvirt knows no domain "testvm"',
        'write down what it is like once it is there: blockplan facts testvm',
      ),
    ]);
    expect(checkRunning(gone({ untold: ['state'] })).map(({ message }) => message)).toEqual([
      'qemu:///system knows no domain "testvm"',
    ]);
  });
});

test.each([
  [{ 'keep-tpm': true }, '8.8.0', true],
  [{ 'keep-tpm': true }, '8.9.0', false],
  [{ 'keep-tpm': true }, '10.0.0', false],
  [{ 'keep-tpm': true }, undefined, false],
  [{ 'keep-tpm': false }, '8.8.0', false],
  [{}, '8.8.0', false],
])('an option that came later: %j with libvirt %s', (params, libvirt, refused) => {
  const seen = world();
  const host = { ...seen.host, ...(libvirt === undefined ? {} : { libvirt }) };
  expect(checkSince({ ...seen, host }, params, 'keep-tpm', '8.9.0')).toEqual(
    refused
      ? [
          refusal(
            'BP130',
            ['keep-tpm'],
            'libvirt 8.8.0 does not have "keep-tpm", which came with 8.9.0',
            'leave "keep-tpm" out, or use a newer libvirt',
          ),
        ]
      : [],
  );
});

describe('files of other domains', () => {
  test('are refused one by one', () => {
    const others = [neighbour('a', [BASE], []), neighbour('b', [BASE], [])];
    expect(checkNotShared({ ...world(), others }, ['diskspec', 0], [SNAP1, BASE])).toEqual([
      refusal(
        'BP109',
        ['diskspec', 0],
        `${BASE} is in the disk chain of "a", "b": a change to it would corrupt that guest`,
        'choose a file that no other domain uses',
      ),
    ]);
    expect(checkNotShared(world(), 'dest', [SNAP1, SNAP2])).toEqual([]);
  });

  test('that cannot be read leave it open what rests on them', () => {
    const others = [
      neighbour('a', [], [], ['/x', '/y']),
      neighbour('b', [], []),
      neighbour('c', [], [], ['/z']),
    ];
    expect(checkOthersRead({ ...world(), others }, 'base')).toEqual([
      refusal(
        'BP124',
        ['base'],
        'it cannot be told whether other domains rest on the files: /x, /y, /z cannot be read',
        'run it as a user who may read them, such as root',
      ),
    ]);
    expect(checkOthersRead(world(), 'base')).toEqual([]);
  });
});
