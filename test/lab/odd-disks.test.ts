/**
 * Disks with properties that blockplan does not model, beside an ordinary one. Tests how libvirt treats them, that a plan on
 * them is refused before anything is touched, and that a plan on the ordinary disk leaves them alone.
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveChain, persistentSource } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition } from '../../src/lab/picture.ts';
import { refusal } from './refusal.ts';
import { expectEnd, runSteps, startCli, tool } from './support.ts';

const NAME = 'testvm';
const MIB = 1024 * 1024;
let host: LabHost;
let guest: Guest;
let device: string;

const at = (name: string) => join(host.images, name);

/** A raw disk on a bus for which the lab's guest has no driver, so that nothing writes to it. */
function oddDisk(target: string, source: string, more = '', type = 'file'): string {
  return `<disk type='${type}' device='disk'><driver name='qemu' type='raw'/>${source}<target dev='${target}' bus='sata'/>${more}</disk>`;
}

const slices = `<slices><slice type='storage' offset='${MIB}' size='${2 * MIB}'/></slices>`;

beforeAll(async () => {
  host = await startHost();
  for (const name of ['transient.raw', 'sliced.raw', 'device.raw', 'shared.raw'])
    await tool('truncate', '-s', '8M', at(name));
  device = (await tool('losetup', '--find', '--show', at('device.raw'))).trim();
  guest = await host.createGuest({
    name: NAME,
    disks: [{ target: 'vda', chain: ['base', 'top'] }],
    extraXml: [
      oddDisk('sda', `<source file='${at('transient.raw')}'/>`, '<transient/>'),
      oddDisk('sdb', `<source file='${at('sliced.raw')}'>${slices}</source>`),
      oddDisk('sdc', `<source dev='${device}'/>`, '', 'block'),
      oddDisk('sdd', `<source file='${at('shared.raw')}'/>`, '<shareable/>'),
    ].join('\n'),
  });
  await guest.waitForWrites(1);
});
afterAll(async () => {
  await guest.destroy();
  await tool('losetup', '--detach', device);
  await host.stop();
});

const copy = (disk: string) => ({ blockcopy: { disk, dest: at('new.raw'), pivot: true } });
const snapshot = (disk: string) => ({
  'snapshot-create-as': {
    name: 's',
    'disk-only': true,
    diskspec: [
      { disk, file: at('overlay') },
      { disk: '*', snapshot: 'no' },
    ],
  },
});

/** libvirt's own answer to a copy of the disk. */
const copied = (disk: string) =>
  host.virsh('blockcopy', NAME, disk, '--dest', at('by-hand'), '--transient-job', '--wait');

describe('a transient disk', () => {
  const overlay = () => `${at('transient.raw')}.TRANSIENT-${NAME}`;

  test('uses a separate file, has no block jobs, and its definition names another file', async () => {
    expect((await liveChain(host, NAME, 'sda'))[0]).toBe(overlay());
    expect(await persistentSource(host, NAME, 'sda')).toBe(at('transient.raw'));
    await expect(copied('sda')).rejects.toThrow('block jobs are not supported on transient disk');
  });

  test('is refused by every step', async () => {
    await refusal(host, NAME, [copy('sda')], ['BP126'], 'sda');
    await refusal(host, NAME, [snapshot('sda')], ['BP126'], 'sda');
    const redefine = { disk: 'sda', source: overlay() };
    await refusal(host, NAME, [{ redefine }], ['BP126'], 'sda');
    const convert = { source: at('transient.raw'), dest: at('new.qcow2') };
    await refusal(host, NAME, [{ convert }], ['BP126'], at('transient.raw'));
  });

  test('is healthy for the doctor', async () => {
    const ended = await startCli(host, ['doctor', NAME, '-c', host.uri]).ended;
    expect([ended.exitCode, ended.stderr], ended.told).toEqual([0, '']);
    expect(ended.stdout).toContain('nothing found');
  });
});

