/** convert on real images: the effect of each option on the copy, and the arguments of qemu-img. */

import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assertCleanImages, imageChain, imageFormat } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { readLog } from '../../src/lab/log.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { runWithFault } from './fault-run.ts';
import {
  codes,
  type Ended,
  expectEnd,
  expectUndone,
  failingStep,
  planText,
  runSteps,
  tool,
} from './support.ts';

let host: LabHost;
let guest: Guest;
/** An unused layer of the guest's chain, with a chain of its own. */
let source: string;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    disks: [{ target: 'vda', chain: ['base', 'snap1', 'snap2'], fill: 1_000_000 }],
  });
  source = guest.disks[0]!.files[1]!;
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

const at = (name: string) => join(host.images, name);

async function convert(params: Record<string, unknown>): Promise<Ended> {
  const ended = await runSteps(host, guest.name, [{ convert: { source, ...params } }]);
  expectEnd(ended, 0);
  return ended;
}

/** The content of an image as the guest would see it. */
async function content(image: string): Promise<string> {
  const raw = at('content.raw');
  await host.qemuImg('convert', '-U', '-O', 'raw', image, raw);
  const hash = createHash('sha256')
    .update(await readFile(raw))
    .digest('hex');
  await rm(raw);
  return hash;
}

const clusters = async (image: string) =>
  JSON.parse(await host.qemuImg('check', '--output=json', image)) as Record<string, number>;

test('a plain copy is one qcow2 file with the whole chain of its source', async () => {
  const ended = await convert({ dest: at('plain') });
  expect(await imageChain(host, at('plain'))).toEqual([at('plain')]);
  expect(await imageFormat(host, at('plain'))).toBe('qcow2');
  await assertCleanImages(host, [at('plain')]);
  expect(await content(at('plain'))).toBe(await content(source));
  expect(ended.stdout).toContain('-W -m 8 -f qcow2 -O qcow2');
});

test('compress writes compressed clusters; options reach the format, coroutines reach qemu-img', async () => {
  const ended = await convert({
    dest: at('small'),
    compress: true,
    options: 'cluster_size=32768,compat=1.1',
    coroutines: 3,
  });
  expect((await clusters(at('small')))['compressed-clusters']).toBeGreaterThan(0);
  expect(await host.qemuImg('info', at('small'))).toContain('cluster_size: 32768');
  expect(ended.stdout).toContain('-m 3');
  expect(await content(at('small'))).toBe(await content(source));
});

test('target-format raw is sparse, or full with sparse-size', async () => {
  await convert({ dest: at('sparse.raw'), 'target-format': 'raw' });
  await convert({ dest: at('full.raw'), 'target-format': 'raw', 'sparse-size': 0 });
  for (const file of [at('sparse.raw'), at('full.raw')]) {
    expect(await imageFormat(host, file)).toBe('raw');
    expect(await content(file)).toBe(await content(source));
  }
  expect((await stat(at('full.raw'))).blocks * 512).toBe(64 * 1024 * 1024);
  expect((await stat(at('sparse.raw'))).blocks * 512).toBeLessThan(32 * 1024 * 1024);
});

test('source-format is trusted: a qcow2 file read as raw is copied byte for byte', async () => {
  const lying = guest.disks[0]!.files[0]!;
  await convert({
    source: lying,
    dest: at('bytes'),
    'source-format': 'raw',
    'target-format': 'raw',
  });
  const head = (await readFile(at('bytes'))).subarray(0, 4);
  expect(head.toString('latin1')).toBe('QFI\xfb');
});

test('rate-limit reaches qemu-img, and the copy is complete', async () => {
  const ended = await convert({ dest: at('limited'), 'rate-limit': 50_000_000 });
  expect(ended.stdout).toContain('-r 50000000');
  expect(await content(at('limited'))).toBe(await content(source));
});

test('the rollback removes the copy and nothing else; the source stays as it is', async () => {
  const before = await content(source);
  const fails = await failingStep(host);
  await expectUndone(host, guest, [{ convert: { source, dest: at('gone') } }, fails]);
  expect(await content(source)).toBe(before);
  await readLog(source);
});

test('every format is written into the reserved empty file', async () => {
  for (const format of ['qcow2', 'raw', 'vmdk', 'vdi', 'vhdx']) {
    const dest = at(`as.${format}`);
    await convert({ dest, 'target-format': format });
    expect(await imageFormat(host, dest)).toBe(format);
    expect((await stat(dest)).mode & 0o777).toBe(0o600);
  }
});

test('a file that appears after preflight is not overwritten, and stays when the run is rolled back', async () => {
  const dest = at('foreign');
  const text = planText(guest.name, [{ id: 'conv', convert: { source, dest } }]);
  const { finish, struck } = await runWithFault(host, guest.name, text, {
    name: 'a foreign file',
    phase: 'conv/convert',
    tool: 'qemu-img',
    moment: 'before',
    strike: () => writeFile(dest, 'precious'),
  });
  expect(struck).toBe(true);
  expect(finish.end).toBe('stranded');
  expect(saidIn(finish).join('\n')).toContain(
    `${dest} already exists; blockplan does not overwrite files`,
  );
  expect(await readFile(dest, 'utf8')).toBe('precious');
  await rm(dest);
});

test('options that would write to another file are refused, and nothing is created', async () => {
  const other = at('other.qcow2');
  await writeFile(other, 'precious');
  for (const options of [`data_file=${other}`, 'help']) {
    const refused = await runSteps(host, guest.name, [
      { convert: { source, dest: at('never'), options } },
    ]);
    expect(refused.exitCode, refused.told).not.toBe(0);
    expect(codes(refused), refused.told).toEqual(['BP059']);
  }
  expect(await readFile(other, 'utf8')).toBe('precious');
  await expect(stat(at('never'))).rejects.toThrow('ENOENT');
  await rm(other);
});

test('a source that a loop device has for writing is not copied', async () => {
  const [raw, dest] = [at('mounted.raw'), at('copy-of-mounted')];
  await tool('truncate', '-s', '4M', raw);
  const device = (await tool('losetup', '--find', '--show', raw)).trim();
  try {
    const params = { source: raw, 'source-format': 'raw', dest };
    const ended = await runSteps(host, guest.name, [{ convert: params }]);
    const said = saidIn(expectEnd(ended, 4)).join('\n');
    expect(said).toContain(`${raw} is open in the loop device`);
    await expect(stat(dest)).rejects.toThrow('ENOENT');
  } finally {
    await tool('losetup', '--detach', device);
  }
});

test('a domain that is off is refused: it could be started on an unfinished image', async () => {
  await guest.destroy();
  const step = { convert: { source, dest: at('off.qcow2') } };
  const refused = await runSteps(host, guest.name, [step]);
  expect([refused.exitCode, codes(refused)], refused.told).toEqual([3, ['BP102']]);
  await expect(stat(at('off.qcow2'))).rejects.toThrow('ENOENT');
});
