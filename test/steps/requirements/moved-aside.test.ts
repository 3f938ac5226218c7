/** What moving files to the quarantine folder requires: their new paths, and the refused cases. */
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
const OTHER_FOLDER = 'choose another folder';
const refusal = (
  message: string,
  hint = 'leave "quarantine" out, and move the file yourself after the run',
) => [{ code: 'BP142', severity: 'error', path: ['quarantine'], message, hint }];

test('a file keeps its name', () => {
  expect(quarantinePath('/aside', FILE)).toBe(PLACE);
  expect(quarantinePath('/aside/', '/x')).toBe('/aside/x');
});

describe('a file', () => {
  test('can move to a folder that exists, and to one that was not inspected', () => {
    expect(check(seen())).toEqual([]);
    expect(check(seen({}, {}))).toEqual([]);
  });

  test('that cannot be removed is not moved', () => {
    expect(check(seen(), [{ ...LAYER, block: true }])).toEqual(
      refusal(`${FILE} is a block device, so it cannot be moved`),
    );
    expect(check(seen({ [FILE]: { size: 1, link: true } }))).toEqual(
      refusal(`${FILE} is a symbolic link, so it cannot be moved`),
    );
  });

  test('is not moved to its own folder, under any name', () => {
    expect(check(seen(), [LAYER], '/i')).toEqual(refusal(`${FILE} is already in /i`, OTHER_FOLDER));
    const same = { size: 1, identity: 'one' };
    const alias = seen({ [FILE]: same, '/alias/mid.qcow2': same });
    const names = { ...alias, names: { [FILE]: 'one', '/alias/mid.qcow2': 'one' } };
    expect(check(names, [LAYER], '/alias')).toEqual(
      refusal(`${FILE} is already in /alias`, OTHER_FOLDER),
    );
  });

  test.each([
    ['is on another file system', 'a', 'b', true],
    ['is on the same file system', 'a', 'a', false],
    ['is on an unknown file system', 'a', undefined, false],
    ['has a file on an unknown file system', undefined, 'b', false],
  ])('is moved or refused if its quarantine %s', (_what, from, to, refused) => {
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
            `${FOLDER} and ${FILE} are on different file systems: the file would have to be copied`,
            OTHER_FOLDER,
          )
        : [],
    );
  });

  test('does not replace a file, or a file of another domain, and needs an existing folder', () => {
    const codes = (at: HostState) => check(at).map(({ code, path }) => [code, path]);
    const taken = seen({ [FILE]: { size: 1 }, [PLACE]: { size: 1 } });
    expect(codes(taken)).toEqual([['BP106', ['quarantine']]]);
    const theirs = { ...seen(), others: [neighbour('other', [PLACE], [])] };
    expect(codes(theirs)).toEqual([['BP109', ['quarantine']]]);
    expect(codes(seen({}, { [FOLDER]: null }))).toEqual([['BP107', ['quarantine']]]);
  });

  test('needs no space: its data is not copied', () => {
    expect(check(seen({ [FILE]: { size: 1000 } }))).toEqual([]);
  });

  test('cannot have the same name as another moved file', () => {
    const layers = [
      LAYER,
      { ...LAYER, file: '/j/other.qcow2' },
      { ...LAYER, file: '/j/mid.qcow2' },
    ];
    expect(check(seen({}, {}), layers)).toEqual(
      refusal('two of the files have the name mid.qcow2', 'use "delete"'),
    );
  });
});

test('a preview lists the requirements', () => {
  const texts = (layers: readonly Layer[], folder = FOLDER) =>
    required((needs) => requireMovable(needs, seen(), 'quarantine', folder, layers)).texts;
  const regular = `${FILE} is a regular file in a writable folder [file ${FILE}]`;
  expect(texts([LAYER])).toEqual([
    regular,
    `${PLACE} does not exist [file ${PLACE}]`,
    `no other domain uses ${PLACE} [others]`,
    `${FOLDER} is a folder on the same file system as ${FILE} [folder ${PLACE}]`,
  ]);
  expect(texts([LAYER, { ...LAYER, file: '/b' }])).toHaveLength(8);
});
