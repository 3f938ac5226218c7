/** snapshot-create-as on real libvirt: which disks continue on which overlays, what is recorded, and the rollback. */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { imageFormat, persistentSource } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import {
  agentConnected,
  currentSnapshot,
  metadataRecords,
  type Picture,
  picture,
} from '../../src/lab/picture.ts';
import {
  codes,
  expectEnd,
  expectUndone,
  expectWrites,
  failingStep,
  raiseLog,
  runSteps,
  sentToQemu,
} from './support.ts';

let host: LabHost;
let guest: Guest;
let fails: Record<string, unknown>;
let first: Picture;

beforeAll(async () => {
  host = await startHost();
  await raiseLog(host, '1:qemu.qemu_monitor 1:qemu.qemu_agent');
  fails = await failingStep(host);
  guest = await host.createGuest({
    name: 'testvm',
    disks: [
      { target: 'vda', chain: ['base', 'snap1'] },
      { target: 'vdb', chain: ['data'], format: 'raw' },
    ],
    autostart: true,
  });
  await guest.waitForWrites(2);
  await agentConnected(host, guest.name);
  // The rollback of a snapshot leaves the definition as libvirt first wrote it.
  first = await picture(host, 'testvm');
});
afterAll(() => host.stop());

const file = (name: string) => join(host.images, 'testvm', name);

/** Commits, by hand, the layers that a case put above the first chains, and removes the records of its snapshots. */
afterEach(async () => {
  const { chains, snapshots } = await picture(host, 'testvm');
  for (const [target, chain] of Object.entries(chains)) {
    const base = first.chains[target]![0]!;
    if (chain[0] === base) continue;
    await host.virsh(
      'blockcommit',
      'testvm',
      target,
      '--base',
      base,
      '--active',
      '--pivot',
      '--wait',
    );
    for (const extra of chain.slice(0, chain.indexOf(base))) await rm(extra);
  }
  for (const name of Object.keys(snapshots))
    await host.virsh('snapshot-delete', 'testvm', name, '--metadata');
});

async function snapshot(params: Record<string, unknown>): Promise<Picture> {
  expectEnd(await runSteps(host, 'testvm', [{ 'snapshot-create-as': params }]), 0);
  await expectWrites(host, guest);
  return picture(host, 'testvm');
}

