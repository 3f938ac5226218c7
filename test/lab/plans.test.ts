/** Every shipped plan on real libvirt and QEMU, with the guest writing, over common shapes of chains. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GuestSpec } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { Scene } from './plan-scene.ts';
import { sampled } from './sample.ts';
import { codes, expectEnd, runSteps } from './support.ts';

let host: LabHost;

beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

const SHAPES: [string, string, Omit<GuestSpec, 'name'>][] = [
  ['base only', 'single', { disks: [{ target: 'vda', chain: ['base'] }] }],
  [
    'base <- snap1, named by its relative path, marked for autostart',
    'pair',
    {
      disks: [{ target: 'vda', chain: ['base', 'snap1'], relativeBacking: true }],
      autostart: true,
    },
  ],
  [
    'base <- snap1 <- snap2 beside a second disk, marked for autostart',
    'triple',
    {
      disks: [
        { target: 'vda', chain: ['base', 'snap1', 'snap2'] },
        { target: 'vdb', chain: ['data'] },
      ],
      autostart: true,
    },
  ],
];

describe.each(sampled('shapes of a chain', SHAPES, 2))('%s', (_, name, spec) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await new Scene(host, name, spec).begin();
  });
  afterAll(() => scene.end());

  test('live-storage-migration', () => scene.migrate('live-storage-migration', 'moved.qcow2'));
  test('live-storage-migration-classic', () =>
    scene.migrate('live-storage-migration-classic', 'classic.qcow2'));
  test('live-backup', () => scene.backUp());
  test('live-backup-mirror', () => scene.mirror());
  test('nightly-backup, twice', () => scene.backUpNightly());
  test('full-backup, then restore', () => scene.fullBackUpAndRestore());
});

describe('a raw file', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await new Scene(host, 'raw', {
      disks: [{ target: 'vda', chain: ['plain'], format: 'raw' }],
      autostart: true,
    }).begin();
  });
  afterAll(() => scene.end());

  test('shallow migrations are refused, and a full one moves the disk', async () => {
    const before = await scene.look();
    for (const plan of ['live-storage-migration', 'live-storage-migration-classic']) {
      const refused = await scene.run(plan, { dest: join(scene.dest, 'never') });
      expect([refused.exitCode, codes(refused)]).toEqual([3, ['BP054']]);
    }
    expect(await scene.look()).toEqual(before);
    const dest = join(scene.dest, 'moved.raw');
    const steps = [{ blockcopy: { disk: 'vda', dest, pivot: true } }];
    expectEnd(await runSteps(host, scene.name, steps), 0);
    await scene.expectMoved(before, dest);
  });
  test('live-backup', () => scene.backUp());
  test('live-backup-mirror', () => scene.mirror());
  test('full-backup, then restore', () => scene.fullBackUpAndRestore());
});
