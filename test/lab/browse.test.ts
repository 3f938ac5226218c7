/** A backup of a running guest is browsed while the guest writes and a plan prunes, judged by qemu-img and sha256sum. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { expectEnd, expectNothingLeft, runSteps, startCli, tool } from './support.ts';

let host: LabHost;
let guest: Guest;
let store: string;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base'] }] });
  await guest.waitForWrites(2);
  store = join(host.images, 'store');
  await mkdir(store, { mode: 0o711 });
});
afterAll(() => host.stop());

const backup = (name: string) => ({ 'backup-begin': { store, name, incremental: 'auto' } });
const prune = () => ({ 'backup-prune': { store, keep: { last: 1 } } });

/** What `browse` prints as JSON; it is no event of a run. */
interface Browsed {
  readonly format: string;
  readonly disks: readonly { socket: string; uri: string }[];
}

async function browse(name: string) {
  const running = startCli(host, ['browse', `${store}@${name}`, '--format', 'json']);
  const line: unknown = await running.event((each) => 'format' in each);
  const [disk] = (line as Browsed).disks;
  if (!disk) throw new Error('no disk is served');
  return { ...running, disk };
}

/** The content of a disk, as a file of its own. */
async function copyOf(format: string, image: string, name: string): Promise<string> {
  const copy = join(host.dir, name);
  await tool('qemu-img', 'convert', '-f', format, '-O', 'raw', image, copy);
  return copy;
}

const sumOf = async (file: string) => (await tool('sha256sum', file)).slice(0, 64);

test('an increment is read through a socket, the guest is backed up meanwhile, and a prune waits', async () => {
  expectEnd(await runSteps(host, guest.name, [backup('full')]), 0);
  const written = await guest.acknowledged();
  await guest.waitForWrites(2);
  expectEnd(await runSteps(host, guest.name, [backup('inc')]), 0);

  const { child, ended, disk } = await browse('inc');
  const served = await copyOf('raw', disk.uri, 'served.raw');
  const stored = await copyOf('qcow2', join(store, 'inc/vda.qcow2'), 'stored.raw');
  expect(await sumOf(served)).toBe(await sumOf(stored));
  await guest.verifyLog(served, written);

  // A backup does not remove anything, so it goes on.
  expectEnd(await runSteps(host, guest.name, [backup('new')]), 0);
  const refused = await runSteps(host, guest.name, [prune()]);
  expect(refused.told).toMatch(/is in use since .* by browse /);
  expectEnd(refused, 4);
  await rm(served);
  await copyOf('raw', disk.uri, 'served.raw');
  expect(await sumOf(served)).toBe(await sumOf(stored));

  child.kill('SIGINT');
  const { exitCode, told } = await ended;
  expect(exitCode, told).toBe(0);
  expect(existsSync(dirname(disk.socket))).toBe(false);
  expect(await readdir(join(store, 'locks'))).toEqual([]);
  await expectNothingLeft(host, guest.name);
  const pruned = await runSteps(host, guest.name, [prune()]);
  expectEnd(pruned, 0);
});
