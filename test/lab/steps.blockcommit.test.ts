/** blockcommit on real libvirt: where layers go, the rollback of each phase, and the phases that have none. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { imageChain, liveChain, persistentSource } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { listFiles } from '../../src/lab/log.ts';
import { picture } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { saidIn } from '../../src/run/run-state.ts';
import {
  codes,
  expectEnd,
  expectUndone,
  expectWrites,
  type Finished,
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
    disks: [{ target: 'vda', chain: ['base', 'snap1'], relativeBacking: true, fill: 1_000_000 }],
    autostart: true,
  });
  images = join(host.images, 'testvm');
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

const file = (name: string) => join(images, name);

/** The disk on base <- snap1 <- over1 <- … , as it is before each case. */
async function stack(...overlays: string[]): Promise<void> {
  for (const name of overlays) {
    const spec = `vda,snapshot=external,driver=qcow2,file=${file(name)}`;
    const words = ['--disk-only', '--no-metadata', '--diskspec', spec];
    await host.virsh('snapshot-create-as', 'testvm', '--name', name, ...words);
    await guest.waitForWrites(1);
  }
}

/** Commits, by hand, everything above base <- snap1, and removes it. */
beforeEach(async () => {
  const chain = await liveChain(host, 'testvm', 'vda');
  const extra = chain.filter(
    (each) => !['base.qcow2', 'snap1.qcow2'].some((n) => each.endsWith(n)),
  );
  if (extra.length > 0 && chain[0] === extra[0]) {
    const words = ['--base', chain[extra.length]!, '--active', '--pivot', '--wait'];
    await host.virsh('blockcommit', 'testvm', 'vda', ...words);
  }
  for (const each of extra) await rm(each, { force: true });
});

const chainNow = async () =>
  (await liveChain(host, 'testvm', 'vda')).map((each) => each.slice(images.length + 1));

/** A layer below the active one by its index in the chain, `vda[3]`, as libvirt numbers it. */
async function place(name: string): Promise<string> {
  const xml = await host.virsh('dumpxml', 'testvm');
  const element =
    /<backingStore type='file' index='(\d+)'>\s*<format[^>]*>\s*<source file='([^']*)'/g;
  const found = [...xml.matchAll(element)].find(([, , path]) => path === file(name));
  return `vda[${found?.[1]}]`;
}

/** Runs one commit. Afterwards the live chain, the headers and the definition agree, and no write is lost. */
async function commit(params: Record<string, unknown>): Promise<Finished> {
  const ended = await runSteps(host, 'testvm', [{ blockcommit: { disk: 'vda', ...params } }]);
  const last = expectEnd(ended, 0);
  const chain = await liveChain(host, 'testvm', 'vda');
  expect(await imageChain(host, chain[0]!)).toEqual(chain);
  expect(await persistentSource(host, 'testvm', 'vda')).toBe(chain[0]);
  await expectWrites(host, guest);
  return last;
}

