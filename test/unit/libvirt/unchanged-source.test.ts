/** A copy of an image counts only if nothing writes to it or to the files below it meanwhile. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, utimesSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { HostIO, ProcessStamp } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { copyUnchanged } from '../../../src/libvirt/unchanged-source.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = scratchFolder('unchanged');
let count = 0;
let folder = '';
const at = (name: string) => join(folder, name);
const image = (name: string, ...words: string[]) =>
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, at(name), '1M']);

beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(folder);
  image('base');
  image('top', '-b', at('base'), '-F', 'qcow2');
});

/** How the copy of `top` ends where that happens meanwhile, and whether it was begun. */
async function copied(
  meanwhile: () => unknown = () => {},
  io: HostIO = localHost,
  guest?: ProcessStamp,
) {
  let begun = false;
  const copy = async () => {
    begun = true;
    await meanwhile();
  };
  const end = await copyUnchanged(io, { file: at('top'), format: 'qcow2' }, copy, guest).then(
    () => 'copied',
    (error: Error) => error.message,
  );
  return [begun, end];
}

test('an image that nothing writes to is copied, also while a process reads it', async () => {
  await using _reader = await open(at('base'), 'r');
  expect(await copied()).toEqual([true, 'copied']);
});

test.each(['top', 'base'])('a process has %s open for writing', async (name) => {
  const writer = await open(at(name), 'r+');
  const inUse = `${at(name)} is open in process ${process.pid}`;
  expect(await copied()).toEqual([false, expect.stringContaining(inUse)]);
  await writer.close();
  let later: Awaited<ReturnType<typeof open>> | undefined;
  const begun = await copied(async () => {
    later = await open(at(name), 'r+');
  });
  expect(begun).toEqual([true, expect.stringContaining(inUse)]);
  await later?.close();
});

test.each(['top', 'base'])('%s is written to meanwhile, or replaced', async (name) => {
  const changed = `${at(name)} was changed while it was copied, so the copy is inconsistent`;
  expect(await copied(() => utimesSync(at(name), 5, 5))).toEqual([true, changed]);
  image('other');
  utimesSync(at('other'), 5, 5);
  expect(await copied(() => renameSync(at('other'), at(name)))).toEqual([true, changed]);
});

test("a guest's QEMU is left to its lock, and who cannot be seen to the times", async () => {
  const used = (user: string) => copied(() => {}, { ...localHost, usersAt: async () => [user] });
  expect(await used('open in process 7 (qemu-system-x86)')).toEqual([true, 'copied']);
  expect(await used('perhaps open in a process of another user')).toEqual([true, 'copied']);
  expect(await used('mounted at /mnt')).toEqual([
    false,
    `${at('top')} is mounted at /mnt, so a copy may be inconsistent`,
  ]);
});

test("the plan's guest is known by its process, whatever its emulator is called", async () => {
  const usersAt = async () => ['open in process 7 (kvm)'];
  const by = (pid?: string) =>
    copied(() => {}, { ...localHost, usersAt }, pid === undefined ? pid : { pid, started: '1' });
  expect(await by('7')).toEqual([true, 'copied']);
  const refused = `${at('top')} is open in process 7 (kvm), so a copy may be inconsistent`;
  for (const other of [undefined, '77']) expect(await by(other)).toEqual([false, refused]);
});

test('an image whose chain cannot be read plainly is checked alone', async () => {
  const io = { ...localHost, readBackingChain: async () => undefined };
  expect(await copied(() => utimesSync(at('base'), 5, 5), io)).toEqual([true, 'copied']);
  expect((await copied(() => utimesSync(at('top'), 5, 5), io))[1]).toContain('was changed');
});
