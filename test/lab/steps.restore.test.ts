/** Backups restored on real libvirt, judged by qemu-img, sha256sum and a start of the guest from its definition. */
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition } from '../../src/lab/picture.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { runWithFault } from './fault-run.ts';
import {
  codes,
  type Ended,
  expectEnd,
  expectNextStart,
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

async function expectAsBefore(ended: Pick<Ended, 'told'>): Promise<void> {
  expect(await definition(host, guest.name), ended.told).toBe(before);
  expect(await readdir(dest), ended.told).toEqual([]);
  expect(await guest.state()).toBe('shut off');
}

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

/** Changes a byte of the first data of an image in a copy of the store, where the guest's data is. */
async function damagedStore(disk: string): Promise<string> {
  const copy = join(host.dir, 'damaged');
  await tool('cp', '-a', store, copy);
  const image = join(copy, 'quiet', `${disk}.qcow2`);
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
    const ended = await runSteps(host, guest.name, [restore('quiet', { store: damaged })]);
    expect(expectEnd(ended, 4).end).toBe('rolled-back');
    expect(ended.told).toContain(
      `${restored('quiet', disk)} differs from the backup: the backup is damaged`,
    );
    await expectAsBefore(ended);
    await expectNextStart(host, guest.name, { upTo: stopped });
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
      const running = await startRun(host, { text: planText(guest.name, [restore('quiet')]) });
      const started = await running.event(({ event }) => event === 'run-started');
      await running.event(moment());
      running.child.kill('SIGKILL');
      await running.ended;
      const run = started.event === 'run-started' ? started.run : '';
      const ended = await startCli(host, [how, run, '--format', 'json']).ended;
      const last = expectEnd(ended, 0);
      if (how === 'rollback') {
        expect(last.end, ended.told).toBe('rolled-back');
        await expectAsBefore(ended);
        await expectNextStart(host, guest.name, { upTo: stopped });
        return;
      }
      expect(last.end, ended.told).toBe('succeeded');
      expect([
        await content(restored('quiet', 'vda'), 'qcow2'),
        await content(restored('quiet', 'vdb'), 'qcow2'),
      ]).toEqual(quiet);
      await expectNextStart(host, guest.name, { upTo: 2 });
    });

test('Ctrl-C while it copies: all is as before', async () => {
  const running = await startRun(host, { text: planText(guest.name, [restore('quiet')]) });
  await running.event(starts(CONVERT));
  running.child.kill('SIGINT');
  const ended = await running.ended;
  expect([0, 4], ended.told).toContain(ended.exitCode);
  if (ended.exitCode === 4) await expectAsBefore(ended);
});

const withFault = (tool: string, moment: 'before' | 'after', strike: () => Promise<unknown>) =>
  runWithFault(host, guest.name, planText(guest.name, [{ id: 'back', ...restore('quiet') }]), {
    ...{ name: 'a fault', phase: tool === 'define' ? 'back/define' : 'back/stage' },
    ...{ tool, moment, strike },
  });

test('somebody starts the guest while the disks are copied: it keeps its disks', async () => {
  const { finish, struck } = await withFault('verify-image', 'before', () => guest.start());
  expect(struck).toBe(true);
  const said = saidIn(finish).join('\n');
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

test('somebody changes the definition while the disks are copied: the change is kept', async () => {
  const xml = join(host.dir, 'edited.xml');
  const edited = before.replace('<on_crash>', '<!-- --><on_crash>');
  await writeFile(
    xml,
    before.replace(/<memory[^>]*>\d+/, (old) => old.replace(/\d+$/, '102400')),
  );
  const { finish } = await withFault('verify-image', 'before', () => host.virsh('define', xml));
  expect(edited).not.toBe(before);
  const said = saidIn(finish).join('\n');
  expect(said).toContain('the definition differs from the one that the guest had before');
  expect(await definition(host, guest.name)).toContain('102400');
  expect(await readdir(dest), said).toEqual([]);
});

test('too little space turns up while it copies: all is as before', async () => {
  const full = await host.tmpfs(24 * 1024 * 1024);
  const text = planText(guest.name, [{ id: 'full', ...restore('quiet', { dest: full }) }]);
  const filler = join(full, 'filler');
  const { finish, struck } = await runWithFault(host, guest.name, text, {
    ...{ name: 'a full folder', phase: 'full/stage', tool: 'qemu-img', moment: 'before' },
    strike: () => writeFile(filler, Buffer.alloc(24 * 1024 * 1024)).catch(() => {}),
    relieve: () => rm(filler),
  });
  expect(struck).toBe(true);
  expect(finish.end, saidIn(finish).join('\n')).toBe('rolled-back');
  expect(await readdir(full)).toEqual([]);
  await expectAsBefore({ told: saidIn(finish).join('\n') });
});

test('what is refused, and what changes nothing', async () => {
  const refused = async (step: Record<string, unknown>, exitCode = 3) => {
    const ended = await runSteps(host, guest.name, [step]);
    expect(ended.exitCode, ended.told).toBe(exitCode);
    return codes(ended);
  };
  await writeFile(restored('quiet', 'vdb'), '');
  expect(await refused(restore('quiet'))).toEqual(['BP106']);
  await rm(restored('quiet', 'vdb'));
  expect(await refused(restore('quie'))).toEqual(['BP163']);
  expect(await refused(restore('quiet', { disks: ['vdc'] }))).toEqual(['BP103']);
  expect(await refused(restore('quiet', { store: join(store, 'none') }))).toEqual(['BP181']);
  expect(await refused(restore('quiet', { dest: join(store, 'quiet') }), 2)).toEqual(['BP051']);
  expect(await refused(restore('quiet', { dest: join(dest, 'none') }))).toEqual(['BP107', 'BP107']);
  const image = join(store, 'quiet', 'vda.qcow2');
  await rename(image, join(store, 'quiet', 'other'));
  expect(await refused(restore('quiet'))).toEqual(['BP164']);
  await rename(join(store, 'quiet', 'other'), image);
  await host.virsh('start', guest.name, '--paused');
  expect(await refused(restore('quiet'))).toEqual(['BP162']);
  await guest.destroy();
  const plan = await writePlan(host, planText(guest.name, [restore('quiet')]));
  for (const command of ['preview', 'prove']) {
    const ended = await startCli(host, [command, plan, '-c', host.uri]).ended;
    expect(ended.exitCode, ended.told).toBe(0);
  }
  await expectAsBefore({ told: '' });
});

test('a run that succeeded cannot be rolled back; the refusal names the former disks', async () => {
  const ended = await runSteps(host, guest.name, [restore('quiet')]);
  expectEnd(ended, 0);
  const back = await startCli(host, ['rollback', runOf(ended)]).ended;
  expect(back.exitCode, back.told).not.toBe(0);
  expect(back.told).toContain(`${active(0)} for vda`);
});
