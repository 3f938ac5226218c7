/** Existing destinations: preflight refuses those on which libvirt's job would fail, and those that are in use. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { saidIn } from '../../src/run/run-state.ts';
import type { Preview } from '../../src/simulate/preview.ts';
import { blockcopyStep } from '../../src/steps/blockcopy.ts';
import { requirementsOf } from '../../src/steps/derived.ts';
import { expectUndone, failingStep, planText, startCli, tool, writePlan } from './support.ts';

let host: LabHost;
let guest: Guest;
let made = 0;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    disks: [{ target: 'vda', chain: ['base', 'snap1'], fill: 12_000_000 }],
  });
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function file(size: string): Promise<string> {
  const path = join(host.images, `there-${made++}`);
  await tool('truncate', '-s', size, path);
  ends.push(() => rm(path, { force: true }));
  return path;
}

async function device(size: string): Promise<string> {
  const behind = await file(size);
  const at = (await tool('losetup', '--find', '--show', behind)).trim();
  ends.push(() => tool('losetup', '--detach', at));
  return at;
}

async function mounted(dev: string, ...options: string[]): Promise<string> {
  const at = join(host.dir, `mnt-${made++}`);
  await tool('mkdir', at);
  await tool('mount', ...options, dev, at);
  ends.push(() => tool('umount', at));
  return at;
}

type Copy = Readonly<Record<string, unknown>> & { readonly dest: string };

/** The codes of the preview's findings. */
async function codes(copy: Copy): Promise<string[]> {
  return (await findings(copy)).map(({ code }) => code);
}

async function findings(copy: Copy): Promise<{ code: string; message: string }[]> {
  const blockcopy = { disk: 'vda', finish: true, ...copy };
  const plan = await writePlan(host, planText(guest.name, [{ blockcopy }]));
  const { stdout, told } = await startCli(host, [
    'preview',
    plan,
    '-c',
    host.uri,
    '--format',
    'json',
  ]).ended;
  const preview = JSON.parse(stdout) as { findings?: { code: string; message: string }[] };
  if (!preview.findings) throw new Error(told);
  return preview.findings;
}

/** Whether libvirt completes such a copy, without blockplan. */
async function copies({ dest, format, ...flags }: Copy): Promise<boolean> {
  const words = Object.keys(flags).map((flag) => `--${flag}`);
  const argv = ['--format', String(format), ...words, '--transient-job', '--wait', '--finish'];
  return host.virsh('blockcopy', guest.name, 'vda', dest, ...argv).then(
    () => true,
    () => false,
  );
}

describe('sizes: preflight refuses what libvirt fails on', () => {
  const sizes = ['32M', '60M', '64M', '68M', '128M'] as const;

  test.each(sizes)('a raw file of %s', async (size) => {
    const copy = { dest: await file(size), format: 'raw', 'reuse-external': true };
    const refused = await codes(copy);
    expect(refused).toEqual((await copies(copy)) ? [] : ['BP147']);
    expect(refused).toEqual(size === '64M' ? [] : ['BP147']);
  });

  test.each(sizes)('a raw device of %s', async (size) => {
    const copy = { dest: await device(size), format: 'raw', blockdev: true };
    const refused = await codes(copy);
    expect(refused).toEqual((await copies(copy)) ? [] : ['BP147']);
    expect(refused).toEqual(size === '64M' ? [] : ['BP147']);
  });

  test.each(sizes)('a qcow2 image of %s', async (size) => {
    const dest = join(host.images, `image-${made++}.qcow2`);
    ends.push(() => rm(dest));
    await host.qemuImg('create', '-q', '-f', 'qcow2', dest, size);
    const copy = { dest, format: 'qcow2', 'reuse-external': true };
    const refused = await codes(copy);
    expect(refused).toEqual((await copies(copy)) ? [] : ['BP147']);
    expect(refused).toEqual(size === '64M' ? [] : ['BP147']);
  });

  test.each([
    // The data does not fit; or it fits now, but the full disk would not.
    ['8M', 'BP108', false],
    ['60M', 'BP148', true],
    ['64M', 'BP148', true],
    ['66M', undefined, true],
  ] as const)('a qcow2 image on a device of %s', async (size, code, fits) => {
    const copy = { dest: await device(size), format: 'qcow2', blockdev: true };
    expect(await codes(copy)).toEqual(code === undefined ? [] : [code]);
    expect(await copies(copy)).toBe(fits);
  });

  test('a file instead of a device, and a device instead of a file', async () => {
    const taken = { dest: await file('64M'), format: 'raw', blockdev: true };
    expect(await codes(taken)).toEqual(['BP146']);
    expect(await copies(taken)).toBe(false);
    const other = { dest: await device('64M'), format: 'raw', 'reuse-external': true };
    expect(await codes(other)).toEqual(['BP146']);
    expect(await copies(other)).toBe(false);
    expect(await codes({ dest: host.images, format: 'raw', 'reuse-external': true })).toEqual([
      'BP146',
    ]);
  });

  test('a system file', async () => {
    const shadow = { dest: '/etc/shadow', 'reuse-external': true };
    expect(await codes({ ...shadow, format: 'raw' })).toEqual(['BP147']);
    expect(await codes({ ...shadow, format: 'qcow2' })).toEqual(['BP147']);
  });
});

