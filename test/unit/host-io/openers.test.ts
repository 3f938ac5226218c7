/** Who has a file open, among the processes that this user can inspect. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
async function holder(path: string, flags: string, program = 'sleep'): Promise<string> {
  const held = await open(path, flags);
  const child = spawn(program, ['60'], { stdio: ['ignore', 'ignore', 'ignore', held.fd] });
  children.push(child);
  await once(child, 'spawn');
  await held.close();
  return `process ${child.pid} (${basename(program)})`;
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

test('what this process only reads does not count, what it writes does', async () => {
  await using _reading = await open(file, 'r');
  expect(await openers(file)).toEqual([]);
  await using _writing = await open(file, 'r+');
  expect(await openers(file)).toEqual([expect.stringMatching(`^process ${process.pid} `)]);
});

test('a file that is read only for a moment is unused', async () => {
  const reader = await holder(file, 'r');
  const began = performance.now();
  expect(await openers(file)).toEqual([reader]);
  expect(performance.now() - began).toBeGreaterThan(900);
  const looked = openers(file);
  await delay(50);
  const child = children.pop()!;
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await looked).toEqual([]);
});

describe('of the programs that this process has started,', () => {
  const own = async () => (await readFile('/proc/self/comm', 'utf8')).trim();

  test.each([
    ['a copy of this process, about to become another program,', own],
    ['qemu-img', async () => 'qemu-img'],
  ])('%s does not count if it only reads', async (_what, name) => {
    const program = join(folder, await name());
    await symlink('/bin/sleep', program);
    await holder(file, 'r', program);
    expect(await openers(file)).toEqual([]);
    const writer = await holder(file, 'r+', program);
    expect(await openers(file)).toEqual([writer]);
  });

  test('each other one counts', async () => {
    const reader = await holder(file, 'r');
    expect(await openers(file)).toEqual([reader]);
  });
});

test('a qemu-img that another process runs counts', async () => {
  const program = join(folder, 'other/qemu-img');
  await mkdir(dirname(program));
  await symlink('/bin/sleep', program);
  const held = await open(file, 'r');
  const words = ['-c', `"$0" 60 <&- & echo $!; exec 3<&-; wait`, program];
  const shell = spawn('sh', words, { stdio: ['ignore', 'pipe', 'ignore', held.fd] });
  await held.close();
  const [pid] = (await once(shell.stdout!, 'data')) as [Buffer];
  try {
    expect(await openers(file)).toContain(`process ${`${pid}`.trim()} (qemu-img)`);
  } finally {
    process.kill(Number(`${pid}`), 'SIGKILL');
    await once(shell, 'exit');
  }
});
