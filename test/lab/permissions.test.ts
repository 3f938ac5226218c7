/**
 * Every shipped plan with the permissions of Debian's packages: QEMU as libvirt-qemu, libvirt giving it the files that it
 * opens (`dynamic_ownership` at its default), and images and folders of root.
 */
import { chmod, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { GuestSpec } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { readLog } from '../../src/lab/log.ts';
import { Scene } from './plan-scene.ts';
import {
  codes,
  expectEnd,
  expectWrites,
  failingStep,
  runSteps,
  startRun,
  tool,
} from './support.ts';

/** The user and group of Debian's package libvirt-daemon-system. */
const QEMU = 64_055;

const CHAIN: GuestSpec = { disks: [{ target: 'vda', chain: ['base', 'snap1'] }], autostart: true };

let host: LabHost;
let scene: Scene;

beforeAll(async () => {
  host = await startHost({ permissions: 'packaged' });
  scene = await new Scene(host, 'packaged', CHAIN).begin();
});
afterAll(() => host.stop());

test("QEMU is not root, and libvirt gives it root's images", async () => {
  const status = await readFile(`/proc/${await scene.guest.qemuPid()}/status`, 'utf8');
  expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(`${QEMU}`);
  expect((await stat(scene.active)).uid).toBe(QEMU);
  expect((await stat(scene.dest)).uid).toBe(0);
});

describe('succeeds', () => {
  test('live-storage-migration', () => scene.migrate('live-storage-migration', 'moved.qcow2'));
  test('live-storage-migration-classic', () =>
    scene.migrate('live-storage-migration-classic', 'classic.qcow2'));
  test('live-backup', () => scene.backUp());
  test('live-backup-mirror', () => scene.mirror());
});

describe('a backup into a store of root', () => {
  const backup = (store: string) => ({ 'backup-begin': { store, name: 'monday' } });

  test("succeeds, and its files are root's again", async () => {
    const store = join(scene.dest, 'store');
    await mkdir(store, { mode: 0o711 });
    const upTo = await scene.guest.waitForWrites(2);
    expectEnd(await runSteps(host, scene.name, [backup(store)]), 0);
    const image = join(store, 'monday/vda.qcow2');
    const { uid, mode } = await stat(image);
    expect([uid, mode & 0o777]).toEqual([0, 0o600]);
    await scene.guest.verifyLog(image, upTo);
    expect((await stat(scene.active)).uid).toBe(QEMU);
    await rm(store, { recursive: true });
  });

  test('is refused where QEMU may not enter the store', async () => {
    const store = join(scene.dest, 'closed');
    await mkdir(store, { mode: 0o700 });
    const ended = await runSteps(host, scene.name, [backup(store)]);
    expect([ended.exitCode, codes(ended)], ended.told).toEqual([3, ['BP138']]);
    expect(await readdir(store)).toEqual([]);
    await rm(store, { recursive: true });
  });
});

describe('is rolled back when its last step fails', () => {
  const variables = (): Record<string, Record<string, unknown>> => ({
    'live-storage-migration': { dest: join(scene.dest, 'copy.qcow2') },
    'live-storage-migration-classic': { dest: join(scene.dest, 'copy.qcow2') },
    'live-backup': {
      dest: join(scene.dest, 'copy.qcow2'),
      overlay: join(scene.dest, 'overlay.qcow2'),
    },
    'live-backup-mirror': { dest: join(scene.dest, 'copy.qcow2') },
  });
  test.each([
    'live-storage-migration',
    'live-storage-migration-classic',
    'live-backup',
    'live-backup-mirror',
  ])('%s', async (name) => {
    const plan = parse(await readFile(`plans/${name}.yaml`, 'utf8'));
    const steps = [...plan.steps, await failingStep(host)];
    const text = JSON.stringify({ ...plan, steps });
    const before = await scene.look();
    const words = Object.entries({ domain: scene.name, ...variables()[name] }).flatMap(
      ([key, value]) => ['--set', `${key}=${value}`],
    );
    const ended = await (await startRun(host, { text }, { words })).ended;
    expectEnd(ended, 4);
    expect(await scene.look(), ended.told).toEqual(before);
    expect((await stat(scene.active)).uid).toBe(QEMU);
    await expectWrites(host, scene.guest);
  });
});

describe('a folder that QEMU may not enter', () => {
  let image: string;
  beforeAll(async () => {
    const barred = join(scene.dest, 'barred');
    await mkdir(barred, { mode: 0o700 });
    image = join(barred, 'image.qcow2');
  });

  const overlay = (more: object) => ({
    'snapshot-create-as': {
      name: 's',
      'disk-only': true,
      diskspec: [{ disk: 'vda', file: image }],
      ...more,
    },
  });
  const copy = (more: object) => ({
    blockcopy: { disk: 'vda', dest: image, finish: true, ...more },
  });
  const refused: [string, boolean, () => Record<string, unknown>][] = [
    ['a copy', false, () => copy({})],
    [
      'a copy into an image that exists',
      true,
      () => copy({ format: 'qcow2', 'reuse-external': true }),
    ],
    ['an overlay', false, () => overlay({})],
    ['an existing overlay', true, () => overlay({ 'reuse-external': true })],
  ];
  test.each(refused)('%s is refused before anything is touched', async (_, exists, step) => {
    const rests = 'snapshot-create-as' in step();
    const backing = rests ? ['-b', scene.active, '-F', 'qcow2'] : [];
    await rm(image, { force: true });
    if (exists) await host.qemuImg('create', '-q', '-f', 'qcow2', ...backing, image, '64M');
    const before = await scene.look();
    const ended = await runSteps(host, scene.name, [step()]);
    expect([ended.exitCode, codes(ended)], ended.told).toEqual([3, ['BP138']]);
    expect(ended.stderr).toContain(`runs as user ${QEMU}, who cannot enter`);
    expect(await scene.look()).toEqual(before);
  });

  test('accepts what blockplan and libvirtd write themselves: a converted image, the memory of a snapshot', async () => {
    await rm(image, { force: true });
    const memory = join(image, '../memory');
    const steps = [
      {
        'snapshot-create-as': {
          name: 's',
          memspec: { file: memory },
          diskspec: [{ disk: 'vda', file: join(scene.dest, 'overlay.qcow2') }],
        },
      },
      { convert: { source: scene.active, dest: image } },
    ];
    expectEnd(await runSteps(host, scene.name, steps), 0);
    expect((await stat(memory)).size).toBeGreaterThan(0);
    await expectWrites(host, scene.guest);
    await host.virsh('snapshot-delete', scene.name, 's', '--metadata');
  });
});

test('an image and a device that only root can open are given to QEMU', async () => {
  const image = join(scene.dest, 'image.qcow2');
  await host.qemuImg('create', '-q', '-f', 'qcow2', image, '64M');
  const raw = join(scene.dest, 'raw');
  await host.qemuImg('create', '-q', '-f', 'raw', raw, '64M');
  await chmod(image, 0o600);
  const device = (await tool('losetup', '--find', '--show', raw)).trim();
  try {
    const reused = {
      disk: 'vda',
      dest: image,
      format: 'qcow2',
      'reuse-external': true,
      finish: true,
    };
    const onto = { disk: 'vda', dest: device, format: 'raw', blockdev: true, finish: true };
    expectEnd(await runSteps(host, scene.name, [{ blockcopy: reused }, { blockcopy: onto }]), 0);
    await expectWrites(host, scene.guest);
    expect(await readLog(image)).not.toEqual([]);
    expect(await readLog(raw)).not.toEqual([]);
  } finally {
    await tool('losetup', '--detach', device);
  }
});
