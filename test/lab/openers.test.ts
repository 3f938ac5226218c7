/** A file in use is detected whoever uses it, also by a user who may not inspect other users' processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openers } from '../../src/host-io/openers.ts';
import { asNobody } from './as-nobody.ts';
import { tool } from './support.ts';

let folder: string;
let image: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-openers-'));
  chmodSync(folder, 0o755);
  image = join(folder, 'image.qcow2');
  await tool('qemu-img', 'create', '-q', '-f', 'qcow2', image, '1M');
});
afterEach(async () => {
  await closeImage();
  rmSync(folder, { recursive: true });
});

async function closeImage(): Promise<void> {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = undefined;
}

const openersAsNobody = (path: string) => asNobody('src/host-io/openers.ts', 'openers', path);

/** A QEMU tool that has the image open, as a running guest would have. */
async function opened(...words: string[]): Promise<void> {
  child = spawn('qemu-io', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin!.write('length\n');
  await once(child.stdout!, 'data');
}

test('reports no user of a closed file, as root and as another user', async () => {
  expect(await openers(image)).toEqual([]);
  expect(await openersAsNobody(image)).toEqual({ value: [] });
});

test("reports another user's QEMU, even if it only reads the file below an overlay", async () => {
  const overlay = join(folder, 'overlay.qcow2');
  await tool('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', image, '-F', 'qcow2', overlay);
  await opened('-f', 'qcow2', overlay);
  expect(await openers(image)).toEqual([`process ${child!.pid} (qemu-io)`]);
  expect(await openersAsNobody(image)).toEqual({
    value: ['a process that this user cannot inspect, such as QEMU'],
  });
});

test('ignores a lock on a file with the same inode number on another file system', async () => {
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  for (const at of [one, other]) {
    mkdirSync(at);
    await tool('mount', '-t', 'tmpfs', 'none', at);
    await tool('qemu-img', 'create', '-q', '-f', 'qcow2', join(at, 'image'), '1M');
  }
  try {
    expect(statSync(join(one, 'image')).ino).toBe(statSync(join(other, 'image')).ino);
    await opened('-f', 'qcow2', join(one, 'image'));
    expect(await openersAsNobody(join(one, 'image'))).toEqual({ value: [expect.any(String)] });
    expect(await openersAsNobody(join(other, 'image'))).toEqual({ value: [] });
  } finally {
    await closeImage();
    for (const at of [one, other]) await tool('umount', at);
  }
});

test('reports a process that has it open by another name', async () => {
  const other = join(folder, 'other');
  linkSync(image, other);
  child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', openSync(other, 'r')] });
  const found = await openers(image);
  expect(found).toContain(`process ${child.pid} (sleep)`);
});

test('reports a loop device, which no process shows', async () => {
  const raw = join(folder, 'raw');
  writeFileSync(raw, Buffer.alloc(1024 * 1024));
  const device = (await tool('losetup', '--find', '--show', raw)).trim();
  try {
    expect(await openers(raw)).toEqual([`the loop device ${device.replace('/dev/', '')}`]);
    expect(await openersAsNobody(raw)).toEqual({ value: [expect.any(String)] });
  } finally {
    await tool('losetup', '--detach', device);
  }
});

test('ignores a loop device over a file that this user may not reach', async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const raw = join(closed, 'raw');
  writeFileSync(raw, Buffer.alloc(1024 * 1024));
  const device = (await tool('losetup', '--find', '--show', raw)).trim();
  try {
    expect(await openersAsNobody(image)).toEqual({ value: [] });
    expect(await openers(raw)).toEqual([`the loop device ${device.replace('/dev/', '')}`]);
  } finally {
    await tool('losetup', '--detach', device);
  }
});

test('refuses, without a bug report, what this user may not inspect', async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const looks = [
    asNobody('src/host-io/files.ts', 'inspectFile', join(closed, 'image')),
    asNobody('src/host-io/files.ts', 'inspectFolder', join(closed, 'new')),
  ];
  for (const look of looks)
    expect(await look).toMatchObject({
      error: {
        end: 'preflight-refused',
        findings: [{ code: 'BP129', message: expect.stringContaining(closed) }],
      },
    });
});