describe('forward', () => {
  test('all disks at once, beside their files, frozen by the agent, with a record and its description', async () => {
    const description = `it's <b>&"ü`;
    const options = { 'disk-only': true, atomic: true, quiesce: true, validate: true };
    const now = await snapshot({ name: 'night', description, ...options });
    expect(now.chains).toEqual({
      vda: [file('snap1.night'), ...first.chains['vda']!],
      vdb: [file('data.night'), ...first.chains['vdb']!],
    });
    expect(await persistentSource(host, 'testvm', 'vda')).toBe(file('snap1.night'));
    expect(await persistentSource(host, 'testvm', 'vdb')).toBe(file('data.night'));
    expect(Object.keys(now.snapshots)).toEqual(['night']);
    expect(now.snapshots['night']).toContain(
      '<description>it&apos;s &lt;b&gt;&amp;&quot;ü</description>',
    );
    expect(now.currentSnapshot).toBe('night');
    // Only one transaction for both disks is atomic; the agent was asked to freeze for it.
    const transactions = await sentToQemu(host, 'transaction');
    expect(transactions.at(-1)!['actions']).toHaveLength(2);
    const log = await readFile(host.logs, 'utf8');
    expect(log.match(/guest-fsfreeze-freeze/g)).toBeTruthy();
    expect(log.match(/guest-fsfreeze-thaw/g)).toBeTruthy();
    const again = await runSteps(host, 'testvm', [
      { 'snapshot-create-as': { name: 'night', 'disk-only': true } },
    ]);
    expect([again.exitCode, codes(again)[0]]).toEqual([3, 'BP111']);
  });

  test('a diskspec names the overlay; snapshot=no leaves a disk alone; no-metadata leaves no record', async () => {
    const now = await snapshot({
      name: 's1',
      'disk-only': true,
      'no-metadata': true,
      diskspec: [
        { disk: 'vda', file: file('o, with a comma') },
        { disk: 'vdb', snapshot: 'no' },
      ],
    });
    expect(now.chains).toEqual({
      vda: [file('o, with a comma'), ...first.chains['vda']!],
      vdb: first.chains['vdb'],
    });
    expect(now.snapshots).toEqual({});
    expect(now.files).toEqual([...first.files, file('o, with a comma')].sort());
  });

  test('"*" means every disk that is not listed, and other disks may be listed beside it', async () => {
    const now = await snapshot({
      name: 's2',
      'disk-only': true,
      'no-metadata': true,
      diskspec: [{ disk: '*', snapshot: 'no' }, { disk: 'vdb' }],
    });
    expect(now.chains).toEqual({
      vda: first.chains['vda'],
      vdb: [file('data.s2'), ...first.chains['vdb']!],
    });
  });

  test('reuse-external uses the existing file, and the rollback keeps it', async () => {
    const overlay = file('made');
    const words = ['-o', 'cluster_size=4096', '-b', first.chains['vda']![0]!, '-F', 'qcow2'];
    await host.qemuImg('create', '-q', '-f', 'qcow2', ...words, overlay);
    const params = {
      name: 's3',
      'disk-only': true,
      'no-metadata': true,
      'reuse-external': true,
      diskspec: [
        { disk: 'vda', file: overlay },
        { disk: '*', snapshot: 'no' },
      ],
    };
    await expectUndone(host, guest, [{ 'snapshot-create-as': params }, fails]);
    await host.qemuImg('create', '-q', '-f', 'qcow2', ...words, overlay);
    const now = await snapshot(params);
    expect(now.chains['vda']![0]).toBe(overlay);
    expect(await host.qemuImg('info', '-U', overlay)).toContain('cluster_size: 4096');
  });

  test('memspec saves the memory too, while the guest runs or is paused', async () => {
    for (const live of [true, false]) {
      const name = live ? 'live' : 'still';
      const memory = join(host.images, `${name}.mem`);
      const params = { name, ...(live ? { live } : {}), memspec: { file: memory } };
      const now = await snapshot(params);
      expect((await stat(memory)).size).toBeGreaterThan(1024 * 1024);
      expect(now.snapshots[name]).toContain(memory);
      expect(now.chains['vda']).toHaveLength(live ? 3 : 4);
      await rm(memory);
    }
  });

  test('driver sets the format of the overlay', async () => {
    await snapshot({
      name: 's4',
      'disk-only': true,
      'no-metadata': true,
      diskspec: [
        { disk: 'vda', driver: 'qcow2', file: file('o4') },
        { disk: '*', snapshot: 'no' },
      ],
    });
    expect(await imageFormat(host, file('o4'))).toBe('qcow2');
  });
});

describe('the rollback', () => {
  test.each([
    ['with a record', { 'disk-only': true, atomic: true, quiesce: true, description: 'x' }],
    ['without one', { 'disk-only': true, 'no-metadata': true }],
    [
      'of one disk',
      { 'disk-only': true, diskspec: [{ disk: '*', snapshot: 'no' }, { disk: 'vdb' }] },
    ],
    ['of disks and memory', { memspec: { file: '' } }],
  ])('%s', async (_, params) => {
    const given =
      'memspec' in params ? { live: true, memspec: { file: join(host.images, 'm') } } : params;
    await expectUndone(host, guest, [{ 'snapshot-create-as': { name: 'back', ...given } }, fails]);
  });

  test('of two snapshots in a row, the second above an existing record', async () => {
    await snapshot({ name: 'kept', 'disk-only': true });
    const step = (name: string) => ({ 'snapshot-create-as': { name, 'disk-only': true } });
    await expectUndone(host, guest, [step('one'), step('two'), fails]);
    expect(await currentSnapshot(host, 'testvm')).toBe('kept');
    expect(Object.keys(await metadataRecords(host, 'testvm', 'snapshot'))).toEqual(['kept']);
  });
});
