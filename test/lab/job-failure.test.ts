/** When a block job fails, its reason is reported, although libvirt does not give one. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { picture } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { expectEnd, expectWrites, planText, runOf, startCli, startRun, tool } from './support.ts';

let host: LabHost;
let guest: Guest;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    disks: [{ target: 'vda', chain: ['base', 'snap1'], fill: 20_000_000 }],
  });
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

/** Waits for a block job on the guest's disk. */
const jobOf = ({ name }: Guest) =>
  until('the job', 30_000, async () =>
    (await host.virsh('blockjob', name, 'vda', '--info', '--raw')).includes('type='),
  );

/** Starts a slow copy, does something to its destination, and returns the output at the run's end. */
async function failingCopy(
  copy: Readonly<Record<string, unknown>>,
  spoil: () => Promise<unknown>,
): Promise<string> {
  const blockcopy = { disk: 'vda', finish: true, bandwidth: 4_000_000, bytes: true, ...copy };
  const run = await startRun(host, { text: planText(guest.name, [{ blockcopy }]) });
  await jobOf(guest);
  await spoil();
  const last = expectEnd(await run.ended, 4);
  await expectWrites(host, guest);
  return saidIn(last).join('\n');
}

test('reports a file system that fills up while a copy runs', async () => {
  const folder = await host.tmpfs(40 * 1024 * 1024);
  const said = await failingCopy({ dest: join(folder, 'copy.qcow2') }, () =>
    tool('sh', '-c', `head -c 60M /dev/zero > ${folder}/other 2>&1 || true`),
  );
  expect(said).toContain('QEMU reports "No space left on device"');
  expect(said).toContain(`the file system of ${folder} has 0 B free`);
  await rm(join(folder, 'other'));
});

test('reports a device that fails because its storage is full', async () => {
  const folder = await host.tmpfs(8 * 1024 * 1024);
  const behind = join(folder, 'sparse');
  await tool('truncate', '-s', '64M', behind);
  const dest = (await tool('losetup', '--find', '--show', behind)).trim();
  const said = await failingCopy({ dest, blockdev: true, format: 'raw' }, async () => {});
  await tool('losetup', '--detach', dest);
  expect(said).toContain('QEMU reports "Input/output error"');
});

test('reports no other reason for a job that another user cancelled', async () => {
  const dest = join(host.images, 'cancelled.qcow2');
  const said = await failingCopy({ dest, bandwidth: 300_000 }, () =>
    host.virsh('blockjob', guest.name, 'vda', '--abort'),
  );
  expect(said).toContain('the job on vda was cancelled by another process');
  expect(said).not.toContain('gives a reason');
});

test('reports a rollback that lacks space, and repeats it once there is space', async () => {
  const folder = await host.tmpfs(96 * 1024 * 1024);
  const [image, filler] = [join(folder, 'sparse.raw'), join(folder, 'filler')];
  const other = await host.createGuest({
    disks: [{ target: 'vda', chain: [image], format: 'raw' }],
  });
  await other.waitForWrites(2);
  const behind = join(host.images, 'behind');
  await tool('truncate', '-s', '64M', behind);
  const dest = (await tool('losetup', '--find', '--show', behind)).trim();
  try {
    const before = await picture(host, other.name, [host.images, folder]);
    const move = { disk: 'vda', dest, format: 'raw', blockdev: true, pivot: true };
    const slow = { disk: 'vda', dest: join(host.images, 'slow'), finish: true };
    const steps = [
      { blockcopy: move },
      { blockcopy: { ...slow, format: 'raw', bandwidth: 300_000, bytes: true } },
    ];
    const running = await startRun(host, { text: planText(other.name, steps) });
    await running.event((each) => each.event === 'phase-started' && each.step === 'step-2');
    await jobOf(other);
    // The rollback of the move writes all of the disk to the file that is sparse now.
    await tool('sh', '-c', `head -c 100M /dev/zero > ${filler} 2>&1 || true`);
    await host.virsh('blockjob', other.name, 'vda', '--abort');
    const ended = await running.ended;
    const stranded = expectEnd(ended, 5);
    const run = runOf(ended);
    expect(saidIn(stranded).join('\n'), ended.told).toContain('No space left on device');
    expect(stranded.next, ended.told).toContain(`blockplan rollback ${run}`);
    expect(await host.virsh('domblklist', other.name)).toContain(dest);
    await other.waitForWrites(1);
    await rm(filler);
    const again = await startCli(host, ['rollback', run, '--format', 'json']).ended;
    expect(expectEnd(again, 0).end, again.told).toBe('rolled-back');
    expect(await picture(host, other.name, [host.images, folder]), again.told).toEqual(before);
    await expectWrites(host, other);
  } finally {
    await other.destroy();
    await tool('losetup', '--detach', dest);
  }
});
