/**
 * Shipped plans with a mistake, on real libvirt: a run refuses each; a proof over the observed state reports what a run
 * that did not refuse would do; and such a run, with the guest writing, does it.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import { writeDurably } from '../../src/journal/durable.ts';
import { imageChain, liveChain, persistentSource } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { agentConnected } from '../../src/lab/picture.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { Explorer } from '../../src/prove/explore.ts';
import { replay } from '../../src/prove/replay.ts';
import { readSeed } from '../../src/prove/seed.ts';
import { preflight, refuseErrors } from '../../src/run/preflight.ts';
import { type Finish, saidIn } from '../../src/run/run-state.ts';
import {
  compiled,
  type Damage,
  MUTATIONS,
  type Mutation,
  mutatedText,
  type Places,
} from '../mutations.ts';
import { type Fault, FaultyDriver, runAdmitted } from './fault-run.ts';
import { sampled } from './sample.ts';
import { expectWrites } from './support.ts';

let host: LabHost;

beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

/** A guest that writes, the other guest, and what must be known of both from before the run. */
interface Scene {
  readonly guest: Guest;
  readonly places: Places;
  /** A copy of the other guest's disk. */
  readonly theirsWas: string;
  /** The last number whose write the guest acknowledged as durable. */
  readonly upTo: number;
}

async function scene(name: string): Promise<Scene> {
  const guest = await host.createGuest({
    name,
    autostart: true,
    disks: [{ target: 'vda', chain: ['base', 'middle', 'active'], fill: 4_000_000 }],
  });
  const [base, middle, active] = guest.disks[0]!.files as [string, string, string];
  const neighbour = await host.createGuest({
    name: `${name}-neighbour`,
    start: false,
    disks: [{ target: 'vda', chain: [base, 'theirs'] }],
  });
  const folder = join(host.dir, `dest-${name}`);
  await mkdir(folder);
  const at = (file: string) => join(folder, file);
  const theirs = neighbour.disks[0]!.files[1]!;
  await host.qemuImg('convert', '-O', 'raw', theirs, at('theirs-was'));
  const qcow2 = ['-q', '-f', 'qcow2'];
  await host.qemuImg('create', ...qcow2, at('else'), '64M');
  await host.qemuImg('create', ...qcow2, '-b', at('else'), '-F', 'qcow2', at('astray'));
  const upTo = await guest.waitForWrites(2);
  await agentConnected(host, name);
  return {
    guest,
    upTo,
    theirsWas: at('theirs-was'),
    places: {
      ...{ domain: name, base, middle, active, theirs },
      ...{ dest: at('dest'), overlay: at('overlay'), astray: at('astray') },
    },
  };
}

/** Gives the guest's active layer more data than can be copied at once. */
async function writeMuch(name: string): Promise<void> {
  const dd = 'dd if=/dev/urandom of=/disk/vda/much bs=1M count=8 conv=fsync';
  const arg = ['sh', '-c', `/bin/busybox ${dd}`];
  const command = { execute: 'guest-exec', arguments: { path: '/bin/busybox', arg } };
  await host.virsh('qemu-agent-command', name, JSON.stringify(command));
}

/** Kills the guest and lets libvirt start it; returns the file on which it starts. */
async function startedAgain({ name }: Guest): Promise<string> {
  await host.virsh('destroy', name);
  await host.virsh('start', name);
  const [active] = await liveChain(host, name, 'vda');
  await host.virsh('destroy', name);
  return active!;
}