describe('forward', () => {
  test('shallow, active and pivot merge the top layer into the next; delete removes it', async () => {
    await stack('o1');
    const last = await commit({ shallow: true, active: true, pivot: true });
    expect(last.state).toContain(`${file('o1')} is no longer used by this guest; it is kept`);
    expect(await chainNow()).toEqual(['snap1.qcow2', 'base.qcow2']);
    await rm(file('o1'));
    await stack('o2');
    const before = await picture(host, 'testvm');
    await commit({ shallow: true, pivot: true, delete: true });
    const now = await picture(host, 'testvm');
    expect(now.files).toEqual(before.files.filter((each) => each !== file('o2')));
    expect(await chainNow()).toEqual(['snap1.qcow2', 'base.qcow2']);
  });

  test('base by path and top by index: middle layers leave the chain, the guest stays on the active one', async () => {
    await stack('o1', 'o2', 'o3');
    await commit({ top: await place('o2'), base: file('snap1.qcow2'), delete: true });
    expect(await chainNow()).toEqual(['o3', 'snap1.qcow2', 'base.qcow2']);
    // The layers in the definition must be enough to start from, now that o1 and o2 are removed.
    const upTo = await guest.acknowledged();
    await guest.destroy();
    await guest.start();
    expect(await guest.waitForWrites(1)).toBeGreaterThan(upTo);
    expect(await chainNow()).toEqual(['o3', 'snap1.qcow2', 'base.qcow2']);
    await expectWrites(host, guest);
  });

  test('top by path and base by index', async () => {
    await stack('o1', 'o2');
    await commit({ top: file('o1'), base: await place('snap1.qcow2') });
    expect(await chainNow()).toEqual(['o2', 'snap1.qcow2', 'base.qcow2']);
    await rm(file('o1'));
  });

  test('top with shallow', async () => {
    await stack('o1', 'o2');
    await commit({ top: file('o1'), shallow: true, delete: true });
    expect(await chainNow()).toEqual(['o2', 'snap1.qcow2', 'base.qcow2']);
  });

  test('several layers at once, the active one among them', async () => {
    await stack('o1', 'o2');
    await commit({ base: file('snap1.qcow2'), pivot: true, delete: true });
    expect(await chainNow()).toEqual(['snap1.qcow2', 'base.qcow2']);
  });

  test('keep-overlay leaves the guest on the overlay, and the base has the same data', async () => {
    await stack('o1');
    const before = await picture(host, 'testvm');
    const blockcommit = { disk: 'vda', shallow: true, 'keep-overlay': true };
    expectEnd(await runSteps(host, 'testvm', [{ blockcommit }]), 0);
    expect(await picture(host, 'testvm')).toEqual(before);
    await expectWrites(host, guest);
  });

  test('keep-relative leaves the backing file named by its relative path', async () => {
    const name = async () =>
      JSON.parse(await host.qemuImg('info', '-U', '--output=json', file('o2')))['backing-filename'];
    const make = async (kept: object) => {
      await host.qemuImg(
        'create',
        '-q',
        '-f',
        'qcow2',
        '-b',
        'snap1.qcow2',
        '-F',
        'qcow2',
        file('o1'),
      );
      await host.qemuImg('create', '-q', '-f', 'qcow2', '-b', 'o1', '-F', 'qcow2', file('o2'));
      for (const each of ['o1', 'o2']) {
        const spec = `vda,snapshot=external,driver=qcow2,file=${file(each)}`;
        const words = ['--disk-only', '--no-metadata', '--reuse-external', '--diskspec', spec];
        await host.virsh('snapshot-create-as', 'testvm', '--name', each, ...words);
      }
      await commit({ top: file('o1'), base: file('snap1.qcow2'), delete: true, ...kept });
    };
    await make({ 'keep-relative': true });
    expect(await name()).toBe('snap1.qcow2');
    await commit({ shallow: true, pivot: true, delete: true });
    await make({});
    expect(await name()).toBe(file('snap1.qcow2'));
  });

  test('bandwidth in bytes and in MiB/s is passed to QEMU, and limits the job', async () => {
    await stack('o1');
    const blockcommit = { disk: 'vda', shallow: true, pivot: true, delete: true };
    const slow = { ...blockcommit, bandwidth: 65_536, bytes: true, timeout: 60 };
    const steps = [{ blockcommit: slow }];
    const run = await startRun(host, { text: planText('testvm', steps) });
    const job = await until('the job', 20_000, async () => {
      const raw = await host.virsh('blockjob', 'testvm', 'vda', '--info', '--raw', '--bytes');
      return raw.includes('Commit') && raw;
    });
    expect(job).toMatch(/^ *bandwidth=65536$/m);
    await host.virsh('blockjob', 'testvm', 'vda', '--bandwidth', '1000');
    expectEnd(await run.ended, 0);
    await stack('o2');
    await commit({ shallow: true, pivot: true, delete: true, bandwidth: 700 });
    expect((await sentToQemu(host, 'block-commit')).at(-1)).toMatchObject({
      speed: 700 * 1024 * 1024,
    });
  });

  test('timeout cancels a commit that takes too long', async () => {
    await stack('o1');
    const blockcommit = { disk: 'vda', shallow: true, pivot: true, bandwidth: 1, bytes: true };
    const last = await expectUndone(host, guest, [{ blockcommit: { ...blockcommit, timeout: 1 } }]);
    expect(saidIn(last).join()).toContain('timed out after 1 s');
  });
});

