/** What moving files aside requires: where they go, and what is in the way. */
import { describe, expect, test } from 'vitest';
import type { HostState, ImageFile, Layer } from '../../../src/model/host-state.ts';
import { quarantinePath, requireMovable } from '../../../src/steps/requirements/removal.ts';
import { neighbour, world } from '../../worlds.ts';
import { required } from '../required.ts';

const [FILE, FOLDER] = ['/i/mid.qcow2', '/aside'];
const PLACE = '/aside/mid.qcow2';
const LAYER: Layer = { file: FILE, format: 'qcow2' };

const roomy = { writable: true, free: 0 };
function seen(
  files: Readonly<Record<string, ImageFile | null>> = { [FILE]: { size: 1 } },
  folders: HostState['folders'] = { '/i': roomy, [FOLDER]: roomy },
): HostState {
  return world({ files, folders });
}

const check = (at: HostState, layers: readonly Layer[] = [LAYER], folder = FOLDER) =>
  required((needs) => requireMovable(needs, at, 'quarantine', folder, layers)).findings;
const refusal = (message: string, hint = 'choose another folder') => [
  { code: 'BP142', severity: 'error', path: ['quarantine'], message, hint },
];

test('a file keeps its name', () => {
  expect(quarantinePath('/aside', FILE)).toBe(PLACE);
  expect(quarantinePath('/aside/', '/x')).toBe('/aside/x');
});

describe('a file', () => {
  test('goes into a folder that is there, and into one that nobody has looked at', () => {
    expect(check(seen())).toEqual([]);
    expect(check(seen({}, {}))).toEqual([]);
  });

  test('that cannot be removed is not moved', () => {
    expect(check(seen(), [{ ...LAYER, block: true }])).toEqual(
      refusal(`${FILE} is a block device, so it is not moved`),
    );
    expect(check(seen({ [FILE]: { size: 1, link: true } }))).toEqual(
      refusal(`${FILE} is a symbolic link, so it is not moved`),
    );
  });

  test('is not moved to where it is, by whatever name', () => {
    expect(check(seen(), [LAYER], '/i')).toEqual(refusal(`${FILE} is in /i already`));
    const same = { size: 1, identity: 'one' };
    const alias = seen({ [FILE]: same, '/alias/mid.qcow2': same });
    const names = { ...alias, names: { [FILE]: 'one', '/alias/mid.qcow2': 'one' } };
    expect(check(names, [LAYER], '/alias')).toEqual(refusal(`${FILE} is in /alias already`));
  });

  test.each([
    ['is on another file system', 'a', 'b', true],
    ['is on the same file system', 'a', 'a', false],
    ['is of an unknown file system', 'a', undefined, false],
    ['has a file of an unknown file system', undefined, 'b', false],
  ])('whose quarantine %s', (_what, from, to, refused) => {
    const on = (fileSystem: string | undefined) => ({
      ...roomy,
      ...(fileSystem === undefined ? {} : { fileSystem }),
    });
    const at = seen({ [FILE]: { size: 1 } }, { '/i': on(from), [FOLDER]: on(to) });
    expect(check(seen({ [FILE]: { size: 1 } }, { '/i': on(from) }))).toEqual([]);
    expect(check(seen({ [FILE]: { size: 1 } }, { [FOLDER]: on(to) }))).toEqual([]);
    expect(check(at)).toEqual(
      refused
        ? refusal(
            `${FOLDER} is on another file system than ${FILE}: it would have to be copied, which nobody has asked for`,
          )
        : [],
    );
  });

  test('does not take the place of another file, nor of another domain, nor goes to where there is no folder', () => {
    const codes = (at: HostState) => check(at).map(({ code, path }) => [code, path]);
    const taken = seen({ [FILE]: { size: 1 }, [PLACE]: { size: 1 } });
    expect(codes(taken)).toEqual([['BP106', ['quarantine']]]);
    const theirs = { ...seen(), others: [neighbour('other', [PLACE], [])] };
    expect(codes(theirs)).toEqual([['BP109', ['quarantine']]]);
    expect(codes(seen({}, { [FOLDER]: null }))).toEqual([['BP107', ['quarantine']]]);
  });

  test('needs no room: its data stays where it is', () => {
    expect(check(seen({ [FILE]: { size: 1000 } }))).toEqual([]);
  });

  test('of the name of another one has no place beside it', () => {
    const layers = [
      LAYER,
      { ...LAYER, file: '/j/other.qcow2' },
      { ...LAYER, file: '/j/mid.qcow2' },
    ];
    expect(check(seen({}, {}), layers)).toEqual(
      refusal('two of the files are called mid.qcow2', 'use "delete"'),
    );
  });
});

test('a preview lists what has to be so', () => {
  const texts = (layers: readonly Layer[], folder = FOLDER) =>
    required((needs) => requireMovable(needs, seen(), 'quarantine', folder, layers)).texts;
  const regular = `${FILE} is a regular file in a folder that can be changed [file ${FILE}]`;
  expect(texts([LAYER])).toEqual([
    regular,
    `there is no file ${PLACE} [file ${PLACE}]`,
    `no other domain uses ${PLACE} [others]`,
    `${FOLDER} is a folder on the file system of ${FILE} [folder ${PLACE}]`,
  ]);
  expect(texts([LAYER, { ...LAYER, file: '/b' }])).toHaveLength(8);
});
