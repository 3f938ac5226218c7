/**
 * `restore` on real libvirt, for a guest that is never started: with backups that qemu-img has made, and an end of blockplan
 * at any moment. Judged by sha256sum and by the definition, byte for byte.
 */
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition } from '../../src/lab/picture.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { runWithFault } from './fault-run.ts';
import { DISKS, makeBackup } from './made-backup.ts';
import {
  codes,
  expectEnd,
  expectNothingLeft,
  planText,
  runOf,
  runSteps,
  startCli,
  startRun,
  tool,
  writePlan,
} from './support.ts';

let host: LabHost;
let guest: Guest;
let store: string;
/** The SHA-256 of both disks in the increment `tue`. */
let tuesday: string[];
/** The definition and the files before each test. */
let before: string;
let files: string[];
let dest: string;
let dests = 0;

const active = (disk: number) => guest.disks[disk]!.files.at(-1)!;
const restored = (disk: string, backup = 'tue') =>
  join(dest, `${guest.name}-${backup}-${disk}.qcow2`);
const restore = (more: object = {}) => ({ restore: { store, backup: 'tue', dest, ...more } });

/** The SHA-256 of a disk as its guest sees it, by tools that know nothing of blockplan. */
async function content(image: string): Promise<string> {
  const raw = join(host.dir, 'content.raw');
  await host.qemuImg('convert', '-f', 'qcow2', '-O', 'raw', image, raw);
  const sum = (await tool('sha256sum', raw)).slice(0, 64);
  await rm(raw);
  return sum;
}

/** The files of the guest and of the store, with their bytes. */
async function sums(): Promise<string[]> {
  const found = await readdir(store, { recursive: true, withFileTypes: true });
  const stored = found.filter((each) => each.isFile());
  const all = [
    ...guest.disks.flatMap((disk) => disk.files),
    ...stored.map((each) => join(each.parentPath, each.name)),
  ];
  return Promise.all(all.map((file) => tool('sha256sum', file)));
}

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    start: false,
    disks: [
      { target: 'vda', chain: ['base', 'top'] },
      { target: 'vdb', chain: ['data'], format: 'raw' },
    ],
  });
  before = await definition(host, guest.name);
  const uuid = (await host.virsh('domuuid', guest.name)).trim();
  store = join(host.images, 'store');
  await mkdir(store, { mode: 0o711 });
  const fill = { host, store, guest: guest.name, uuid, definition: before, roots: new Map() };
  await makeBackup(fill, 'mon', 1);
  await makeBackup(fill, 'tue', 2, 'mon');
  tuesday = [
    await content(join(store, 'tue', 'vda.qcow2')),
    await content(join(store, 'tue', 'vdb.qcow2')),
  ];
});
afterAll(() => host.stop());

beforeEach(async () => {
  dest = join(host.images, `restored-${dests++}`);
  await mkdir(dest);
  files = await sums();
});

/** Nothing has changed the former disks or the store; the guest has its first definition again. */
afterEach(async () => {
  const xml = join(host.dir, 'before.xml');
  await writeFile(xml, before);
  await host.virsh('define', xml);
  expect(await definition(host, guest.name)).toBe(before);
  await expectNothingLeft(host, guest.name);
  expect(await sums()).toEqual(files);
  await rm(dest, { recursive: true });
});

async function expectAsBefore(told: string): Promise<void> {
  expect(await definition(host, guest.name), told).toBe(before);
  expect(await readdir(dest), told).toEqual([]);
  expect(await guest.state()).toBe('shut off');
}

async function expectRestored(told: string): Promise<void> {
  const found = [await content(restored('vda')), await content(restored('vdb'))];
  expect(found, told).toEqual(tuesday);
  const now = await definition(host, guest.name);
  const undone = now.replace(restored('vda'), active(0)).replace(restored('vdb'), active(1));
  const vdb = undone.lastIndexOf("type='qcow2'");
  const raw = `${undone.slice(0, vdb)}type='raw'${undone.slice(vdb + "type='qcow2'".length)}`;
  expect(raw, told).toBe(before);
}

test('an increment: both disks are as in the backup, and the rest of the definition is unchanged', async () => {
  const ended = await runSteps(host, guest.name, [restore({ backup: 'latest' })]);
  expectEnd(ended, 0);
  await expectRestored(ended.told);
  expect(ended.told).toContain(`${active(0)} is no longer used by this guest; it is kept`);
  for (const disk of DISKS) {
    expect((await stat(restored(disk))).mode & 0o777).toBe(0o600);
    const info = JSON.parse(await host.qemuImg('info', '--output=json', restored(disk))) as object;
    expect(info).not.toHaveProperty('backing-filename');
  }
  const back = await startCli(host, ['rollback', runOf(ended)]).ended;
  expect(back.exitCode, back.told).not.toBe(0);
  expect(back.told).toContain(`${active(0)} for vda`);
});
/** Changes a byte of the first data of an image in a copy of the store, where the guest's data is. */
async function damagedStore(disk: string): Promise<string> {
  const copy = join(host.dir, 'damaged');
  await tool('cp', '-a', store, copy);
  const image = join(copy, 'mon', `${disk}.qcow2`);
  const map = JSON.parse(await host.qemuImg('map', '--output=json', image)) as {
    data: boolean;
    offset: number;
  }[];
  await using file = await open(image, 'r+');
  const { offset } = map.find(({ data }) => data)!;
  const [at, byte] = [offset + 2000, Buffer.alloc(1)];
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([byte[0]! ^ 0xff]), 0, 1, at);
  return copy;
}

