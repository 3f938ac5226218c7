/** `blockplan browse` with real servers, within this process: what is served, and how it ends. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { browseCommand } from '../../../src/cli/browse.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { fillBackup, fillWeek } from '../../filled-stores.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { copyStore } from '../../stores.ts';
import { capturePrinted } from './printed.ts';

const folder = scratchFolder('browse-ends');
const STORE = join(folder, 'web1');
const printed = capturePrinted();
const run = promisify(execFile);

beforeAll(async () => {
  await fillWeek(STORE);
  await fillBackup(STORE, { name: 'two', sequence: 4, targets: ['vda', 'vdb'] });
});

/** Starts the command, and waits until the disks are served. */
async function browse(word: string) {
  const ended = browseCommand(word, { format: 'json' }).catch((error: Error) => error.message);
  while (!printed.stdout.includes('\n')) {
    const end = await Promise.race([ended, delay(20)]);
    if (end !== undefined) throw new Error(`it has ended: ${end}`);
  }
  const { disks } = JSON.parse(printed.stdout) as { disks: { socket: string; uri: string }[] };
  const pids = disks.map(({ socket }) => readFileSync(socket.replace(/sock$/, 'pid'), 'utf8'));
  return { ended, disks, pids, sockets: dirname(disks[0]?.socket ?? '') };
}

async function contentOf(format: string, image: string): Promise<string> {
  const raw = join(folder, 'content.raw');
  await run('qemu-img', ['convert', '-f', format, '-O', 'raw', image, raw]);
  const sum = createHash('sha256').update(readFileSync(raw)).digest('hex');
  rmSync(raw);
  return sum;
}

test('an increment is served read-only until a signal, while the store is locked', async () => {
  const { ended, disks, sockets } = await browse(`${STORE}@wed`);
  const [{ uri } = { uri: '' }] = disks;
  expect(await contentOf('raw', uri)).toBe(await contentOf('qcow2', join(STORE, 'wed/vda.qcow2')));
  await expect(run('qemu-io', ['-f', 'raw', '-c', 'write 0 512', uri])).rejects.toThrow();
  const lock = await localHost.lockStore(STORE, 'exclusive', { purpose: 'test', user: 'root' });
  expect(lock).toMatchObject({ heldBy: [{ purpose: 'browse', mode: 'shared' }] });
  process.emit('SIGHUP');
  expect(await ended).toBe(0);
  expect([existsSync(sockets), readdirSync(join(STORE, 'locks'))]).toEqual([false, []]);
  expect(await localHost.findProcess([join(STORE, 'wed/vda.qcow2')])).toBeUndefined();
});

test('a server that dies ends the command, and nothing is left', async () => {
  const { ended, pids, sockets } = await browse(`${STORE}@two`);
  process.kill(Number(pids[1]), 'SIGKILL');
  expect(await ended).toBe('vdb is no longer served: qemu-nbd was killed by SIGKILL');
  expect([existsSync(sockets), readdirSync(join(STORE, 'locks'))]).toEqual([false, []]);
  expect(await localHost.findProcess([join(STORE, 'two/vda.qcow2')])).toBeUndefined();
});

test('a server that does not start is reported with its own words, and nothing is left', async () => {
  const store = copyStore(STORE, folder);
  // The size of the refcount table, which `blockplan backups` does not read.
  const image = openSync(join(store, 'two/vdb.qcow2'), 'r+');
  writeSync(image, Buffer.from('ffffffff', 'hex'), 0, 4, 56);
  const failed = browseCommand(`${store}@two`, { format: 'text' });
  await expect(failed).rejects.toThrow(
    /^vdb cannot be served: qemu-nbd exited with status 1: .*vdb/,
  );
  expect(readdirSync(join(store, 'locks'))).toEqual([]);
  expect(await localHost.findProcess([join(store, 'two/vda.qcow2')])).toBeUndefined();
});
