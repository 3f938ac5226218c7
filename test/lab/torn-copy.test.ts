/** A copy that fails while it is ended, which libvirt reports as a success, is no backup. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { runWithFault } from './fault-run.ts';
import { expectWrites, planText, tool } from './support.ts';

const MIB = 1024 ** 2;

let host: LabHost;
let guest: Guest;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base'], fill: 2 * MIB }] });
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

/**
 * Copies the disk, and does something right before, and while, the copy is ended. The copy is qcow2: QEMU 10.0 also writes the
 * empty areas of the disk into a raw copy, which leaves nothing to allocate.
 */
async function endedWhile(
  dest: string,
  blockcopy: Readonly<Record<string, unknown>>,
  strike: () => Promise<unknown>,
) {
  const copy = {
    id: 'copy',
    blockcopy: { disk: 'vda', dest, format: 'qcow2', finish: true, ...blockcopy },
  };
  const { finish, struck } = await runWithFault(host, guest.name, planText(guest.name, [copy]), {
    ...{ name: 'no room', phase: 'copy/finish', tool: 'blockjob', moment: 'before', strike },
  });
  expect(struck, saidIn(finish).join('\n')).toBe(true);
  return { finish, told: saidIn(finish).join('\n') };
}

/** Takes all the room of a file system. */
const fill = (file: string) =>
  tool('sh', '-c', `head -c 64M /dev/zero > ${file} 2>/dev/null || true`);

/** Writes 8 MiB to the guest's disk, as the guest would. */
async function writeAt(mib: number): Promise<void> {
  const device = '/machine/peripheral/virtio-disk0/virtio-backend';
  const words = `qemu-io -d ${device} "write -P 7 ${mib * MIB} ${8 * MIB}"`;
  await host.virsh('qemu-monitor-command', guest.name, '--hmp', words);
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

test('there is no room for what is written before the copy is ended', async () => {
  const folder = await host.tmpfs(24 * MIB);
  const dest = join(folder, 'copy.qcow2');
  const { finish, told } = await endedWhile(dest, {}, async () => {
    await fill(join(folder, 'filler'));
    await writeAt(32);
  });
  await rm(join(folder, 'filler'));
  expect(finish.end, told).toBe('rolled-back');
  expect(told).toContain('QEMU reports "No space left on device"');
  expect(await exists(dest)).toBe(false);
  await expectWrites(host, guest);
});

test('the storage loses what was written before the copy is ended', async () => {
  const folder = await host.tmpfs(24 * MIB);
  const behind = join(folder, 'behind');
  await tool('truncate', '-s', String(64 * MIB), behind);
  const device = (await tool('losetup', '--find', '--show', behind)).trim();
  try {
    const { finish, told } = await endedWhile(device, { blockdev: true }, async () => {
      await fill(join(folder, 'filler'));
      await writeAt(48);
    });
    expect(finish.end, told).toBe('rolled-back');
    expect(told).toMatch(/QEMU reports "Input\/output error"|cannot be synced to its storage/);
  } finally {
    await tool('losetup', '--detach', device);
  }
  await expectWrites(host, guest);
});