test.each(['vda', 'vdb'])('a damaged backup of %s: refused, and all is as before', async (disk) => {
  const damaged = await damagedStore(disk);
  try {
    const ended = await runSteps(host, guest.name, [restore({ store: damaged })]);
    expect(expectEnd(ended, 4).end).toBe('rolled-back');
    expect(ended.told).toContain(
      `${restored(disk)} differs from the backup: the backup is damaged`,
    );
    await expectAsBefore(ended.told);
  } finally {
    await rm(damaged, { recursive: true });
  }
});

const starts = (word: string, nth = 1) => {
  let seen = 0;
  return (event: RunEvent) =>
    event.event === 'command' && event.command.startsWith(word) && ++seen === nth;
};
const CONVERT = 'qemu-img convert';
const VERIFY = '# compare the checksums';

for (const [when, moment] of [
  ['while it copies', () => starts(CONVERT)],
  ['while it copies the second disk', () => starts(CONVERT, 2)],
  ['while it verifies', () => starts(VERIFY)],
  ['when it changes the definition', () => starts('virsh define')],
] as const)
  for (const how of ['resume', 'rollback'] as const)
    test(`killed ${when}, then ${how}`, async () => {
      const running = await startRun(host, { text: planText(guest.name, [restore()]) });
      const started = await running.event(({ event }) => event === 'run-started');
      await running.event(moment());
      running.child.kill('SIGKILL');
      await running.ended;
      const run = started.event === 'run-started' ? started.run : '';
      const ended = await startCli(host, [how, run, '--format', 'json']).ended;
      const last = expectEnd(ended, 0);
      if (how === 'rollback') {
        expect(last.end, ended.told).toBe('rolled-back');
        await expectAsBefore(ended.told);
        return;
      }
      expect(last.end, ended.told).toBe('succeeded');
      await expectRestored(ended.told);
    });

test('Ctrl-C while it copies: all is as before, unless the copy was already complete', async () => {
  const running = await startRun(host, { text: planText(guest.name, [restore()]) });
  await running.event(starts(CONVERT));
  running.child.kill('SIGINT');
  const ended = await running.ended;
  expect([0, 4], ended.told).toContain(ended.exitCode);
  if (ended.exitCode === 4) await expectAsBefore(ended.told);
  else await expectRestored(ended.told);
});

test('somebody changes the definition while the disks are copied: the change is kept', async () => {
  const xml = join(host.dir, 'edited.xml');
  await writeFile(
    xml,
    before.replace(/<memory[^>]*>\d+/, (old) => old.replace(/\d+$/, '102400')),
  );
  const text = planText(guest.name, [{ id: 'back', ...restore() }]);
  const { finish, struck } = await runWithFault(host, guest.name, text, {
    ...{ name: 'an edit', phase: 'back/stage', tool: 'verify-image', moment: 'before' },
    strike: () => host.virsh('define', xml),
  });
  expect(struck).toBe(true);
  const said = saidIn(finish).join('\n');
  expect(said).toContain('the definition differs from the one that the guest had before');
  expect(await definition(host, guest.name)).toContain('102400');
  expect(await readdir(dest), said).toEqual([]);
});

test('too little space turns up while it copies: all is as before', async () => {
  const full = await host.tmpfs(24 * 1024 * 1024);
  const text = planText(guest.name, [{ id: 'full', ...restore({ dest: full }) }]);
  const filler = join(full, 'filler');
  const { finish, struck } = await runWithFault(host, guest.name, text, {
    ...{ name: 'a full folder', phase: 'full/stage', tool: 'qemu-img', moment: 'before' },
    strike: () => writeFile(filler, Buffer.alloc(24 * 1024 * 1024)).catch(() => {}),
    relieve: () => rm(filler),
  });
  expect(struck).toBe(true);
  expect(finish.end, saidIn(finish).join('\n')).toBe('rolled-back');
  expect(await readdir(full)).toEqual([]);
  await expectAsBefore(saidIn(finish).join('\n'));
});

test('what is refused, and what changes nothing', async () => {
  const refused = async (step: Record<string, unknown>, exitCode = 3) => {
    const ended = await runSteps(host, guest.name, [step]);
    expect(ended.exitCode, ended.told).toBe(exitCode);
    return codes(ended);
  };
  await writeFile(restored('vdb'), '');
  expect(await refused(restore())).toEqual(['BP106']);
  await rm(restored('vdb'));
  expect(await refused(restore({ backup: 'tu' }))).toEqual(['BP163']);
  expect(await refused(restore({ disks: ['vdc'] }))).toEqual(['BP103']);
  expect(await refused(restore({ store: join(store, 'none') }))).toEqual(['BP181']);
  expect(await refused(restore({ dest: join(store, 'mon') }), 2)).toEqual(['BP051']);
  expect(await refused(restore({ dest: join(dest, 'none') }))).toEqual(['BP107', 'BP107']);
  const image = join(store, 'mon', 'vda.qcow2');
  await rename(image, join(store, 'mon', 'other'));
  expect(await refused(restore())).toEqual(['BP164']);
  await rename(join(store, 'mon', 'other'), image);
  await host.virsh('start', guest.name, '--paused');
  expect(await refused(restore())).toEqual(['BP162']);
  await guest.destroy();
  const plan = await writePlan(host, planText(guest.name, [restore()]));
  for (const command of ['preview', 'prove']) {
    const ended = await startCli(host, [command, plan, '-c', host.uri]).ended;
    expect(ended.exitCode, ended.told).toBe(0);
  }
  await expectAsBefore('');
});
