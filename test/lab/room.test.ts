/** How much space a copy takes: what it can take is warned about, and a copy that fits is never refused. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { makeChain } from '../../src/lab/images.ts';
import { saidIn } from '../../src/run/run-state.ts';
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

type Step = Readonly<Record<string, unknown>>;

/** The preview of one step: its findings as words, and its totals. */
async function previewed(step: Step) {
  const plan = await writePlan(host, planText(guest.name, [step]));
  const ended = await startCli(host, ['preview', plan, '-c', host.uri, '--format', 'json']).ended;
  const { findings, totals } = JSON.parse(ended.stdout) as Preview;
  return { findings: findings.map(({ code, severity }) => `${severity} ${code}`), totals };
}

const copies: readonly [string, (dest: string) => Step][] = [
  ['blockcopy', (dest) => ({ blockcopy: { disk: 'vda', dest, finish: true } })],
  ['convert', (dest) => ({ convert: { source: base, dest } })],
  [
    'convert with preallocation',
    (dest) => ({ convert: { source: base, dest, options: 'preallocation=falloc' } }),
  ],
  [
    'convert without holes',
    (dest) => ({ convert: { source: base, dest, 'target-format': 'raw', 'sparse-size': 0 } }),
  ],
];

test('the base is smaller than its data', async () => {
  expect(await occupied(base)).toBeLessThan(8 * MIB);
  const extents = await localHost.readExtents([{ file: base, format: 'qcow2' }], 3000);
  expect(extents?.layers[0]?.data).toBeGreaterThanOrEqual(30 * MIB);
});

describe.each(copies)('%s of compressed data', (kind, step) => {
  test('is warned about where it may not fit; then it fails, with the reason, and is undone', async () => {
    const folder = await host.tmpfs(16 * MIB);
    const dest = join(folder, 'copy');
    expect((await previewed(step(dest))).findings).toEqual(['warning BP134']);
    const last = expectEnd(await runSteps(host, guest.name, [step(dest)]), 4);
    expect(saidIn(last).join('\n')).toContain('No space left on device');
    await expect(stat(dest)).rejects.toMatchObject({ code: 'ENOENT' });
    await expectWrites(host, guest);
  });

  test('occupies no more than the preview says', async () => {
    const dest = join(host.images, `copy of ${kind}`);
    const { findings, totals } = await previewed(step(dest));
    expect(findings).toEqual([]);
    const { needed = 0 } = totals.space[0] ?? {};
    const { stored = 0, least = stored } = totals.copies[0] ?? {};
    expect(totals.copies[0]?.because).toBeDefined();
    expectEnd(await runSteps(host, guest.name, [step(dest)]), 0);
    const taken = await occupied(dest);
    // What the guest wrote meanwhile.
    expect(taken).toBeLessThan(needed + MIB);
    expect(taken).toBeGreaterThanOrEqual(least);
    expect(taken).toBeGreaterThan(30 * MIB);
    await expectWrites(host, guest);
    await rm(dest);
  });
});

test('a backup of compressed data is warned about where it may not fit', async () => {
  const step = (store: string) => ({ 'backup-begin': { store, name: 'full' } });
  const small = await host.tmpfs(16 * MIB);
  expect((await previewed(step(small))).findings).toEqual(['warning BP134']);
  expect((await previewed(step(await host.tmpfs(96 * MIB)))).findings).toEqual([]);
});

test('a compressed copy of compressed data fits where it is warned about', async () => {
  const dest = join(await host.tmpfs(16 * MIB), 'copy');
  const step = { convert: { source: base, dest, compress: true } };
  expect((await previewed(step)).findings).toEqual(['warning BP134']);
  expectEnd(await runSteps(host, guest.name, [step]), 0);
});

test('an image full of zeroes fits where it is warned about', async () => {
  const source = join(host.images, 'zeroes.raw');
  await tool('sh', '-c', `head -c 40M /dev/zero > '${source}'`);
  const dest = join(await host.tmpfs(4 * MIB), 'copy');
  const step = { convert: { source, 'source-format': 'raw', dest } };
  expect((await previewed(step)).findings).toEqual(['warning BP134']);
  expectEnd(await runSteps(host, guest.name, [step]), 0);
  await rm(source);
});

test('space that is only reserved in a raw image is not counted', async () => {
  const source = join(host.images, 'reserved.raw');
  await tool('fallocate', '-l', '40M', source);
  const dest = join(await host.tmpfs(4 * MIB), 'copy');
  const step = { convert: { source, 'source-format': 'raw', dest } };
  expect((await previewed(step)).findings).toEqual([]);
  expectEnd(await runSteps(host, guest.name, [step]), 0);
  await rm(source);
});

test('the empty areas of a preallocated image are not copied by convert', async () => {
  const source = join(host.images, 'preallocated');
  await host.qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', source, '40M');
  const dest = join(await host.tmpfs(4 * MIB), 'copy');
  const step = { convert: { source, 'source-format': 'qcow2', dest } };
  expect((await previewed(step)).findings).toEqual([]);
  expectEnd(await runSteps(host, guest.name, [step]), 0);
  await rm(source);
});

test('a shallow copy does not take the data below', async () => {
  const dest = join(host.images, 'x');
  const { totals } = await previewed({
    blockcopy: { disk: 'vda', dest, shallow: true, pivot: true },
  });
  expect(totals.copies[0]?.bytes).toBeLessThan(8 * MIB);
});

test('a commit below the active layer writes discarded areas as data', async () => {
  const folder = await host.tmpfs(96 * MIB);
  const [low, middle] = [join(folder, 'low'), join(folder, 'middle')];
  await host.qemuImg('convert', '-U', '-f', 'qcow2', '-O', 'qcow2', base, low);
  await host.qemuImg('create', '-q', '-f', 'qcow2', '-b', low, '-F', 'qcow2', middle);
  // The area lies beyond the files of the file system.
  await tool('qemu-io', '-f', 'qcow2', '-d', 'unmap', '-c', 'discard 24M 38M', middle);
  const other = await host.createGuest({ disks: [{ target: 'vda', chain: [low, middle, 'own'] }] });
  await other.waitForWrites(1);
  const step = { blockcommit: { disk: 'vda', top: middle, base: low } };
  const plan = await writePlan(host, planText(other.name, [step]));
  const ended = await startCli(host, ['preview', plan, '-c', host.uri, '--format', 'json']).ended;
  const { totals } = JSON.parse(ended.stdout) as Preview;
  expect(totals.copies[0]?.because).toContain('discarded areas are written as zeroes');
  const before = await occupied(low);
  expectEnd(await runSteps(host, other.name, [step]), 0);
  expect((await occupied(low)) - before).toBeLessThanOrEqual((totals.space[0]?.needed ?? 0) + MIB);
  await other.destroy();
});
