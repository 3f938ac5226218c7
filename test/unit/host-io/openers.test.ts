/** Who has a file open, among the processes that this user can inspect. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, open, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { goneAsNull } from '../../../src/host-io/files.ts';
import { openers } from '../../../src/host-io/openers.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('openers');
let count = 0;
let file = '';
const children: ChildProcess[] = [];
beforeEach(async () => {
  file = join(folder, `image-${count++}`);
  await writeFile(file, 'data');
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Starts a process that holds the path open; returns the words that complete "is open in …". */
async function holder(path: string, flags: string): Promise<string> {
  const held = await open(path, flags);
  const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', held.fd] });
  children.push(child);
  await once(child, 'spawn');
  await held.close();
  return `process ${child.pid} (sleep)`;
}

test.each(['ENOENT', 'ENODEV', 'ESRCH'])(
  'a device or a process that disappears during the read counts as gone: %s',
  async (code) => {
    const gone = Promise.reject(Object.assign(new Error(code), { code }));
    expect(await goneAsNull(gone)).toBeNull();
  },
);

test('any other read error is reported', async () => {
  const hidden = Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }));
  await expect(goneAsNull(hidden)).rejects.toThrow('EACCES');
});

test('nothing has an unused or a missing file open', async () => {
  expect(await openers(file)).toEqual([]);
  expect(await openers(join(folder, 'none'))).toEqual([]);
  expect(await openers(join(folder, 'none/none'))).toEqual([]);
});

test('each process that reads or writes the file is named', async () => {
  const holders = [await holder(file, 'r'), await holder(file, 'r+')];
  expect((await openers(file)).sort()).toEqual(holders.sort());
});

test('the file counts, not the name by which it was opened or is queried', async () => {
  const other = `${file}.linked`;
  await link(file, other);
  const way = `${file}.symlink`;
  await symlink(other, way);
  const holders = [await holder(other, 'r')];
  for (const name of [file, other, way]) expect(await openers(name)).toEqual(holders);
});

test('another file in the same folder, or a process that has ended, does not count', async () => {
  await writeFile(`${file}.next`, 'data');
  const ended = await holder(file, 'r');
  expect(await openers(`${file}.next`)).toEqual([]);
  expect(await openers(file)).toEqual([ended]);
  const child = children.pop()!;
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await openers(file)).toEqual([]);
});
