/** Full backups into a store on real libvirt, judged by qemu-img, sha256sum and a start from the copies. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { type Picture, picture } from '../../src/lab/picture.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { runWithFault } from './fault-run.ts';
import {
  codes,
  type Ended,
  expectEnd,
  expectNothingLeft,
  expectWrites,
  failingStep,
  planText,
  runOf,
  runSteps,
  startCli,
  startRun,
  tool,
} from './support.ts';

const MIB = 1024 ** 2;

let host: LabHost;
let guest: Guest;
let store: string;
let before: Picture;
let stores = 0;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    disks: [
      { target: 'vda', chain: ['base', 'top'], fill: 3_000_000 },
      { target: 'vdb', chain: ['data'], format: 'raw' },
    ],
  });
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

beforeEach(async () => {
  store = join(host.images, `store-${stores++}`);
  await mkdir(store, { mode: 0o755 });
  before = await picture(host, guest.name);
});

const backup = (name: string, more: object = {}) => ({ 'backup-begin': { store, name, ...more } });
const copy = (name: string, disk: string) => join(store, name, `${disk}.qcow2`);
const active = (disk: number) => guest.disks[disk]!.files.at(-1)!;

async function expectSame(one: string, format: string, other: string): Promise<void> {
  await host.qemuImg('compare', '-U', '-f', format, '-F', 'qcow2', one, other);
}

async function manifest(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(store, name, 'manifest.json'), 'utf8'));
}

async function expectOnlyGuestUnchanged(ended: Ended): Promise<void> {
  const now = await picture(host, guest.name);
  expect({ ...now, files: [] }, ended.told).toEqual({ ...before, files: [] });
}

test('a paused guest: both copies are byte for byte what it has, and the sums are those of sha256sum', async () => {
  await host.virsh('suspend', guest.name);
  const ended = await runSteps(host, guest.name, [backup('first')]);
  await expectSame(active(0), 'qcow2', copy('first', 'vda'));
  await expectSame(active(1), 'raw', copy('first', 'vdb'));
  const xml = await host.virsh('dumpxml', guest.name, '--inactive', '--security-info');
  await host.virsh('resume', guest.name);
  expectEnd(ended, 0);
  expect((await readdir(store)).sort()).toEqual(['first']);
  expect((await readdir(join(store, 'first'))).sort()).toEqual([
    ...['definition.xml', 'manifest.json', 'vda.qcow2', 'vda.sums', 'vdb.qcow2', 'vdb.sums'],
  ]);
  expect((await readFile(join(store, 'first', 'definition.xml'), 'utf8')).trim()).toBe(xml.trim());
  const {
    disks,
    sequence,
    ended: at,
  } = (await manifest('first')) as {
    disks: { target: string; root: string; capacity: number }[];
    sequence: number;
    ended: string;
  };
  expect([sequence, at !== undefined]).toEqual([1, true]);
  for (const { target, root, capacity } of disks) {
    const raw = join(host.images, 'compared.raw');
    await host.qemuImg('convert', '-O', 'raw', copy('first', target), raw);
    expect((await stat(raw)).size).toBe(capacity);
    const disk = await readFile(raw);
    const parts = Array.from({ length: Math.ceil(capacity / MIB) }, (_, at) =>
      createHash('sha256')
        .update(disk.subarray(at * MIB, (at + 1) * MIB))
        .digest(),
    );
    const sums = join(store, 'first', `${target}.sums`);
    expect(Buffer.concat(parts).equals(await readFile(sums))).toBe(true);
    const whole = await tool(
      ...(['sh', '-c', '(echo "$1"; cat "$2") | sha256sum', 'sh'] as const),
      ...[String(capacity), sums],
    );
    expect(whole.slice(0, 64)).toBe(root);
    await rm(raw);
  }
  await expectOnlyGuestUnchanged(ended);
  await expectWrites(host, guest);
});

test('a writing guest: the copies hold all that was durable when it began, and a guest starts from them', async () => {
  const upTo = await guest.waitForWrites(2);
  const ended = await runSteps(host, guest.name, [backup('running')]);
  expectEnd(ended, 0);
  expect(await guest.verifyLog(copy('running', 'vda'), upTo)).toBeGreaterThanOrEqual(upTo);
  await host.qemuImg('check', copy('running', 'vda'));
  await expectWrites(host, guest);
  const folder = await stat(join(store, 'running'));
  expect(folder.mode & 0o777).toBe(0o711);
  for (const name of await readdir(join(store, 'running'))) {
    const { mode, uid } = await stat(join(store, 'running', name));
    expect([name, mode & 0o777, uid]).toEqual([name, 0o600, 0]);
  }
});

test('only the disks that the plan lists; the manifest says which are left out, and why', async () => {
  expectEnd(await runSteps(host, guest.name, [backup('one', { disks: ['vdb'] })]), 0);
  expect((await readdir(join(store, 'one'))).filter((name) => name.endsWith('.qcow2'))).toEqual([
    'vdb.qcow2',
  ]);
  expect((await manifest('one'))['left-out']).toEqual([
    { target: 'vda', reason: 'the plan does not list it' },
  ]);
  expectEnd(await runSteps(host, guest.name, [backup('two', { disks: ['vdb'] })]), 0);
  expect((await manifest('two'))['sequence']).toBe(2);
});

test('a complete backup stays when a later step fails, and everything else is as it was', async () => {
  const ended = await runSteps(host, guest.name, [backup('kept'), await failingStep(host)]);
  expect(expectEnd(ended, 4).end).toBe('rolled-back');
  expect(ended.told).toContain(`the backup kept in ${store}`);
  expect(await readdir(store)).toEqual(['kept']);
  await expectOnlyGuestUnchanged(ended);
  await expectWrites(host, guest);
});

test('a store without space: the reason is said, and nothing is left', async () => {
  store = await host.tmpfs(1024 * 1024);
  const text = planText(guest.name, [{ id: 'full', ...backup('x', { disks: ['vdb'] }) }]);
  await host.virsh('suspend', guest.name);
  const filler = join(store, 'filler');
  const { finish, struck } = await runWithFault(host, guest.name, text, {
    name: 'a full store',
    phase: 'full/copy',
    tool: 'backup-begin',
    moment: 'before',
    strike: () => writeFile(filler, Buffer.alloc(1024 * 1024)).catch(() => {}),
    relieve: () => rm(filler),
  });
  await host.virsh('resume', guest.name);
  expect(struck).toBe(true);
  expect(finish.end, saidIn(finish).join('\n')).toBe('rolled-back');
  expect(saidIn(finish).join('\n')).toMatch(/No space left on device/);
  expect(await readdir(store)).toEqual([]);
  await expectNothingLeft(host, guest.name);
});

const waiting = (event: RunEvent) =>
  event.event === 'command' && event.command.startsWith("# wait for libvirt's event: the backup");
const digesting = (event: RunEvent) => event.event === 'phase-started' && event.phase === 'digest';
const publishing = (event: RunEvent) =>
  event.event === 'phase-started' && event.phase === 'publish';

for (const [when, moment] of [
  ['while it copies', waiting],
  ['when the digest begins', digesting],
  ['when it is about to be complete', publishing],
] as const)
  for (const how of ['resume', 'rollback'] as const)
    test(`killed ${when}, then ${how}`, async () => {
      const running = await startRun(host, { text: planText(guest.name, [backup('killed')]) });
      const started = await running.event(({ event }) => event === 'run-started');
      await running.event(moment);
      running.child.kill('SIGKILL');
      await running.ended;
      const run = started.event === 'run-started' ? started.run : '';
      const ended = await startCli(host, [how, run, '--format', 'json']).ended;
      const last = expectEnd(ended, 0);
      const isThere = (await readdir(store)).includes('killed');
      // It may have been complete before the kill.
      expect(await readdir(store), ended.told).toEqual(isThere ? ['killed'] : []);
      if (how === 'resume') expect([last.end, isThere]).toEqual(['succeeded', true]);
      if (isThere) {
        await guest.verifyLog(copy('killed', 'vda'), 1);
        expect((await manifest('killed'))['ended']).toBeDefined();
      }
      await expectOnlyGuestUnchanged(ended);
      await expectWrites(host, guest);
    });

test('Ctrl-C while it copies: cancelled, and nothing is left', async () => {
  const running = await startRun(host, { text: planText(guest.name, [backup('left')]) });
  await running.event(waiting);
  running.child.kill('SIGINT');
  const ended = await running.ended;
  expect([0, 4], ended.told).toContain(ended.exitCode);
  expect(await readdir(store), ended.told).toEqual(ended.exitCode === 0 ? ['left'] : []);
  await expectOnlyGuestUnchanged(ended);
  await expectWrites(host, guest);
});

test('QEMU is killed while it copies: the draft is removed, unless libvirt had reported the end', async () => {
  const upTo = await guest.waitForWrites(2);
  const text = planText(guest.name, [{ id: 'dies', ...backup('dead') }]);
  const { finish, struck } = await runWithFault(host, guest.name, text, {
    name: 'QEMU is killed',
    phase: 'dies/copy',
    tool: 'await-backup',
    moment: 'before',
    strike: () => guest.killQemu(),
  });
  expect(struck).toBe(true);
  expect(saidIn(finish).join('\n')).toContain('the guest');
  const left = await readdir(store);
  expect(['', 'dead'], saidIn(finish).join('\n')).toContain(left.join());
  await guest.start();
  if (left.length > 0) {
    await guest.verifyLog(copy('dead', 'vda'), upTo);
    await host.qemuImg('check', copy('dead', 'vdb'));
  }
  await expectWrites(host, guest);
});

test('what is refused: an existing backup or draft, a missing store, a disk that does not exist, a second job', async () => {
  expectEnd(await runSteps(host, guest.name, [backup('there')]), 0);
  const refused = async (step: object) => {
    const ended = await runSteps(host, guest.name, [step as Record<string, unknown>]);
    expect(ended.exitCode, ended.told).toBe(3);
    return codes(ended);
  };
  expect(await refused(backup('there'))).toEqual(['BP106']);
  expect(await refused(backup('new', { disks: ['vdz'] }))).toEqual(['BP103']);
  expect(await refused({ 'backup-begin': { store: join(store, 'none'), name: 'a' } })).toEqual([
    'BP107',
  ]);
  await mkdir(join(store, 'half.partial'));
  expect(await refused(backup('half'))).toEqual(['BP183', 'BP106']);
  expect((await readdir(store)).sort()).toEqual(['half.partial', 'there']);
});

test('a run that succeeded is listed, and its rollback is refused', async () => {
  const ended = await runSteps(host, guest.name, [backup('listed')]);
  expectEnd(ended, 0);
  const listed = await startCli(host, ['backups', store]).ended;
  expect([listed.exitCode, listed.stdout], listed.told).toEqual([
    0,
    expect.stringContaining('listed'),
  ]);
  const back = await startCli(host, ['rollback', runOf(ended)]).ended;
  expect(back.exitCode, back.told).not.toBe(0);
  expect(await readdir(store)).toEqual(['listed']);
});
