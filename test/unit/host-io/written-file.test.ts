/** A small file is written whole or not at all, also when the first attempt was killed. */
import { link, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = scratchFolder('written');
const CONTENT = '{"name": "Nächste"}\n';
let count = 0;
let folder = '';
let path = '';
let remains = '';
beforeEach(async () => {
  folder = join(root, String(count++));
  path = join(folder, 'manifest.json');
  remains = join(folder, 'manifest.json.blockplan-0123456789abcdef');
  await mkdir(folder);
});

test('the new file has content and mode, and its stamp is returned', async () => {
  const stamp = await localHost.writeFile(path, CONTENT);
  expect(await readFile(path, 'utf8')).toBe(CONTENT);
  expect((await stat(path)).mode & 0o7777).toBe(0o600);
  expect(await localHost.stat(path)).toMatchObject({ ...stamp, kind: 'file' });
  await localHost.writeFile(join(folder, 'open'), CONTENT, 0o666);
  expect((await stat(join(folder, 'open'))).mode & 0o7777).toBe(0o666);
  expect((await lstat(path)).nlink).toBe(1);
  expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'open']);
});

test.each([
  ['during the write', () => writeFile(remains, CONTENT.slice(0, 5))],
  ['before the file got its name', () => writeFile(remains, CONTENT)],
  [
    'before the temporary name was removed',
    () => writeFile(remains, CONTENT).then(() => link(remains, path)),
  ],
  ['before the name was on disk', () => writeFile(path, CONTENT)],
])('a call that was killed %s can be repeated', async (_title, killed) => {
  await killed();
  const stamp = await localHost.writeFile(path, CONTENT);
  expect(await readFile(path, 'utf8')).toBe(CONTENT);
  expect(await localHost.stat(path)).toMatchObject(stamp);
  expect(await readdir(folder)).toEqual(['manifest.json']);
});

test.each([
  ['a file with other content', () => writeFile(path, CONTENT.replace('N', 'M'))],
  ['a file of another length', () => writeFile(path, '')],
  ['a folder', () => mkdir(path)],
  ['a dangling link', () => symlink(join(folder, 'none'), path)],
  [
    'a link to a file with that content',
    () => writeFile(join(folder, 'same'), CONTENT).then(() => symlink('same', path)),
  ],
])('%s is not overwritten', async (_title, before) => {
  await before();
  const found = [(await readdir(folder)).sort(), (await lstat(path)).ino];
  const error = await localHost.writeFile(path, CONTENT).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EffectFailed);
  expect((error as Error).message).toBe(
    `${path} already exists; blockplan does not overwrite files`,
  );
  expect([(await readdir(folder)).sort(), (await lstat(path)).ino]).toEqual(found);
});

test('a missing folder is reported, with its path', async () => {
  await expect(localHost.writeFile(join(folder, 'none/a'), '')).rejects.toThrow(
    `${folder}/none/a cannot be written: ENOENT`,
  );
});

test('of several writers at once one writes its content, and nothing else is left', async () => {
  const writers = Array.from({ length: 8 }, (_, at) => localHost.writeFile(path, `${at}`));
  const ended = await Promise.allSettled(writers);
  const winners = ended.flatMap(({ status }, at) => (status === 'fulfilled' ? [`${at}`] : []));
  expect(winners).toEqual([await readFile(path, 'utf8')]);
  expect(await readdir(folder)).toEqual(['manifest.json']);
  for (const each of ended)
    if (each.status === 'rejected') expect(String(each.reason)).toContain('already exists');
});

test('files of other names and files of a user are not taken for remains', async () => {
  const others = ['other.json.blockplan-0123456789abcdef', 'manifest.json.blockplan-notes'];
  for (const name of others) await writeFile(join(folder, name), 'mine');
  await mkdir(remains);
  await localHost.writeFile(path, CONTENT);
  expect(await readdir(folder)).toHaveLength(others.length + 2);
});
