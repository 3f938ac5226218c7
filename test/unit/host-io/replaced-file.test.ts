/** The one operation that overwrites a name does so for the two files that were meant, and for no others. */
import {
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { FileStamp } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = scratchFolder('replaced');
let count = 0;
let base = '';
let upper = '';
let lower = '';
let stamps: { replaced: FileStamp; by: FileStamp };
beforeEach(async () => {
  base = join(root, String(count++));
  for (const name of ['upper', 'lower']) await mkdir(join(base, name), { recursive: true });
  [upper, lower] = [join(base, 'upper/vda.qcow2'), join(base, 'lower/vda.qcow2')];
  const replaced = await localHost.writeFile(upper, 'upper');
  stamps = { replaced, by: await localHost.writeFile(lower, 'merged') };
});

const replace = () => localHost.replaceFile(upper, lower, stamps);

/** Expects that the replacement is refused, and that nothing has changed. */
async function refused(why: RegExp): Promise<void> {
  const before = await everything();
  const error = await replace().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EffectFailed);
  expect((error as Error).message).toMatch(why);
  expect((error as Error).message).not.toContain('/proc/');
  expect(await everything()).toEqual(before);
}

async function everything(): Promise<unknown[]> {
  const names = (await readdir(base, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const { ino, nlink } = await lstat(join(base, name));
      return [name, ino, nlink, await readFile(join(base, name), 'utf8').catch(() => null)];
    }),
  );
}

test('the file has the name of the replaced one', async () => {
  await replace();
  expect(await readFile(upper, 'utf8')).toBe('merged');
  expect(await localHost.stat(upper)).toMatchObject(stamps.by);
  expect(await readdir(join(base, 'lower'))).toEqual([]);
});

test('replacing again is no error, whatever has the old name by then', async () => {
  await replace();
  await replace();
  await localHost.writeFile(lower, 'new');
  await replace();
  expect([await readFile(upper, 'utf8'), await readFile(lower, 'utf8')]).toEqual(['merged', 'new']);
});

test('the old file is gone, but the other is not at its place', async () => {
  await rm(upper);
  await refused(/upper\/vda\.qcow2 does not exist/);
});

test('the other file is gone', async () => {
  await rm(lower);
  await refused(/lower\/vda\.qcow2 does not exist/);
});

test.each(['upper', 'lower'] as const)('another file is at the path of %s', async (which) => {
  const path = which === 'upper' ? upper : lower;
  await writeFile(`${path}.new`, 'precious');
  await rename(`${path}.new`, path);
  await refused(new RegExp(`${path} was replaced by another file`));
});

test.each(['upper', 'lower'] as const)('%s is a link to the file, or a folder', async (which) => {
  const path = which === 'upper' ? upper : lower;
  await rename(path, `${path}.old`);
  await symlink(`${path}.old`, path);
  await refused(new RegExp(`${path} is not a regular file`));
  await rm(path);
  await mkdir(path);
  await refused(new RegExp(`${path} is not a regular file`));
});

test('both are names of one file', async () => {
  await rm(lower);
  await link(upper, lower);
  stamps = { ...stamps, by: stamps.replaced };
  await refused(/are the same file/);
});

test('a process that has the former file open keeps it', async () => {
  const file = await open(upper);
  const former = await readFile(upper, 'utf8');
  await replace();
  expect(await file.readFile('utf8')).toBe(former);
  expect(await readFile(upper, 'utf8')).not.toBe(former);
  await file.close();
});

test('a file is not moved to another file system', async () => {
  const elsewhere = '/dev/shm';
  // Skipped where the temporary folder is on the same file system.
  if ((await lstat(elsewhere)).dev === (await lstat(base)).dev) return;
  const other = join(elsewhere, `blockplan-replaced-${process.pid}`);
  try {
    lower = other;
    stamps = { ...stamps, by: await localHost.writeFile(other, 'elsewhere') };
    await refused(/EXDEV/);
    expect(await readFile(other, 'utf8')).toBe('elsewhere');
  } finally {
    await rm(other);
  }
});
