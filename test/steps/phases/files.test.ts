/** Files that are created, overwritten, removed and moved aside, and their rollbacks. */
import { describe, expect, test } from 'vitest';
import { type HostState, type ImageFile, withFile } from '../../../src/model/host-state.ts';
import { problemsAfter } from '../../../src/steps/derived.ts';
import { makeFile, removeFile, writesOver } from '../../../src/steps/effects/files.ts';
import { deletePhase, quarantinePhase } from '../../../src/steps/phases/files.ts';
import { world } from '../../worlds.ts';

const [FILE, FOLDER] = ['/i/mid.qcow2', '/aside'];
const PLACE = '/aside/mid.qcow2';

const roomy = { writable: true, free: 0 };
function seen(
  files: Readonly<Record<string, ImageFile | null>> = { [FILE]: { size: 1 } },
  folders: HostState['folders'] = { '/i': roomy, [FOLDER]: roomy },
): HostState {
  return world({ files, folders });
}

test('a file is created and removed by name', () => {
  expect(makeFile(FILE, 'so')).toEqual({ tool: 'make-file', file: FILE, why: 'so' });
  expect(removeFile(FILE, 'so')).toEqual({ tool: 'remove-file', file: FILE, why: 'so' });
});

test('content counts as lost unless the file was created by the run or is empty', () => {
  const files = {
    '/full': { size: 1 },
    '/empty': { size: 0 },
    '/untold': { size: 0, sizeUntold: true as const },
    '/made': { size: 1, made: true as const },
    '/absent': null,
  };
  const lost = (names: readonly string[], block: boolean) =>
    writesOver(world({ files }), names, block);
  const all = Object.keys(files);
  expect(lost(all, false)).toEqual({ writesInto: all, loses: ['/full', '/untold', '/absent'] });
  // A block device always holds something.
  expect(lost(['/empty'], true)).toEqual({ writesInto: ['/empty'], loses: ['/empty'] });
  expect(lost(['/empty', '/made'], false)).toEqual({ writesInto: ['/empty', '/made'] });
});

test('the committed files to remove come from the host state in which the step began', () => {
  const into = { file: '/base', format: 'qcow2', dataFiles: ['/data'] };
  const phase = deletePhase((start) => ({
    merged: Object.keys(start.files).map((file) => ({ file, format: 'qcow2' })),
    into,
  }));
  const start = world({ disks: [], files: { [FILE]: { size: 1 }, '/b': { size: 1 } } });
  expect(phase).toMatchObject({
    name: 'delete',
    summary: 'remove the committed files once they are proven unused',
    rollback: 'nothing to do: the base holds the data of the files',
  });
  expect(phase.effects(world(), start)).toEqual([
    { ...removeFile(FILE, 'its data is in the base'), dataIn: ['/base', '/data'] },
    { ...removeFile('/b', 'its data is in the base'), dataIn: ['/base', '/data'] },
  ]);
  expect(deletePhase(() => undefined).effects(world(), start)).toEqual([]);
  expect(problemsAfter(phase, start, start, start)).toEqual([
    `${FILE} still exists`,
    '/b still exists',
  ]);
  expect(problemsAfter(phase, start, withFile(start, FILE, null), start)).toEqual([
    '/b still exists',
  ]);
  expect(problemsAfter(phase, start, world(), start)).toEqual([]);
  expect(phase.undo(start, world(), start)).toEqual([]);
});

