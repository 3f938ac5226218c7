/** How much space a copy takes: preflight's number is an upper bound of what the file then occupies. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { makeChain } from '../../src/lab/images.ts';
import type { Preview } from '../../src/simulate/preview.ts';
import {
  expectEnd,
  expectWrites,
  planText,
  runSteps,
  startCli,
  tool,
  writePlan,
} from './support.ts';

const MIB = 1024 * 1024;

let host: LabHost;
let guest: Guest;
/** The guest's base, which holds 30 MiB of data compressed. */
let base: string;

beforeAll(async () => {
  host = await startHost();
  const [plain = ''] = await makeChain(
    { target: 'vda', chain: [join(host.images, 'plain')] },
    host.images,
  );
  // Beyond the files of the file system, so that the guest's data stays as it is.
  await tool('qemu-io', '-f', 'qcow2', '-c', 'write -P 65 24M 30M', plain);
  base = join(host.images, 'compressed');
  await host.qemuImg('convert', '-c', '-f', 'qcow2', '-O', 'qcow2', plain, base);
  await rm(plain);
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: [base, 'top'] }] });
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

const occupied = async (file: string) => (await stat(file)).blocks * 512;

/** What the preview says of one step: the codes of its findings, and how much is copied in bytes. */
async function previewed(
  step: Record<string, unknown>,
): Promise<{ codes: string[]; bytes: number | undefined; room: number | undefined }> {
  const plan = await writePlan(host, planText(guest.name, [step]));
  const ended = await startCli(host, ['preview', plan, '-c', host.uri, '--format', 'json']).ended;
  const preview = JSON.parse(ended.stdout) as Preview;
  return {
    codes: preview.findings.map(({ code }) => code),
    bytes: preview.totals.copies[0]?.bytes,
    room: preview.totals.space[0]?.needed,
  };
}

const copies = [
  ['blockcopy', (dest: string) => ({ blockcopy: { disk: 'vda', dest, finish: true } })],
  ['convert', (dest: string) => ({ convert: { source: base, dest } })],
  [
    'convert, preallocated',
    (dest: string) => ({ convert: { source: base, dest, options: 'preallocation=falloc' } }),
  ],
] as const;

test('the base is smaller than its data', async () => {
  expect(await occupied(base)).toBeLessThan(8 * MIB);
  const { compressed } = await localHost.measureImage({ file: base, format: 'qcow2' });
  expect(compressed).toBeGreaterThanOrEqual(30 * MIB);
});

test.each(copies)('%s of compressed data is refused where it does not fit', async (_kind, step) => {
  const folder = await host.tmpfs(16 * MIB);
  expect((await previewed(step(join(folder, 'copy')))).codes).toContain('BP108');
  const ended = await runSteps(host, guest.name, [step(join(folder, 'copy'))]);
  expect(ended.exitCode).toBe(3);
  await expect(stat(join(folder, 'copy'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each(copies)('%s occupies no more than the preview says', async (kind, step) => {
  const dest = join(host.images, `copy of ${kind}`);
  const { codes, room = 0 } = await previewed(step(dest));
  expect(codes).not.toContain('BP108');
  expectEnd(await runSteps(host, guest.name, [step(dest)]), 0);
  // The tables of the image, and what the guest wrote meanwhile.
  expect(await occupied(dest)).toBeLessThan(room + 2 * MIB);
  expect(await occupied(dest)).toBeGreaterThan(30 * MIB);
  await expectWrites(host, guest);
});

test('a shallow copy does not take the data below', async () => {
  const step = {
    blockcopy: { disk: 'vda', dest: join(host.images, 'x'), shallow: true, pivot: true },
  };
  expect((await previewed(step)).bytes).toBeLessThan(8 * MIB);
});

test('a device does not say how much of it is in use', async () => {
  const file = join(host.images, 'behind');
  await tool('truncate', '-s', '8M', file);
  const device = (await tool('losetup', '--find', '--show', file)).trim();
  try {
    expect(await localHost.inspectFile(device)).toMatchObject({ size: 0, sizeUntold: true });
  } finally {
    await tool('losetup', '--detach', device);
  }
});
