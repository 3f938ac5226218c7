/** Backups restored on real libvirt, judged by qemu-img, sha256sum and a start of the guest from its definition. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition } from '../../src/lab/picture.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { runWithFault } from './fault-run.ts';
import {
  expectEnd,
  expectNextStart,
  expectNothingLeft,
  planText,
  runSteps,
  tool,
} from './support.ts';

let host: LabHost;
let guest: Guest;
let store: string;
/** What the paused guest had on each disk when `quiet` was made. */
const quiet: string[] = [];
/** The number that was durable before `busy` was begun, and the one when the guest was stopped. */
let [upTo, stopped] = [0, 0];
/** The definition and the files before each test. */
let before: string;
let files: string[];
let dest: string;
let dests = 0;

const active = (disk: number) => guest.disks[disk]!.files.at(-1)!;
const restored = (backup: string, disk: string) =>
  join(dest, `${guest.name}-${backup}-${disk}.qcow2`);
const restore = (backup: string, more: object = {}) => ({
  restore: { store, backup, dest, ...more },
});

/** The SHA-256 of a disk as its guest sees it, by tools that know nothing of blockplan. */
async function content(image: string, format: string): Promise<string> {
  const raw = join(host.dir, 'content.raw');
  await host.qemuImg('convert', '-U', '-f', format, '-O', 'raw', image, raw);
  const sum = (await tool('sha256sum', raw)).slice(0, 64);
  await rm(raw);
  return sum;
}

/** The files of the guest and of the store, with their bytes. */
async function sums(): Promise<string[]> {
  const all = [...guest.disks.flatMap((disk) => disk.files), ...(await filesIn(store))];
  return Promise.all(all.map((file) => tool('sha256sum', file)));
}

async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    disks: [
      { target: 'vda', chain: ['base', 'top'], fill: 3_000_000 },
      { target: 'vdb', chain: ['data'], format: 'raw' },
    ],
  });
  await guest.waitForWrites(2);
  store = join(host.images, 'store');
  await mkdir(store, { mode: 0o711 });
  const backup = (name: string) => ({ 'backup-begin': { store, name } });
  await host.virsh('suspend', guest.name);
  quiet.push(await content(active(0), 'qcow2'), await content(active(1), 'raw'));
  expectEnd(await runSteps(host, guest.name, [backup('quiet')]), 0);
  await host.virsh('resume', guest.name);
  upTo = await guest.waitForWrites(2);
  expectEnd(await runSteps(host, guest.name, [backup('busy')]), 0);
  stopped = await guest.waitForWrites(3);
  await guest.destroy();
});
afterAll(() => host.stop());

beforeEach(async () => {
  dest = join(host.images, `restored-${dests++}`);
  await mkdir(dest);
  before = await definition(host, guest.name);
  files = await sums();
});

/** The guest is off again, with its first definition; nothing has changed the former disks or the store. */
afterEach(async () => {
  await guest.destroy();
  const xml = join(host.dir, 'before.xml');
  await writeFile(xml, before);
  await host.virsh('define', xml);
  expect(await definition(host, guest.name)).toBe(before);
  await expectNothingLeft(host, guest.name);
  expect(await sums()).toEqual(files);
  await rm(dest, { recursive: true });
});

test('the newest backup: all that was durable when it began, and the guest starts from it', async () => {
  const ended = await runSteps(host, guest.name, [restore('latest')]);
  expectEnd(ended, 0);
  for (const disk of ['vda', 'vdb']) {
    const file = restored('busy', disk);
    expect((await guest.verifyLog(file, upTo)) < stopped, file).toBe(true);
    await host.qemuImg('check', file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  }
  await expectNextStart(host, guest.name, { upTo });
  await guest.start();
  // It continues the restored log, on the restored files.
  const log = await guest.log(restored('busy', 'vda'));
  const console = await readFile(guest.console, 'utf8');
  await guest.waitForWrites(2);
  expect((await guest.log(restored('busy', 'vda'))).length, console).toBeGreaterThan(log.length);
});

test('a backup of a paused guest: byte for byte what it had, and the rest of the definition is unchanged', async () => {
  const ended = await runSteps(host, guest.name, [restore('quiet')]);
  expectEnd(ended, 0);
  expect([
    await content(restored('quiet', 'vda'), 'qcow2'),
    await content(restored('quiet', 'vdb'), 'qcow2'),
  ]).toEqual(quiet);
  const now = await definition(host, guest.name);
  const undone = now
    .replace(restored('quiet', 'vda'), active(0))
    .replace(restored('quiet', 'vdb'), active(1));
  const vdb = undone.lastIndexOf("type='qcow2'");
  const raw = `${undone.slice(0, vdb)}type='raw'${undone.slice(vdb + "type='qcow2'".length)}`;
  expect(raw).toBe(before);
  expect(ended.told).toContain(`${active(0)} is no longer used by this guest; it is kept`);
  await expectNextStart(host, guest.name, { upTo: 2 });
});

test('one disk of two; the other one keeps its file', async () => {
  expectEnd(await runSteps(host, guest.name, [restore('quiet', { disks: ['vdb'] })]), 0);
  expect(await readdir(dest)).toEqual([`${guest.name}-quiet-vdb.qcow2`]);
  expect(await content(restored('quiet', 'vdb'), 'qcow2')).toBe(quiet[1]);
  const now = await definition(host, guest.name);
  expect(now).toContain(`<source file='${active(0)}'/>`);
  expect(now).not.toContain(`<source file='${active(1)}'/>`);
});

test('a store that was moved elsewhere restores alike', async () => {
  const moved = join(host.dir, 'moved');
  await tool('cp', '-a', store, moved);
  await rename(store, `${store}.away`);
  try {
    const ended = await runSteps(host, guest.name, [restore('quiet', { store: moved })]);
    expectEnd(ended, 0);
    expect(await content(restored('quiet', 'vda'), 'qcow2')).toBe(quiet[0]);
  } finally {
    await rename(`${store}.away`, store);
    await rm(moved, { recursive: true });
  }
});

test('somebody starts the guest while the disks are copied: it keeps its disks', async () => {
  const text = planText(guest.name, [{ id: 'back', ...restore('quiet') }]);
  const { finish, struck } = await runWithFault(host, guest.name, text, {
    ...{ name: 'a start', phase: 'back/stage', tool: 'verify-image', moment: 'before' },
    strike: () => guest.start(),
  });
  expect(struck).toBe(true);
  const said = saidIn(finish).join('\n');
  expect(finish.end, said).toBe('rolled-back');
  expect(said).toContain(`"${guest.name}" is running, although it was off`);
  expect(await readdir(dest), said).toEqual([]);
  expect(await definition(host, guest.name)).toBe(before);
  const now = await guest.waitForWrites(2);
  expect(now).toBeGreaterThan(stopped);
  await guest.destroy();
  expect(await guest.verifyLog(active(0), now)).toBeGreaterThanOrEqual(now);
  // Its disks are not what they were, as intended.
  [files, stopped] = [await sums(), await guest.acknowledged()];
});