/** Checks the damage with libvirt's and QEMU's own tools and with the guest's log. */
const SHOWN: Readonly<Record<Damage, (scene: Scene, finish: Finish) => Promise<void>>> = {
  async vanishes({ guest: { name } }) {
    await host.virsh('destroy', name);
    await expect(host.virsh('dominfo', name)).rejects.toThrow('failed to get domain');
  },
  async 'misses-writes'({ guest }) {
    const upTo = await guest.waitForWrites(3);
    const file = await startedAgain(guest);
    await expect(guest.verifyLog(file, upTo)).rejects.toThrow(/log ends at \d+, but \d+ was/);
  },
  async 'cannot-start'({ guest: { name }, places: { dest } }) {
    await host.virsh('destroy', name);
    await expect(host.virsh('start', name)).rejects.toThrow(`Cannot access storage file '${dest}'`);
  },
  async broken({ guest, upTo, places: { active, astray } }) {
    await host.virsh('destroy', guest.name);
    expect(await persistentSource(host, guest.name, 'vda')).toBe(astray);
    expect(await imageChain(host, active)).toContain(guest.disks[0]!.files[0]);
    await expect(guest.verifyLog(astray, upTo)).rejects.toThrow('e2fsck');
    await guest.verifyLog(active, upTo);
  },
  async 'neighbour-corrupted'({ guest, theirsWas, places: { theirs } }) {
    // 1 means that they differ; a higher status means that they could not be compared.
    await expect(host.qemuImg('compare', '-U', theirs, theirsWas)).rejects.toThrow(/exit 1$/);
    await guest.waitForWrites();
  },
  async 'starts-elsewhere'() {
    // Checked while the guest was running: see below.
  },
  async 'taken-back'({ guest, places: { active } }, finish) {
    expect(saidIn(finish).join()).toContain('Failed to get shared "write" lock');
    expect((await liveChain(host, guest.name, 'vda'))[0]).toBe(active);
    await expectWrites(host, guest);
  },
};

/** The host loses power while the guest is copied, and starts it again by itself. */
function powerLoss({ guest, places: { active, dest } }: Scene): Fault {
  return {
    name: 'the host loses power',
    phase: 'mirror/mirror',
    tool: 'await-job',
    moment: 'before',
    async strike() {
      const upTo = await guest.acknowledged();
      await host.powerOff();
      await host.boot();
      await expect.poll(() => guest.state(), { timeout: 60_000 }).toBe('running');
      expect((await liveChain(host, guest.name, 'vda'))[0]).toBe(dest);
      await host.virsh('destroy', guest.name);
      await expect(guest.verifyLog(dest, upTo)).rejects.toThrow(/log ends at \d+|e2fsck/);
      await guest.verifyLog(active, upTo);
    },
  };
}

describe.each(sampled('mutations', [...MUTATIONS.map((mutation, at) => ({ ...mutation, at }))], 3))(
  '$name',
  (mutation) => {
    test('is refused; without the refusal it does what a proof reports', async () => {
      const of = await scene(`guest-${mutation.at}`);
      const finish = await runHeedlessly(mutation, of);
      expect(finish.end, saidIn(finish).join('\n')).toBe(mutation.end);
      await SHOWN[mutation.damage](of, finish);
      // One guest at a time: those that are left would share two processors.
      await of.guest.destroy().catch(() => {});
    });
  },
);

/** Compares the refusal and the proof with the mutation's expectations, then runs the plan without checks. */
async function runHeedlessly(mutation: Mutation, of: Scene): Promise<Finish> {
  const { plan, graph, heedless } = compiled(mutatedText(mutation, of.places));
  const { domain } = of.places;
  const live = await openLiveDriver(localHost, {
    uri: host.uri,
    domain,
    readonly: false,
    writeDurably,
  });
  try {
    const refused = await preflight(plan, graph, live);
    expect(() => refuseErrors(refused)).toThrow();
    const errors = refused.findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code }) => code)).toEqual(mutation.refused);

    const admission = await preflight(plan, heedless, live);
    const explorer = new Explorer(heedless, admission.state, admission.files);
    const told = replay(explorer, readSeed(mutation.seed ?? 'nothing'));
    expect([...told.wrong].sort(), saidIn(told.finish).join('\n')).toEqual(
      [...mutation.found(of.places)].sort(),
    );
    expect(told.finish.end).toBe(mutation.end);

    const { signal } = new AbortController();
    const events: RunEvent[] = [];
    const listener = (event: RunEvent) => events.push(event);
    if (mutation.damage !== 'starts-elsewhere')
      return await runAdmitted(host, heedless, admission, { driver: live, signal, listener });
    await writeMuch(domain);
    const faulty = new FaultyDriver(
      live,
      powerLoss(of),
      () => {},
      () => events,
    );
    const { driver } = faulty;
    const finish = await runAdmitted(host, heedless, admission, { driver, signal, listener });
    expect(faulty.struck).toBe(true);
    return finish;
  } finally {
    await live.close();
  }
}
