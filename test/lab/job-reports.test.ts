/** The process that prints QEMU's reports is known to listen before a copy is ended, and is replaced where it does not. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VirshEffect } from '../../src/commands/effect.ts';
import type { HostIO } from '../../src/host-io/host-io.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import { writeDurably } from '../../src/journal/durable.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { openEvents } from '../../src/libvirt/events.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { abort, awaitReady } from '../../src/steps/effects/job.ts';
import { runWithFault } from './fault-run.ts';
import { childrenOf } from './processes.ts';
import { expectWrites, planText } from './support.ts';

const MIB = 1024 ** 2;

let host: LabHost;
let guest: Guest;
let copies = 0;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base'], fill: 8 * MIB }] });
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

const place = () => join(host.images, `copy-${copies++}.qcow2`);
const context = { folder: '', onProgress: () => {}, onMade: async () => {} };

function copy(dest: string): VirshEffect {
  const to = { dest, format: 'qcow2', 'transient-job': true } as const;
  const args = { domain: guest.name, path: 'vda', ...to };
  return { tool: 'virsh', verb: 'blockcopy', args, why: 'w' };
}

/** A driver of the guest, on a host whose processes for the reports can be others. */
async function driverOn(io: HostIO = localHost) {
  const options = { uri: host.uri, domain: guest.name, readonly: false, writeDurably };
  const driver = await openLiveDriver(io, options);
  await driver.mark({ run: 'r1', user: 'root', host: 'here', pid: 1, since: '2026' });
  return driver;
}

/** Ends a ready copy as a run does. */
async function finish(driver: Awaited<ReturnType<typeof driverOn>>, dest: string): Promise<void> {
  const end = abort(await driver.observe([dest]), 'vda', 'w');
  await driver.perform({ ...end, completes: dest }, context);
}

test("libvirt's log has the answer to the registration, and QEMU reports a copy that is ready and complete", async () => {
  await using events = await openEvents(localHost, { uri: host.uri, domain: guest.name });
  const late = delay(20_000, 'late');
  expect(await Promise.race([events.reports.subscribed, late])).toBeUndefined();
  const waits = (['job-ready', 'job-complete'] as const).map((kind) =>
    events.waitFor((event) => event.kind === kind, { timeoutMs: 60_000 }),
  );
  const dest = place();
  await host.virsh(
    ...['blockcopy', guest.name, 'vda', dest, '--format', 'qcow2'],
    ...['--transient-job', '--wait'],
  );
  await host.virsh('blockjob', guest.name, 'vda', '--abort');
  expect(await Promise.all(waits)).toMatchObject([
    { kind: 'job-ready', disk: 'vda' },
    { kind: 'job-complete', disk: 'vda' },
  ]);
  await rm(dest);
});

test('the process ends with its daemon, and at once where libvirt refuses it', async () => {
  const none = await openEvents(localHost, { uri: host.uri, domain: 'none' });
  expect(await none.reports.closed).toMatchObject({ missing: false });
  await none.close();
  await using events = await openEvents(localHost, { uri: host.uri, domain: guest.name });
  await events.reports.subscribed;
  await host.killDaemon();
  const late = delay(20_000, 'late');
  expect(await Promise.race([events.reports.closed, late])).not.toBe('late');
  await host.startDaemon();
});

test('another process ends a copy that is ready already', async () => {
  const dest = place();
  const first = await driverOn();
  await first.perform(copy(dest), context);
  await first.perform(awaitReady('vda', undefined, 'w'), context);
  await first.close();
  const second = await driverOn();
  await finish(second, dest);
  await second.unmark();
  await second.close();
  await rm(dest);
  await expectWrites(host, guest);
});

test('a process that never listens is replaced before the copy is ended', async () => {
  const monitors: string[] = [];
  const driver = await driverOn({
    ...localHost,
    start(argv, options) {
      if (!argv.includes('qemu-monitor-event')) return localHost.start(argv, options);
      monitors.push(argv.join(' '));
      return localHost.start(monitors.length === 1 ? ['sleep', '600'] : argv, options);
    },
  });
  const dest = place();
  await driver.perform(copy(dest), context);
  await driver.perform(awaitReady('vda', undefined, 'w'), context);
  await finish(driver, dest);
  expect(monitors).toHaveLength(2);
  await driver.unmark();
  await driver.close();
  await rm(dest);
});

/** The processes of this test that print QEMU's reports. */
async function monitors(): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await childrenOf(process.pid)) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (words.includes('qemu-monitor-event')) found.push(pid);
  }
  return found;
}

test('a run whose process is killed before the copy is ended succeeds', async () => {
  const step = { id: 'copy', blockcopy: { disk: 'vda', dest: place(), finish: true } };
  const { finish, struck } = await runWithFault(host, guest.name, planText(guest.name, [step]), {
    ...{ name: 'killed', phase: 'copy/finish', tool: 'blockjob', moment: 'before' },
    strike: async () => {
      const pids = await monitors();
      expect(pids).toHaveLength(1);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      // A process that dies while the job is being ended cannot be noticed before.
      await expect.poll(() => childrenOf(process.pid)).not.toContain(pids[0]);
      await delay(100);
    },
  });
  expect(struck).toBe(true);
  expect(finish.end, finish.happened?.join('\n')).toBe('succeeded');
  await expectWrites(host, guest);
}, 120_000);

test('a job that ends by itself when it is cancelled is no reason to strand', async () => {
  // The copy has no room, so it ends by itself.
  const dest = join(await host.tmpfs(4 * MIB), 'copy.qcow2');
  const driver = await driverOn();
  await driver.perform(copy(dest), context);
  const cancel = abort(await driver.observe([dest]), 'vda', 'w');
  const ready = driver.perform(awaitReady('vda', undefined, 'w'), context);
  await expect(ready).rejects.toThrow('No space left on device');
  await driver.perform(cancel, context);
  expect((await driver.observe([dest])).domain.disks[0]?.job).toBeUndefined();
  await driver.unmark();
  await driver.close();
}, 120_000);