describe('the rollback', () => {
  test('of a pivot: an overlay with the same name is created above the base', async () => {
    await stack('o1');
    const blockcommit = { disk: 'vda', shallow: true, pivot: true };
    await expectUndone(host, guest, [{ blockcommit }, fails]);
  });

  test('of a pivot and of the overlay that was removed', async () => {
    await stack('o1');
    const blockcommit = { disk: 'vda', shallow: true, pivot: true, delete: true };
    await expectUndone(host, guest, [{ blockcommit }, fails]);
  });

  test('of keep-overlay: nothing is undone', async () => {
    await stack('o1');
    const blockcommit = { disk: 'vda', shallow: true, 'keep-overlay': true };
    await expectUndone(host, guest, [{ blockcommit }, fails]);
  });

  test('of two pivots in a row', async () => {
    await stack('o1', 'o2');
    const blockcommit = { disk: 'vda', shallow: true, pivot: true, delete: true };
    await expectUndone(host, guest, [{ blockcommit }, { blockcommit }, fails]);
  });

  test('of a pivot onto a base that has a relative name', async () => {
    const blockcommit = { disk: 'vda', shallow: true, pivot: true };
    await expectUndone(host, guest, [{ blockcommit }, fails]);
  });
});

describe('points of no return', () => {
  test.each([
    ['a commit below the active layer', () => ({ top: file('o1'), base: file('snap1.qcow2') })],
    ['a commit of several layers', () => ({ base: file('snap1.qcow2'), pivot: true })],
  ])(
    '%s: a later failure ends stranded, with a correct report and every write',
    async (_, params) => {
      await stack('o1', 'o2');
      const before = await picture(host, 'testvm');
      const steps = [{ blockcommit: { disk: 'vda', ...params() } }, fails];
      const ended = await runSteps(host, 'testvm', steps);
      const last = expectEnd(ended, 5);
      const chain = await liveChain(host, 'testvm', 'vda');
      expect(chain.length).toBeLessThan(before.chains['vda']!.length);
      expect(await imageChain(host, chain[0]!)).toEqual(chain);
      expect(await persistentSource(host, 'testvm', 'vda')).toBe(chain[0]);
      expect(last.end).toBe('stranded');
      expect(last.state).toContain(`vda: ${chain.join(', backed by ')}`);
      expect(saidIn(last).join('\n')).toMatch(/merged/);
      // The commands in the report can be typed.
      const run = runOf(ended);
      const looks = last.next.filter((command) => command.startsWith('virsh '));
      expect(looks.length).toBeGreaterThan(0);
      expect(last.next).toEqual([...looks, `blockplan rollback ${run}`]);
      for (const command of looks)
        await host.virsh(...command.replace(/^virsh -c \S+ /, '').split(' '));
      const again = await startCli(host, ['rollback', run, '--format', 'json']).ended;
      expect(expectEnd(again, 5)).toMatchObject({ end: 'stranded', next: last.next });
      expect(await liveChain(host, 'testvm', 'vda')).toEqual(chain);
      await forget(host, run);
      // The plan asked for no removal, so no file was removed.
      expect((await picture(host, 'testvm')).files).toEqual(before.files);
      await expectWrites(host, guest);
      for (const name of ['o1', 'o2']) if (!chain.includes(file(name))) await rm(file(name));
    },
  );
});

test('layers that no case names are unchanged', async () => {
  expect(await listFiles(file('base.qcow2'))).toEqual(
    expect.arrayContaining(['fill', 'base.layer']),
  );
  const refused = await runSteps(host, 'testvm', [
    { blockcommit: { disk: 'vda', top: file('snap1.qcow2'), base: file('nowhere') } },
  ]);
  expect([refused.exitCode, codes(refused)]).toEqual([3, ['BP113']]);
});
