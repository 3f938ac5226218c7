/** blockcopy on real libvirt: the effect of each option, and the rollback of each phase. */

import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageChain, imageFormat, liveChain, persistentSource } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { readLog } from '../../src/lab/log.ts';
import { picture } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { runWithFault } from './fault-run.ts';
import { refusal } from './refusal.ts';
import {
  expectAsBefore,
  expectEnd,
  expectUndone,
  expectWrites,
  failingStep,
  planText,
  raiseLog,
  runSteps,
  sentToQemu,
  startRun,
  tool,
} from './support.ts';

let host: LabHost;
let guest: Guest;
let fails: Record<string, unknown>;
let files: string[];

beforeAll(async () => {
  host = await startHost();
  await raiseLog(host, '1:qemu.qemu_monitor');
  guest = await host.createGuest({
    disks: [
      { target: 'vda', chain: ['base', 'snap1', 'snap2'], fill: 3_000_000 },
      { target: 'vdb', chain: ['plain'], format: 'raw' },
    ],
    autostart: true,
  });
  files = guest.disks.map((disk) => disk.files.at(-1)!);
  fails = await failingStep(host);
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

const at = (name: string) => join(host.images, name);

/** Runs one copy to its end and removes the file afterwards. */
async function copy(params: Record<string, unknown>): Promise<void> {
  expectEnd(await runSteps(host, guest.name, [{ blockcopy: params }]), 0);
}

/** Creates an image with data everywhere. */
async function noisyImage(): Promise<string> {
  const [noise, image] = [at('noise.raw'), at('noisy.qcow2')];
  await tool('dd', 'if=/dev/urandom', `of=${noise}`, 'bs=1M', 'count=64', 'status=none');
  await host.qemuImg('convert', '-O', 'qcow2', noise, image);
  await rm(noise);
  return image;
}

describe('options', () => {
  test('bandwidth and bytes limit QEMU while it runs, and the other options are passed to QEMU', async () => {
    const blockcopy = {
      disk: 'vda',
      dest: at('slow.qcow2'),
      finish: true,
      bandwidth: 300_000,
      bytes: true,
      granularity: 4096,
      'buf-size': 2_097_152,
      'synchronous-writes': true,
    };
    const run = await startRun(host, { text: planText(guest.name, [{ blockcopy }]) });
    const job = await until('the job', 20_000, async () => {
      const raw = await host.virsh('blockjob', guest.name, 'vda', '--info', '--raw', '--bytes');
      return raw.includes('type=Block Copy') && raw;
    });
    expect(job).toMatch(/^ *bandwidth=300000$/m);
    await host.virsh('blockjob', guest.name, 'vda', '--bandwidth', '1000');
    expectEnd(await run.ended, 0);
    expect((await sentToQemu(host, 'blockdev-mirror')).at(-1)).toMatchObject({
      sync: 'full',
      speed: 300_000,
      granularity: 4096,
      'buf-size': 2_097_152,
      'copy-mode': 'write-blocking',
    });
    await rm(blockcopy.dest);
  });

  test('bandwidth without bytes is in MiB/s', async () => {
    await copy({ disk: 'vda', dest: at('mib.qcow2'), finish: true, bandwidth: 700 });
    expect((await sentToQemu(host, 'blockdev-mirror')).at(-1)).toMatchObject({
      speed: 700 * 1024 * 1024,
    });
    await rm(at('mib.qcow2'));
  });

  test('format makes a raw copy of a qcow2 chain, and a qcow2 copy of a raw disk', async () => {
    const upTo = await guest.acknowledged();
    await copy({ disk: 'vda', dest: at('flat.raw'), format: 'raw', finish: true });
    await copy({ disk: 'vdb', dest: at('flat.qcow2'), format: 'qcow2', finish: true });
    expect(await imageFormat(host, at('flat.raw'))).toBe('raw');
    expect(await imageFormat(host, at('flat.qcow2'))).toBe('qcow2');
    for (const file of ['flat.raw', 'flat.qcow2']) {
      expect(await imageChain(host, at(file))).toEqual([at(file)]);
      expect((await readLog(at(file))).length).toBeGreaterThanOrEqual(upTo);
      await rm(at(file));
    }
  });

  test('shallow uses the same chain; without it the copy has no backing file; both leave the guest on its disk', async () => {
    const before = await picture(host, guest.name);
    await copy({ disk: 'vda', dest: at('top.qcow2'), shallow: true, finish: true });
    await copy({ disk: 'vda', dest: at('whole.qcow2'), finish: true });
    expect(await imageChain(host, at('top.qcow2'))).toEqual([
      at('top.qcow2'),
      ...before.chains['vda']!.slice(1),
    ]);
    expect(await imageChain(host, at('whole.qcow2'))).toEqual([at('whole.qcow2')]);
    await rm(at('top.qcow2'));
    await rm(at('whole.qcow2'));
    expect(await picture(host, guest.name)).toEqual(before);
  });

  test('reuse-external copies into the existing file, and keeps it', async () => {
    const dest = at('made.qcow2');
    await host.qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=4096', dest, '64M');
    await copy({ disk: 'vda', dest, format: 'qcow2', 'reuse-external': true, finish: true });
    expect(await host.qemuImg('info', dest)).toContain('cluster_size: 4096');
    await readLog(dest);
    const blockcopy = { disk: 'vda', dest, format: 'qcow2', 'reuse-external': true, pivot: true };
    await expectUndone(host, guest, [{ blockcopy }, fails]);
    await rm(dest);
  });

  test('reuse-external copies the whole disk over the former content of an image', async () => {
    const dest = await noisyImage();
    const blockcopy = { disk: 'vda', dest, format: 'qcow2', 'reuse-external': true, pivot: true };
    await expectUndone(host, guest, [{ blockcopy }, fails]);
    const upTo = await guest.acknowledged();
    const { pivot: _, ...finish } = { ...blockcopy, finish: true };
    await copy(finish);
    expect((await readLog(dest)).length).toBeGreaterThanOrEqual(upTo);
    await rm(dest);
  });

  test('reuse-external refuses the whole disk over an image with a backing file', async () => {
    const [below, dest] = [await noisyImage(), at('above.qcow2')];
    await host.qemuImg('create', '-q', '-f', 'qcow2', '-b', below, '-F', 'qcow2', dest);
    const [before, beforeBelow] = [await readFile(dest), await readFile(below)];
    const blockcopy = { disk: 'vda', dest, format: 'qcow2', 'reuse-external': true };
    for (const end of ['pivot', 'finish'])
      await refusal(host, guest.name, [{ blockcopy: { ...blockcopy, [end]: true } }], ['BP122']);
    expect((await readFile(dest)).equals(before)).toBe(true);
    expect((await readFile(below)).equals(beforeBelow)).toBe(true);
    for (const file of [dest, below]) await rm(file);
  });

  test('timeout cancels a copy that takes too long', async () => {
    const blockcopy = {
      disk: 'vda',
      dest: at('late.qcow2'),
      pivot: true,
      bandwidth: 100_000,
      bytes: true,
      timeout: 1,
    };
    const last = await expectUndone(host, guest, [{ blockcopy }]);
    expect(saidIn(last).join()).toContain('timed out after 1 s');
  });

  test('blockdev copies to a block device and back, and never removes it', async () => {
    await tool('truncate', '-s', '64M', join(host.dir, 'device'));
    const device = (await tool('losetup', '--find', '--show', join(host.dir, 'device'))).trim();
    try {
      const blockcopy = { disk: 'vdb', dest: device, blockdev: true, format: 'raw', pivot: true };
      await expectUndone(host, guest, [
        { blockcopy: { ...blockcopy, 'reuse-external': true } },
        fails,
      ]);
      await expectUndone(host, guest, [{ blockcopy }, fails]);
      const { pivot: _, ...finish } = { ...blockcopy, finish: true };
      await copy(finish);
      expect((await readLog(device)).length).toBeGreaterThan(0);
    } finally {
      await tool('losetup', '--detach', device);
    }
  });
});

describe('the rollback', () => {
  test.each([
    ['a shallow copy', { shallow: true }],
    ['a flattened copy', {}],
    ['a flattened raw copy', { format: 'raw' }],
  ])('of the pivot to %s of a chain', async (_, more) => {
    const blockcopy = { disk: 'vda', dest: at('there'), pivot: true, ...more };
    await expectUndone(host, guest, [{ blockcopy }, fails]);
  });

  test('of the pivot of a raw disk to qcow2', async () => {
    const blockcopy = { disk: 'vdb', dest: at('there'), pivot: true, format: 'qcow2' };
    await expectUndone(host, guest, [{ blockcopy }, fails]);
  });

  test('of a finished copy, and of two pivots in a row', async () => {
    const step = (dest: string, more: object) => ({
      blockcopy: { disk: 'vda', dest: at(dest), ...more },
    });
    await expectUndone(host, guest, [
      step('backup', { finish: true }),
      step('first', { pivot: true, shallow: true }),
      step('second', { pivot: true }),
      fails,
    ]);
  });

  test('of the pivot of a domain that the plan made transient, the classic way', async () => {
    const blockcopy = { disk: 'vda', dest: at('classic'), pivot: true, shallow: true };
    const redefine = { disk: 'vda', source: blockcopy.dest };
    await expectUndone(host, guest, [{ undefine: {} }, { blockcopy }, fails, { redefine }]);
    await expectUndone(host, guest, [{ undefine: {} }, { blockcopy }, { redefine }, fails]);
  });

  test('of a domain that was transient from the start', async () => {
    const definition = await host.virsh('dumpxml', guest.name, '--inactive', '--security-info');
    const file = join(host.dir, 'kept.xml');
    await writeFile(file, definition);
    await host.virsh('undefine', guest.name);
    const blockcopy = { disk: 'vda', dest: at('transient'), pivot: true };
    await expectAsBefore(host, guest, [{ blockcopy }, fails]);
    await host.virsh('define', file);
    await host.virsh('autostart', guest.name);
    await expectWrites(host, guest);
  });
});

describe("another user's file", () => {
  test.each([
    ["before the copy's file is created", 'make-file', 'before', false],
    ['instead of the file that was made', 'make-file', 'after', true],
  ] as const)('at dest, %s, stays as it is', async (_, effect, moment, replaces) => {
    const dest = at('foreign');
    const blockcopy = { disk: 'vda', dest, finish: true };
    const text = planText(guest.name, [{ id: 'copy', blockcopy }]);
    const { finish, struck } = await runWithFault(host, guest.name, text, {
      name: 'a foreign file',
      phase: 'copy/mirror',
      tool: effect,
      moment,
      async strike() {
        await writeFile(`${dest}.new`, 'precious');
        if (replaces) expect((await stat(dest)).size).toBe(0);
        await rename(`${dest}.new`, dest);
      },
    });
    expect(struck).toBe(true);
    expect(finish.end).toBe('stranded');
    expect(saidIn(finish).join('\n')).toContain('exists');
    expect(await readFile(dest, 'utf8')).toBe('precious');
    await rm(dest);
  });
});

test('after all cases the guest starts again with every write, on its original files', async () => {
  expect(await liveChain(host, guest.name, 'vda')).toEqual([...guest.disks[0]!.files].reverse());
  expect(await persistentSource(host, guest.name, 'vda')).toBe(files[0]);
  expect(await persistentSource(host, guest.name, 'vdb')).toBe(files[1]);
  const upTo = await guest.acknowledged();
  await guest.destroy();
  await guest.start();
  expect(await guest.waitForWrites(2)).toBeGreaterThan(upTo);
  await expectWrites(host, guest);
});
