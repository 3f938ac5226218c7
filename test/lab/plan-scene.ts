/** A guest on a lab host, and the shipped plans run on it. Each run is judged by the state of the host afterwards. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  assertCleanImages,
  imageChain,
  liveChain,
  persistentSource,
} from '../../src/lab/chains.ts';
import type { Guest, GuestSpec } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { assertComplete, readLog } from '../../src/lab/log.ts';
import { agentConnected, type Picture, picture } from '../../src/lab/picture.ts';
import { type Ended, expectEnd, expectNextStart, expectWrites, startRun } from './support.ts';

/** One guest's disks, and the cases for every shape of chain. */
export class Scene {
  readonly name: string;
  readonly dest: string;
  guest!: Guest;
  active = '';
  readonly #host: LabHost;
  readonly #spec: GuestSpec;

  constructor(host: LabHost, name: string, spec: GuestSpec) {
    this.#host = host;
    this.name = name;
    this.dest = join(host.dir, `dest-${name}`);
    this.#spec = spec;
  }

  async begin(): Promise<this> {
    await mkdir(this.dest);
    this.guest = await this.#host.createGuest({ ...this.#spec, name: this.name });
    this.active = this.guest.disks[0]!.files.at(-1)!;
    await this.guest.waitForWrites(2);
    await agentConnected(this.#host, this.name);
    return this;
  }

  async end(): Promise<void> {
    await this.guest.destroy();
    await this.#host.virsh('undefine', this.name);
    await rm(this.dest, { recursive: true });
    await rm(join(this.#host.images, this.name), { recursive: true });
  }

  look(): Promise<Picture> {
    return picture(this.#host, this.name, [this.#host.images, this.dest]);
  }

  async run(plan: string, vars: Record<string, string>): Promise<Ended> {
    const words = Object.entries({ domain: this.name, ...vars }).flatMap(([key, value]) => [
      '--set',
      `${key}=${value}`,
    ]);
    return (await startRun(this.#host, { file: `plans/${plan}.yaml` }, { words })).ended;
  }

  /** Checks that vda's active layer has moved and nothing else has changed. */
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
    expect(await liveChain(this.#host, this.name, 'vda')).toEqual([to, ...below]);
    expect(await persistentSource(this.#host, this.name, 'vda')).toBe(to);
    this.active = to;
    await expectWrites(this.#host, this.guest);
  }

  /** A backup is one complete file, and has at least the guest's durable writes at its start. */
  async expectBackup(image: string, upTo: number): Promise<void> {
    expect(await imageChain(this.#host, image)).toEqual([image]);
    await assertCleanImages(this.#host, [image]);
    const log = await readLog(image);
    expect(log).toEqual(log.map((_, index) => index + 1));
    expect(log.length).toBeGreaterThanOrEqual(upTo);
  }

  async migrate(plan: string, file: string): Promise<void> {
    const before = await this.look();
    const from = this.active;
    const to = join(this.dest, file);
    const last = expectEnd(await this.run(plan, { dest: to }), 0);
    expect(last.state).toContain(`${from} is no longer used by this guest; it is kept`);
    expect(last.next).toEqual([]);
    await this.expectMoved(before, to);
  }

  async backUp(): Promise<void> {
    const before = await this.look();
    const image = join(this.dest, 'backup.qcow2');
    const overlay = join(this.dest, 'overlay.qcow2');
    const upTo = await this.guest.acknowledged();
    const vars = { dest: image, overlay };
    expectEnd(await this.run('live-backup', vars), 0);
    expect(await this.look()).toEqual({ ...before, files: [...before.files, image].sort() });
    await this.expectBackup(image, upTo);
    await expectWrites(this.#host, this.guest);
  }

  /** Afterwards the guest is off, on restored disks. */
  async fullBackUpAndRestore(): Promise<void> {
    const store = join(this.dest, 'store');
    await mkdir(store, { mode: 0o711 });
    const before = await this.look();
    const upTo = await this.guest.acknowledged();
    expectEnd(await this.run('full-backup', { store, backup: 'full' }), 0);
    expect({ ...(await this.look()), files: [] }).toEqual({ ...before, files: [] });
    const targets = this.guest.disks.map(({ target }) => target);
    for (const target of targets)
      await this.expectBackup(join(store, 'full', `${target}.qcow2`), upTo);
    await this.guest.waitForWrites(2);
    await this.guest.destroy();
    expectEnd(await this.run('restore', { store, dest: this.dest }), 0);
    for (const target of targets) {
      const image = join(this.dest, `${this.name}-full-${target}.qcow2`);
      expect(await persistentSource(this.#host, this.name, target)).toBe(image);
      expect(await readLog(image)).toEqual(await readLog(join(store, 'full', `${target}.qcow2`)));
    }
    await expectNextStart(this.#host, this.name, { upTo });
  }

  /** Two nights: the second backup is an increment, and both are verified. */
  async backUpNightly(): Promise<void> {
    const store = join(this.dest, 'nightly');
    await mkdir(store, { mode: 0o711 });
    for (const backup of ['monday', 'tuesday']) {
      const upTo = await this.guest.acknowledged();
      const last = expectEnd(await this.run('nightly-backup', { store, backup }), 0);
      expect(last.state.join()).toContain(`the backup ${backup} in ${store}`);
      const folder = join(store, backup);
      assertComplete(await readLog(join(folder, 'vda.qcow2')), upTo);
      const read = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'));
      const { disks, parent } = await read('manifest.json');
      expect(parent).toBe(backup === 'monday' ? undefined : 'monday');
      expect((await read('verified.json')).disks).toHaveLength(disks.length);
      await this.guest.waitForWrites(2);
    }
    const checkpoints = await this.#host.virsh('checkpoint-list', this.name, '--name');
    expect(checkpoints.trim()).toBe('tuesday');
    await this.#host.virsh('checkpoint-delete', this.name, 'tuesday');
  }

  async mirror(): Promise<void> {
    const before = await this.look();
    const image = join(this.dest, 'mirror.img');
    const upTo = await this.guest.acknowledged();
    expectEnd(await this.run('live-backup-mirror', { dest: image }), 0);
    expect(await this.look()).toEqual({ ...before, files: [...before.files, image].sort() });
    await this.expectBackup(image, upTo);
    await expectWrites(this.#host, this.guest);
  }
}
