import { link, lstat, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { scratchFolder } from '../../scratch-folder.ts';

async function moveFile(from: string, to: string): Promise<void> {
  await using held = await localHost.holdFile(from);
  await held?.moveTo(to);
}

const folder = scratchFolder('move');
let count = 0;
let from = '';
let to = '';
beforeEach(async () => {
  from = join(folder, `from-${count}`);
  to = join(folder, `to-${count++}`);
  await writeFile(from, 'data');
});

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

test('the moved file is the same file under another name', async () => {
  const { ino } = await lstat(from);
  await moveFile(from, to);
  expect([(await lstat(to)).ino, (await lstat(to)).nlink]).toEqual([ino, 1]);
  expect(await isThere(from)).toBe(false);
});

test('no file is overwritten, nor is a dangling link', async () => {
  await writeFile(to, 'precious');
  await expect(moveFile(from, to)).rejects.toThrow('cannot be moved');
  expect([await readFile(from, 'utf8'), await readFile(to, 'utf8')]).toEqual(['data', 'precious']);
  const link = join(folder, 'link');
  await symlink(join(folder, 'nowhere'), link);
  await expect(moveFile(from, link)).rejects.toThrow('cannot be moved');
  expect(await isThere(from)).toBe(true);
});

test('an interrupted move can be completed or moved back', async () => {
  await link(from, to);
  await moveFile(from, to);
  expect([await isThere(from), await readFile(to, 'utf8')]).toEqual([false, 'data']);
  await link(to, from);
  await moveFile(to, from);
  expect([await isThere(to), await readFile(from, 'utf8')]).toEqual([false, 'data']);
});

test('a link is not moved, and nothing is moved into a missing folder', async () => {
  const link = join(folder, 'another link');
  await symlink(from, link);
  await expect(moveFile(link, to)).rejects.toThrow('not a regular file');
  await expect(moveFile(from, join(folder, 'none/to'))).rejects.toThrow('ENOENT');
  expect(await readFile(from, 'utf8')).toBe('data');
});

test('nothing is copied to another file system', async () => {
  const elsewhere = '/dev/shm';
  // Skipped where the temporary folder is on the same file system.
  if ((await lstat(elsewhere)).dev === (await lstat(folder)).dev) return;
  const before = await readdir(elsewhere);
  await expect(moveFile(from, join(elsewhere, 'blockplan-moved'))).rejects.toThrow('EXDEV');
  expect(await readdir(elsewhere)).toEqual(before);
});
