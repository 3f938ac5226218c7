/** Every shipped plan on real libvirt and QEMU, with the guest writing, over the shapes of disks that people have. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  assertCleanImages,
  imageChain,
  liveChain,
  persistentSource,
} from '../../src/lab/chains.ts';
import type { Guest, GuestSpec } from '../../src/lab/guest.ts';
import { type Host, startHost } from '../../src/lab/host.ts';
import { readLog } from '../../src/lab/log.ts';
import { agentConnected, type Picture, picture } from '../../src/lab/picture.ts';
import { sampled } from './sample.ts';
import { codes, type Ended, expectEnd, expectWrites, runSteps, startRun } from './support.ts';

let host: Host;

beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

/** One guest's disks, and the cases that every shape shares. */
class Scene {
  readonly name: string;
  readonly dest: string;
  guest!: Guest;
  active = '';
  readonly #spec: GuestSpec;

  constructor(name: string, spec: GuestSpec) {
    this.name = name;
    this.dest = join(host.dir, `dest-${name}`);
    this.#spec = spec;
  }

  async begin(): Promise<this> {
    await mkdir(this.dest);
    this.guest = await host.createGuest({ ...this.#spec, name: this.name });
    this.active = this.guest.disks[0]!.files.at(-1)!;
    await this.guest.waitForWrites(2);
    await agentConnected(host, this.name);
    return this;
  }

  async end(): Promise<void> {
    await this.guest.destroy();
    await host.virsh('undefine', this.name);
    await rm(this.dest, { recursive: true });
    await rm(join(host.images, this.name), { recursive: true });
  }

  look(): Promise<Picture> {
    return picture(host, this.name, [host.images, this.dest]);
  }

  async run(plan: string, vars: Record<string, string>): Promise<Ended> {
    const words = Object.entries({ domain: this.name, ...vars }).flatMap(([key, value]) => [
      '--set',
      `${key}=${value}`,
    ]);
    return (await startRun(host, { file: `plans/${plan}.yaml` }, { words })).ended;
  }

  /** All that has to be so when vda's active layer has moved and nothing else has. */
  async expectMoved(before: Picture, to: string): Promise<void> {
    const from = this.active;
    const now = await this.look();
    const below = before.chains['vda']!.slice(1);
    expect(before.definition!.split(from)).toHaveLength(2);
    expect(now.definition).toBe(before.definition!.replace(from, to));
    expect(now).toEqual({
      ...before,
      definition: now.definition,
      live: now.live,
      chains: { ...before.chains, vda: [to, ...below] },
      files: [...before.files, to].sort(),
    });
    expect(await liveChain(host, this.name, 'vda')).toEqual([to, ...below]);
    expect(await persistentSource(host, this.name, 'vda')).toBe(to);
    this.active = to;
    await expectWrites(host, this.guest);
  }

  /** A backup is one file, whole, and holds at least what the guest had been told to be durable at its start. */
  async expectBackup(image: string, upTo: number): Promise<void> {
    expect(await imageChain(host, image)).toEqual([image]);
    await assertCleanImages(host, [image]);
    const log = await readLog(image);
    expect(log).toEqual(log.map((_, index) => index + 1));
    expect(log.length).toBeGreaterThanOrEqual(upTo);
  }

  async migrate(plan: string, file: string): Promise<void> {
    const before = await this.look();
    const from = this.active;
    const to = join(this.dest, file);
    const last = expectEnd(await this.run(plan, { dest: to }), 0);
    expect(last.state).toContain(`${from} is not used by this guest any more; it is kept`);
    expect(last.next).toEqual([]);
    await this.expectMoved(before, to);
  }

  async backUp(): Promise<void> {
    const before = await this.look();
    const image = join(this.dest, 'backup.qcow2');
    const overlay = join(this.dest, 'overlay.qcow2');
    const upTo = await this.guest.acknowledged();
    const vars = { source: this.active, dest: image, overlay };
    expectEnd(await this.run('live-backup', vars), 0);
    expect(await this.look()).toEqual({ ...before, files: [...before.files, image].sort() });
    await this.expectBackup(image, upTo);
    await expectWrites(host, this.guest);
  }

  async mirror(): Promise<void> {
    const before = await this.look();
    const image = join(this.dest, 'mirror.img');
    const upTo = await this.guest.acknowledged();
    expectEnd(await this.run('live-backup-mirror', { dest: image }), 0);
    expect(await this.look()).toEqual({ ...before, files: [...before.files, image].sort() });
    await this.expectBackup(image, upTo);
    await expectWrites(host, this.guest);
  }
}

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
    scene = await new Scene(name, spec).begin();
  });
  afterAll(() => scene.end());

  test('live-storage-migration', () => scene.migrate('live-storage-migration', 'moved.qcow2'));
  test('live-storage-migration-classic', () =>
    scene.migrate('live-storage-migration-classic', 'classic.qcow2'));
  test('live-backup', () => scene.backUp());
  test('live-backup-mirror', () => scene.mirror());
});

describe('a raw file', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await new Scene('raw', {
      disks: [{ target: 'vda', chain: ['plain'], format: 'raw' }],
      autostart: true,
    }).begin();
  });
  afterAll(() => scene.end());

  test('the shallow migrations are refused, and a full one moves it', async () => {
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
});