describe('a destination in use is refused', () => {
  /** What the preview reports for a raw copy onto a device or file of the right size. */
  async function refusals(dest: string): Promise<string> {
    const block = dest.startsWith('/dev/');
    const copy = {
      dest,
      format: 'raw',
      ...(block ? { blockdev: true } : { 'reuse-external': true }),
    };
    const found = await findings(copy);
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['BP145']));
    return found.map(({ message }) => message).join('\n');
  }

  test('a mounted device', async () => {
    const dev = await device('64M');
    await tool('mkfs.ext4', '-q', '-F', dev);
    const at = await mounted(dev);
    expect(await refusals(dev)).toContain(`${dev} is mounted at ${at}`);
  });

  test('a mounted file', async () => {
    const raw = await file('64M');
    await tool('mkfs.ext4', '-q', '-F', raw);
    await mounted(raw);
    expect(await refusals(raw)).toMatch(/is open in the loop device loop\d+/);
  });

  test('a device that is used as swap', async () => {
    const dev = await device('64M');
    await tool('mkswap', dev);
    await tool('swapon', dev);
    ends.push(() => tool('swapoff', dev));
    expect(await refusals(dev)).toContain(`${dev} is used as swap`);
  });

  test('a device that a process has open', async () => {
    const dev = await device('64M');
    const holder = await holding(dev);
    expect(await refusals(dev)).toContain(`${dev} is open in process ${holder.pid}`);
  });

  test('a file that a process has open, and a file with two hard links', async () => {
    const raw = await file('64M');
    const holder = await holding(raw);
    expect(await refusals(raw)).toContain(`${raw} is open in process ${holder.pid}`);
    const other = await file('64M');
    await tool('ln', other, `${other}.link`);
    ends.push(() => rm(`${other}.link`));
    expect(await refusals(other)).toContain('is a file with 2 hard links');
  });

  /** A process that has the file open until the test ends. */
  async function holding(path: string): Promise<ChildProcess> {
    const handle = await open(path, 'r');
    const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', handle.fd] });
    await handle.close();
    ends.push(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    return child;
  }
});

describe('overwritten content', () => {
  test('is a point of no return, and a run that fails after it reports the loss', async () => {
    const dest = await device('64M');
    const blockcopy = { disk: 'vda', dest, format: 'raw', blockdev: true, pivot: true };
    const text = planText(guest.name, [{ blockcopy }, await failingStep(host)]);
    const plan = await writePlan(host, text);
    const { exitCode } = await startCli(host, ['preview', plan, '-c', host.uri, '--exit-code'])
      .ended;
    expect(exitCode).toBe(11);
    const last = await expectUndone(host, guest, [{ blockcopy }, await failingStep(host)]);
    expect(saidIn(last).join('\n')).toContain(`the former content of ${dest} is lost`);
    expect(last.state.at(-1)).toBe('everything else is as it was before the run');
  });

  test('is checked again just before the write: a device that was mounted meanwhile is left alone', async () => {
    const dev = await device('64M');
    await tool('mkfs.ext4', '-q', '-F', dev);
    const driver = await openLiveDriver(localHost, {
      uri: host.uri,
      domain: guest.name,
      readonly: false,
      writeDurably: async () => {},
    });
    ends.push(() => driver.close());
    const state = await driver.survey(await driver.observe([dev]), [dev]);
    const params = { disk: 'vda', dest: dev, format: 'raw', blockdev: true, finish: true } as const;
    const [mirror] = blockcopyStep.phases(params);
    expect(requirementsOf(blockcopyStep, params, state).findings).toEqual([]);
    // The kernel writes to a file system by itself, unless it is mounted read-only.
    const at = await mounted(dev, '--options', 'ro');
    const before = await tool('sha256sum', dev);
    const [effect] = mirror!.effects(state, state);
    if (effect?.tool !== 'virsh') throw new Error('a copy is a command');
    const context = { folder: host.dir, onProgress: () => {}, onMade: async () => {} };
    await expect(driver.perform(effect, context)).rejects.toThrow(`${dev} is mounted at ${at}`);
    expect(await tool('sha256sum', dev)).toBe(before);
  });
});

test('a move is refused if its rollback would not fit on the old file system', async () => {
  const folder = await host.tmpfs(20 * 1024 * 1024);
  const image = join(folder, 'sparse.raw');
  const other = await host.createGuest({
    disks: [{ target: 'vda', chain: [image], format: 'raw' }],
  });
  ends.push(() => other.destroy());
  await other.waitForWrites(2);
  const dest = await device('64M');
  const blockcopy = { disk: 'vda', dest, format: 'raw', blockdev: true, pivot: true };
  const look = async (more: Readonly<Record<string, unknown>> = {}) => {
    const plan = await writePlan(host, planText(other.name, [{ blockcopy }], more));
    const argv = ['preview', plan, '-c', host.uri, '--format', 'json'];
    return JSON.parse((await startCli(host, argv).ended).stdout) as Preview;
  };
  const preview = await look();
  expect(preview.findings.map(({ code, severity }) => [code, severity])).toEqual([
    ['BP108', 'error'],
  ]);
  expect(preview.totals.rollback).toMatchObject([{ folder }]);
  const [{ needed, free } = { needed: 0, free: 0 }] = preview.totals.rollback;
  expect(needed).toBeGreaterThan(free!);
  expect((await look({ 'on-failure': 'stop' })).findings).toEqual([]);
  // Without blockplan: the rollback that it refuses to rely on does fail there.
  await host.virsh(
    'blockcopy',
    other.name,
    'vda',
    dest,
    '--format',
    'raw',
    '--blockdev',
    '--transient-job',
    '--wait',
    '--pivot',
  );
  const back = ['--format', 'raw', '--reuse-external', '--transient-job', '--wait', '--pivot'];
  await expect(host.virsh('blockcopy', other.name, 'vda', image, ...back)).rejects.toThrow();
});
