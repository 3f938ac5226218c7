/** A commit into a layer that an overlay outside every domain needs is refused. */
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { expectEnd, expectWrites, planText, startRun } from './support.ts';

let host: LabHost;
let guest: Guest;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base', 'snap1', 'snap2'] }] });
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

const commit = (more: object) =>
  startRun(host, {
    text: planText(guest.name, [{ blockcommit: { disk: 'vda', shallow: true, ...more } }]),
  });

test('the layer of a clone stays as it is, and what a commit leaves behind refuses no other one', async () => {
  const layers = (await host.virsh('domblklist', guest.name)).match(/\/\S+/)?.[0] ?? '';
  const folder = join(layers, '..');
  const clone = join(folder, 'clone.qcow2');
  const words = ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', join(folder, 'snap1.qcow2')];
  execFileSync('qemu-img', [...words, clone]);
  const refused = await (await commit({ pivot: true, delete: true })).ended;
  expect(refused.told).toContain(`${clone} is an overlay that no domain uses now`);
  expect(refused.exitCode).toBe(3);
  await rm(clone);
  // The overlay of the first commit stays, and was above the layer that the second one merges.
  expectEnd(await (await commit({ pivot: true })).ended, 0);
  await guest.waitForWrites(2);
  expectEnd(await (await commit({ pivot: true, delete: true })).ended, 0);
  await expectWrites(host, guest);
});
