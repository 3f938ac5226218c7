/** blockpull on real libvirt: the layers that leave the chain, the state after a cancel, and the effect on checkpoints. */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  assertCleanImages,
  imageChain,
  liveChain,
  persistentSource,
} from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { picture } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { saidIn } from '../../src/run/run-state.ts';
import {
  codes,
  expectEnd,
  expectUndone,
  expectWrites,
  failingStep,
  forget,
  planText,
  raiseLog,
  runOf,
  runSteps,
  sentToQemu,
  startCli,
  startRun,
} from './support.ts';

let host: LabHost;
let guest: Guest;
let fails: Record<string, unknown>;
let images: string;

beforeAll(async () => {
  host = await startHost();
  await raiseLog(host, '1:qemu.qemu_monitor');
  fails = await failingStep(host);
  guest = await host.createGuest({
    name: 'testvm',
    disks: [{ target: 'vda', chain: ['base', 'snap1'], fill: 1_000_000 }],
  });
  images = join(host.images, 'testvm');
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

const file = (name: string) => join(images, name);
const chainNow = async () =>
  (await liveChain(host, 'testvm', 'vda')).map((each) => each.slice(images.length + 1));
const pull = (params: object = {}) => ({ blockpull: { disk: 'vda', ...params } });

/** Puts that overlay on the guest's disk. */
async function overlay(name: string): Promise<void> {
  const spec = `vda,snapshot=external,driver=qcow2,file=${file(name)}`;
  const words = ['--disk-only', '--no-metadata', '--diskspec', spec];
  await host.virsh('snapshot-create-as', 'testvm', '--name', name, ...words);
  await guest.waitForWrites(1);
}

/** The live chain, the headers and the definition agree, the images are sound, and the next start has every write. */
async function expectChain(...names: readonly string[]): Promise<void> {
  expect(await chainNow()).toEqual(names);
  const chain = names.map(file);
  expect(await imageChain(host, chain[0]!)).toEqual(chain);
  expect(await persistentSource(host, 'testvm', 'vda')).toBe(chain[0]);
  // QEMU flushes its caches when a guest is suspended, so that the images can be read.
  await host.virsh('suspend', 'testvm');
  await assertCleanImages(host, chain);
  await host.virsh('resume', 'testvm');
  const upTo = await guest.acknowledged();
  await guest.destroy();
  await guest.start();
  expect(await guest.waitForWrites(1)).toBeGreaterThan(upTo);
  expect(await chainNow()).toEqual(names);
  await expectWrites(host, guest);
}

describe('forward', () => {
  test('down to a base, by path and by index: the layers between leave the chain and stay as files', async () => {
    await overlay('o1');
    await overlay('o2');
    const before = await picture(host, 'testvm');
    const ended = await runSteps(host, 'testvm', [pull({ base: file('snap1.qcow2') })]);
    const last = expectEnd(ended, 0);
    expect(last.state).toContain(`${file('o1')} is no longer used by this guest; it is kept`);
    expect((await picture(host, 'testvm')).files).toEqual(before.files);
    await expectChain('o2', 'snap1.qcow2', 'base.qcow2');
    await rm(file('o1'));
    const xml = await host.virsh('dumpxml', 'testvm');
    const index = xml
      .split('index=')
      .find((part) => part.includes(file('base.qcow2')))
      ?.match(/^'(\d+)'/)?.[1];
    expectEnd(await runSteps(host, 'testvm', [pull({ base: `vda[${index}]` })]), 0);
    await expectChain('o2', 'base.qcow2');
    await rm(file('snap1.qcow2'));
  });

  test('bandwidth in bytes is passed to QEMU, and limits the job', async () => {
    await overlay('o3');
    const slow = pull({ base: file('base.qcow2'), bandwidth: 65_536, bytes: true, timeout: 120 });
    const run = await startRun(host, { text: planText('testvm', [slow]) });
    const job = await until('the job', 20_000, async () => {
      const raw = await host.virsh('blockjob', 'testvm', 'vda', '--info', '--raw', '--bytes');
      return raw.includes('Pull') && raw;
    });
    expect(job).toMatch(/^ *bandwidth=65536$/m);
    await host.virsh('blockjob', 'testvm', 'vda', '--bandwidth', '1000');
    expectEnd(await run.ended, 0);
    expect((await sentToQemu(host, 'block-stream')).at(-1)).toMatchObject({ speed: 65_536 });
    await expectChain('o3', 'base.qcow2');
    await rm(file('o2'));
  });

  test('keep-relative leaves the base named by its relative path', async () => {
    const words = ['create', '-q', '-f', 'qcow2', '-F', 'qcow2'];
    await host.qemuImg(...words, '-b', 'o3', file('r1'));
    await host.qemuImg(...words, '-b', 'r1', file('r2'));
    for (const each of ['r1', 'r2']) {
      const spec = `vda,snapshot=external,driver=qcow2,file=${file(each)}`;
      const more = ['--disk-only', '--no-metadata', '--reuse-external', '--diskspec', spec];
      await host.virsh('snapshot-create-as', 'testvm', '--name', each, ...more);
    }
    const kept = pull({ base: file('o3'), 'keep-relative': true });
    expectEnd(await runSteps(host, 'testvm', [kept]), 0);
    const info = JSON.parse(await host.qemuImg('info', '-U', '--output=json', file('r2')));
    expect(info['backing-filename']).toBe('o3');
    await expectChain('r2', 'o3', 'base.qcow2');
    await rm(file('r1'));
  });
});

describe('a pull that is stopped', () => {
  test('is cancelled by a timeout: the chain is as it was, with every write', async () => {
    const slow = pull({ bandwidth: 1, bytes: true, timeout: 1 });
    const last = await expectUndone(host, guest, [slow]);
    expect(saidIn(last).join()).toContain('timed out after 1 s');
  });

  test('is reported as cancelled by another user, and the chain is as it was', async () => {
    const before = await picture(host, 'testvm');
    const slow = pull({ bandwidth: 1, bytes: true });
    const run = await startRun(host, { text: planText('testvm', [slow]) });
    await until('the job', 20_000, async () =>
      (await host.virsh('blockjob', 'testvm', 'vda', '--info', '--raw')).includes('Pull'),
    );
    await host.virsh('blockjob', 'testvm', 'vda', '--abort');
    expectEnd(await run.ended, 4);
    expect(await picture(host, 'testvm')).toEqual(before);
    await expectWrites(host, guest);
  });

  test('by the death of its guest lets the guest start with all that it wrote', async () => {
    const before = await chainNow();
    const slow = pull({ bandwidth: 1, bytes: true });
    const run = await startRun(host, { text: planText('testvm', [slow]) });
    await until('the job', 20_000, async () =>
      (await host.virsh('blockjob', 'testvm', 'vda', '--info', '--raw')).includes('Pull'),
    );
    await guest.destroy();
    const ended = await run.ended;
    expect(expectEnd(ended, 5).state).toContain('the guest is shut off; it was running');
    await guest.start();
    const undone = await startCli(host, ['rollback', runOf(ended)]).ended;
    expect(undone.exitCode, undone.told).toBe(0);
    await guest.waitForWrites(1);
    await expectChain(...before);
  });

  test('has no rollback after its end: a later failure ends stranded, and the report names the state', async () => {
    const before = await picture(host, 'testvm');
    const ended = await runSteps(host, 'testvm', [pull({ base: file('base.qcow2') }), fails]);
    const last = expectEnd(ended, 5);
    expect(last.end).toBe('stranded');
    expect(saidIn(last).join('\n')).toMatch(/merged/);
    await forget(host, runOf(ended));
    expect((await picture(host, 'testvm')).files).toEqual(before.files);
    await expectChain('r2', 'base.qcow2');
    await rm(file('o3'));
  });

  test('or refused changes nothing', async () => {
    for (const [params, code] of [
      [{ base: file('nowhere') }, 'BP113'],
      [{ base: file('r2') }, 'BP113'],
      [{ base: file('base.qcow2') }, 'BP113'],
    ] as const) {
      const refused = await runSteps(host, 'testvm', [pull(params)]);
      expect([refused.exitCode, codes(refused)]).toEqual([3, [code]]);
    }
  });
});

test('checkpoints survive a pull: their bitmaps move into the active layer, and an incremental backup has every write', async () => {
  await host.virsh('suspend', 'testvm');
  await host.virsh('checkpoint-create-as', 'testvm', 'c1', '--diskspec', 'vda');
  await host.qemuImg('convert', '-U', '-O', 'qcow2', file('r2'), file('full'));
  await host.virsh('resume', 'testvm');
  await guest.waitForWrites(2);
  await overlay('c1-later');
  await host.virsh('checkpoint-create-as', 'testvm', 'c2', '--diskspec', 'vda');
  await guest.waitForWrites(2);
  await overlay('c2-later');
  expectEnd(await runSteps(host, 'testvm', [pull()]), 0);
  await expectPulled();
});

/** The changes since c1, by QEMU's bitmaps, applied to the full copy, equal the guest's disk. */
async function expectPulled(): Promise<void> {
  expect(await chainNow()).toEqual(['c2-later']);
  const names = (await host.virsh('checkpoint-list', 'testvm', '--name'))
    .split('\n')
    .filter(Boolean);
  expect(names).toEqual(['c1', 'c2']);
  const increment = file('increment');
  const xml = `<domainbackup><incremental>c1</incremental><disks><disk name='vda' type='file'><target file='${increment}'/><driver type='qcow2'/></disk></disks></domainbackup>`;
  await writeFile(file('backup.xml'), xml);
  await host.virsh('suspend', 'testvm');
  await host.virsh('backup-begin', 'testvm', file('backup.xml'));
  await until('the backup', 20_000, async () =>
    (await host.virsh('domjobinfo', 'testvm')).includes('None'),
  );
  await host.qemuImg('rebase', '-u', '-b', file('full'), '-F', 'qcow2', increment);
  const now = file('now');
  await host.qemuImg('convert', '-U', '-O', 'qcow2', file('c2-later'), now);
  const compared = await host.qemuImg('compare', now, increment);
  expect(compared).toContain('Images are identical');
  await host.virsh('resume', 'testvm');
  expect((await readFile(increment)).length).toBeGreaterThan(0);
  await expectWrites(host, guest);
}