describe('a slice of a file', () => {
  test('is a slice of any file that the definition names', async () => {
    const sizes = await host.virsh('domblkinfo', NAME, 'sdb');
    expect(sizes).toMatch(new RegExp(`Capacity:\\s+${2 * MIB}\\b`));
    // What a redefine would give to libvirt: the new file with the old file's slices.
    const whole = at('whole.raw');
    await tool('truncate', '-s', '8M', whole);
    const other = await host.createGuest({
      disks: [{ target: 'vda', chain: ['other'] }],
      extraXml: oddDisk('sda', `<source file='${whole}'>${slices}</source>`),
    });
    const there = await host.virsh('domblkinfo', other.name, 'sda');
    expect(there).toMatch(new RegExp(`Capacity:\\s+${2 * MIB}\\b`));
    await other.destroy();
  });

  test('is refused by every step', async () => {
    await refusal(host, NAME, [copy('sdb')], ['BP126'], 'sdb');
    const redefine = { disk: 'sdb', source: at('sliced.raw') };
    await refusal(host, NAME, [{ redefine }], ['BP126'], 'sdb');
    const source = { source: at('sliced.raw'), dest: at('new.qcow2'), 'source-format': 'raw' };
    const codes = ['BP126', 'BP116'];
    await refusal(host, NAME, [{ convert: source }], codes, at('sliced.raw'));
  });
});

describe('a block device', () => {
  test('has no default overlay, in libvirt and in blockplan', async () => {
    const devices = await readdir('/dev');
    const others = ['vda', 'sda', 'sdb', 'sdd'].flatMap((target) => [
      '--diskspec',
      `${target},snapshot=no`,
    ]);
    const asked = host.virsh('snapshot-create-as', NAME, 'backup', '--disk-only', ...others);
    await expect(asked).rejects.toThrow(
      'is not a regular file; refusing to generate external snapshot name',
    );
    const diskspec = ['vda', 'sda', 'sdb', 'sdd'].map((disk) => ({ disk, snapshot: 'no' }));
    const step = { 'snapshot-create-as': { name: 'backup', 'disk-only': true, diskspec } };
    await refusal(host, NAME, [step], ['BP143'], 'backup');
    expect(await readdir('/dev')).toEqual(devices);
  });

  test('gets an overlay if the plan names it, and loses it in the rollback', async () => {
    const specs = [
      { disk: 'sdc', file: at('above-device') },
      { disk: '*', snapshot: 'no' },
    ];
    const steps = [
      {
        'snapshot-create-as': {
          name: 's',
          'disk-only': true,
          'no-metadata': true,
          diskspec: specs,
        },
      },
      { blockcommit: { disk: 'sdc', shallow: true, active: true, pivot: true, delete: true } },
    ];
    expectEnd(await runSteps(host, NAME, steps), 0);
    expect(await liveChain(host, NAME, 'sdc')).toEqual([device]);
  });
});

describe('a shared disk', () => {
  test('is copied by libvirt only into a shareable image, and by no step', async () => {
    const words = ['--dest', at('by-hand'), '--format', 'qcow2', '--transient-job', '--wait'];
    await expect(host.virsh('blockcopy', NAME, 'sdd', ...words)).rejects.toThrow(
      "can't pivot a shared disk to a storage volume not supporting sharing",
    );
    await refusal(host, NAME, [copy('sdd')], ['BP126'], 'sdd');
  });
});

test('a refused snapshot of all disks names each disk that cannot take part', async () => {
  const step = { 'snapshot-create-as': { name: 'all', 'disk-only': true } };
  await refusal(host, NAME, [step], ['BP126', 'BP126', 'BP126', 'BP143'], 'all');
});

test('a property that only the definition has counts as well', async () => {
  const before = await definition(host, NAME);
  const file = join(host.dir, 'reports.xml');
  const policy = "<driver name='qemu' type='qcow2' error_policy='ignore'/>";
  await writeFile(file, before.replace("<driver name='qemu' type='qcow2'/>", policy));
  await host.virsh('define', file);
  expect(await definition(host, NAME)).toContain("error_policy='ignore'");
  await refusal(host, NAME, [copy('vda')], ['BP126'], 'vda');
  await writeFile(file, before);
  await host.virsh('define', file);
});

test('a plan on the ordinary disk leaves the others alone', async () => {
  const before = await definition(host, NAME);
  const steps = [
    { undefine: {} },
    snapshot('vda'),
    { blockcommit: { disk: 'vda', shallow: true, active: true, pivot: true, delete: true } },
    { redefine: {} },
  ].map((step) =>
    'snapshot-create-as' in step
      ? { 'snapshot-create-as': { ...step['snapshot-create-as'], 'no-metadata': true } }
      : step,
  );
  expectEnd(await runSteps(host, NAME, steps), 0);
  expect(await definition(host, NAME)).toBe(before);
  const upTo = await guest.waitForWrites(1);
  await guest.verifyLog((await liveChain(host, NAME, 'vda'))[0]!, upTo);
  await guest.destroy();
  await guest.start();
  expect(await guest.waitForWrites(1)).toBeGreaterThan(upTo);
});