describe('the phase that moves files aside', () => {
  const second = '/i/low.qcow2';
  const phase = () => quarantinePhase(FOLDER, () => [FILE, second]);
  const image = (identity: string) => ({ size: 1, identity });
  const before = seen({ [FILE]: image('m'), [second]: image('l'), [PLACE]: null });
  const moved = seen({
    ...{ [FILE]: null, [PLACE]: image('m') },
    ...{ [second]: null, '/aside/low.qcow2': image('l') },
  });

  test('describes itself', () => {
    expect(phase()).toMatchObject({
      name: 'quarantine',
      summary: `move the committed files to ${FOLDER} once they are proven unused`,
      rollback: 'move them back',
    });
  });

  test('moves the files from the host state in which the step began', () => {
    const of = quarantinePhase(FOLDER, (start) => Object.keys(start.files).slice(-1));
    const start = world({ files: { '/a/b': { size: 1 } } });
    expect(of.effects(before, start)).toEqual([
      { tool: 'move-file', file: '/a/b', to: '/aside/b', why: 'its data is in the base' },
    ]);
    expect(phase().effects(before, before)).toHaveLength(2);
  });

  test('is done once each file is in the new place and no longer in the old one', () => {
    expect(problemsAfter(phase(), before, moved, before)).toEqual([]);
    expect(problemsAfter(phase(), before, before, before)).toEqual([
      `${FILE} still exists`,
      `${PLACE} is not the file that was at ${FILE}`,
      `${second} still exists`,
      `/aside/low.qcow2 is not the file that was at ${second}`,
    ]);
    const another = seen({ [FILE]: null, [PLACE]: image('x'), [second]: image('l') });
    expect(problemsAfter(phase(), before, another, before).slice(0, 1)).toEqual([
      `${PLACE} is not the file that was at ${FILE}`,
    ]);
  });

  test('moves back its own files, and ignores files that another user has taken or put there', () => {
    const back = (file: string, to: string) => ({
      ...{ tool: 'move-file', file, to },
      why: 'move it back',
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

  test('does not treat an empty place as the former file, even if neither has an identity', () => {
    const nothing = seen({ [FILE]: null, [PLACE]: null });
    const alone = quarantinePhase(FOLDER, () => [FILE]);
    expect(alone.undo(nothing, nothing, nothing)).toEqual([]);
    const found = seen({ [FILE]: null, [PLACE]: image('m') });
    expect(problemsAfter(alone, nothing, found, nothing)).toEqual([
      `${PLACE} is not the file that was at ${FILE}`,
    ]);
    expect(problemsAfter(alone, nothing, nothing, nothing)).toEqual([
      `${PLACE} is not the file that was at ${FILE}`,
    ]);
  });
});

const observed = (device: number, born?: string): ImageFile => ({
  ...{ size: 1, identity: `${device}:7` },
  ...(born === undefined ? {} : { born }),
});

const range = {
  merged: [{ file: FILE, format: 'qcow2' }],
  into: { file: '/base', format: 'qcow2' },
} as const;

test('a file is removed and moved only if it is the one that was there', () => {
  const start = seen({ [FILE]: observed(5, '99') });
  const former = { file: FILE, ino: '7', born: '99' };
  expect(deletePhase(() => range).effects(start, start)).toMatchObject([{ former }]);
  const aside = quarantinePhase(FOLDER, () => [FILE]);
  expect(aside.effects(start, start)).toMatchObject([{ file: FILE, to: PLACE, former }]);
  const older = seen({ [FILE]: observed(5) });
  expect(deletePhase(() => range).effects(older, older)).toMatchObject([
    { former: { file: FILE, ino: '7' } },
  ]);
});

test('a file that was moved aside is known after a boot that changed the number of its device', () => {
  const start = seen({ [FILE]: observed(5, '99') });
  const aside = quarantinePhase(FOLDER, () => [FILE]);
  const moved = (file: ImageFile) => seen({ [FILE]: null, [PLACE]: file });
  const back = (file: ImageFile) => aside.undo(start, moved(file), start);
  expect(problemsAfter(aside, start, moved(observed(6, '99')), start)).toEqual([]);
  expect(back(observed(6, '99'))).toMatchObject([{ file: PLACE, to: FILE, former: { ino: '7' } }]);
  expect(back(observed(5, '98'))).toEqual([]);
  // Without its birth time, only the identity shows it.
  expect(back(observed(6))).toEqual([]);
  expect(back(observed(5))).toHaveLength(1);
});
