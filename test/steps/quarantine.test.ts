/** Files that are moved aside: where they go, what is in the way, and how they come back. */

import { describe, expect, test } from 'vitest';
import type { ImageFile, Layer, World } from '../../src/model/world.ts';
import { problemsAfter } from '../../src/steps/derived.ts';
import {
  checkQuarantine,
  quarantined,
  quarantineNeeds,
  quarantinePhase,
} from '../../src/steps/quarantine.ts';
import { neighbour, world } from '../worlds.ts';

const [FILE, FOLDER] = ['/i/mid.qcow2', '/aside'];
const PLACE = '/aside/mid.qcow2';
const LAYER: Layer = { file: FILE, format: 'qcow2' };

const roomy = { writable: true, free: 0 };
function seen(
  files: Readonly<Record<string, ImageFile | null>> = { [FILE]: { size: 1 } },
  folders: World['folders'] = { '/i': roomy, [FOLDER]: roomy },
): World {
  return world({ files, folders });
}

const check = (at: World, layers: readonly Layer[] = [LAYER], folder = FOLDER) =>
  checkQuarantine(at, 'quarantine', folder, layers);
const refusal = (message: string, hint = 'choose another folder') => [
  { code: 'BP142', severity: 'error', path: ['quarantine'], message, hint },
];

test('a file keeps its name', () => {
  expect(quarantined('/aside', FILE)).toBe(PLACE);
  expect(quarantined('/aside/', '/x')).toBe('/aside/x');
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
    const codes = (at: World) => check(at).map(({ code, path }) => [code, path]);
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
  expect(quarantineNeeds(FOLDER, [FILE])).toEqual([
    { what: `there is ${FILE}`, needs: { file: FILE } },
    { what: `there is no file ${PLACE}`, needs: { file: PLACE } },
    {
      what: `${FOLDER} is a folder on the file system of ${FILE}`,
      needs: { folder: PLACE },
    },
  ]);
  expect(quarantineNeeds(FOLDER, [FILE, '/b'])).toHaveLength(6);
});

describe('the phase', () => {
  const second = '/i/low.qcow2';
  const phase = () => quarantinePhase(FOLDER, () => [FILE, second]);
  const image = (identity: string) => ({ size: 1, identity });
  const before = seen({ [FILE]: image('m'), [second]: image('l'), [PLACE]: null });
  const moved = seen({
    ...{ [FILE]: null, [PLACE]: image('m') },
    ...{ [second]: null, '/aside/low.qcow2': image('l') },
  });

  test('says what it does', () => {
    expect(phase()).toMatchObject({
      name: 'quarantine',
      summary: `move the files that were committed into ${FOLDER}, once they are proven unused`,
      wayBack: 'move them back',
    });
  });

  test('moves each file, by the World in which the step began', () => {
    const of = quarantinePhase(FOLDER, (start) => Object.keys(start.files).slice(-1));
    const start = world({ files: { '/a/b': { size: 1 } } });
    expect(of.effects(before, start)).toEqual([
      { tool: 'move-file', file: '/a/b', to: '/aside/b', why: 'its data is in the base' },
    ]);
    expect(phase().effects(before, before)).toHaveLength(2);
  });

  test('is done once each lies there, and nowhere else', () => {
    expect(phase().settled(before, moved, before)).toEqual([]);
    expect(phase().settled(before, before, before)).toEqual([
      `${FILE} is still there`,
      `${PLACE} is not what ${FILE} was`,
      `${second} is still there`,
      `/aside/low.qcow2 is not what ${second} was`,
    ]);
    const another = seen({ [FILE]: null, [PLACE]: image('x'), [second]: image('l') });
    expect(phase().settled(before, another, before).slice(0, 1)).toEqual([
      `${PLACE} is not what ${FILE} was`,
    ]);
  });

  test('is undone for what lies there, and for nothing that somebody has taken or put there', () => {
    const back = (file: string, to: string) => ({
      ...{ tool: 'move-file', file, to },
      why: 'put it back where it was',
    });
    expect(phase().undo(before, moved, before)).toEqual([
      back(PLACE, FILE),
      back('/aside/low.qcow2', second),
    ]);
    const half = seen({ [FILE]: null, [PLACE]: image('m'), [second]: image('l') });
    expect(phase().undo(before, half, before)).toEqual([back(PLACE, FILE)]);
    const theirs = seen({ [FILE]: null, [PLACE]: image('x') });
    expect(phase().undo(before, theirs, before)).toEqual([]);
    expect(phase().undo(before, seen({ [FILE]: null, [PLACE]: null }), before)).toEqual([]);
  });

  test('a place where nothing lies is never the file of before, also where neither has an identity', () => {
    const nothing = seen({ [FILE]: null, [PLACE]: null });
    const alone = quarantinePhase(FOLDER, () => [FILE]);
    expect(alone.undo(nothing, nothing, nothing)).toEqual([]);
    const found = seen({ [FILE]: null, [PLACE]: image('m') });
    expect(problemsAfter(alone, nothing, found, nothing)).toEqual([
      `${PLACE} is not what ${FILE} was`,
    ]);
    expect(problemsAfter(alone, nothing, nothing, nothing)).toEqual([
      `${PLACE} is not what ${FILE} was`,
    ]);
  });
});
