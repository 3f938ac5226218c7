/** A disk that moves between a file and a block device: its definition must say which of the two it is. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition } from '../../src/lab/picture.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { sampled } from './sample.ts';
import { expectEnd, expectUndone, expectWrites, failingStep, runSteps, tool } from './support.ts';

let host: LabHost;
let guest: Guest;
let device: string;
let fails: Record<string, unknown>;

beforeAll(async () => {
  host = await startHost();
  fails = await failingStep(host);
});
afterAll(() => host.stop());

const at = (name: string) => join(host.images, name);

/** Kills the guest, starts it from its definition, and fails unless it continues with every write. */
async function expectNextStart(): Promise<void> {
  const upTo = await guest.acknowledged();
  await guest.destroy();
  await guest.start();
  expect(await guest.waitForWrites(2)).toBeGreaterThan(upTo);
  await expectWrites(host, guest);
}

/** The steps are done and undone: only the last one fails. */
async function expectTakenBack(steps: readonly Record<string, unknown>[]): Promise<void> {
  const last = await expectUndone(host, guest, [...steps, fails]);
  expect(saidIn(last).join()).toContain('fails/convert failed');
}

/** The disk's first line and its source in the persistent definition. */
async function diskLines(): Promise<string[]> {
  const [disk] = (await definition(host, guest.name)).match(/<disk [\s\S]*?<\/disk>/g) ?? [];
  return [...(disk ?? '').matchAll(/<(?:disk|source|backingStore)\b[^>]*>/g)].map(([tag]) => tag);
}

const onDevice = () => [`<disk type='block' device='disk'>`, `<source dev='${device}'/>`];
const onFile = (file: string) => [`<disk type='file' device='disk'>`, `<source file='${file}'/>`];

// QEMU mirrors to a raw device only if it has exactly the disk's size; qcow2 needs space for its tables.
const formats = [
  ['raw', '64M'],
  ['qcow2', '128M'],
] as const;

describe.each(sampled('formats of a device', formats, 1))('as %s', (format, size) => {
  const there = () => ({ disk: 'vda', dest: device, blockdev: true, pivot: true, format });

  beforeAll(async () => {
    await tool('truncate', '-s', size, join(host.dir, format));
    device = (await tool('losetup', '--find', '--show', join(host.dir, format))).trim();
    guest = await host.createGuest({ disks: [{ target: 'vda', chain: [`plain-${format}`] }] });
    await guest.waitForWrites(2);
  });
  afterAll(async () => {
    await guest.destroy();
    await tool('losetup', '--detach', device);
  });

  test('the disk is rolled back from a device', async () => {
    await expectTakenBack([{ blockcopy: there() }]);
    const redefine = { disk: 'vda', source: device };
    const classic = [{ undefine: {} }, { blockcopy: there() }, { redefine }];
    await expectTakenBack(classic);
  });

  test('the disk moves to a device, and the guest starts from it', async () => {
    expectEnd(await runSteps(host, guest.name, [{ blockcopy: there() }]), 0);
    expect(await liveChain(host, guest.name, 'vda')).toEqual([device]);
    expect(await diskLines()).toEqual(onDevice());
    await expectNextStart();
  });

  test('the disk is rolled back to a device', async () => {
    const blockcopy = { disk: 'vda', dest: at(`file-${format}`), format: 'qcow2', pivot: true };
    await expectTakenBack([{ blockcopy }]);
    await expectNextStart();
  });

  test('the disk moves from the device to a qcow2 file, the classic way, and the guest starts from it', async () => {
    const blockcopy = { disk: 'vda', dest: at(`file-${format}`), format: 'qcow2', pivot: true };
    const redefine = { disk: 'vda', source: blockcopy.dest };
    await expectTakenBack([{ undefine: {} }, { blockcopy }, { redefine }]);
    expectEnd(await runSteps(host, guest.name, [{ undefine: {} }, { blockcopy }, { redefine }]), 0);
    expect(await diskLines()).toEqual(onFile(blockcopy.dest));
    await expectNextStart();
  });
});

test('an explicit end of the chain is removed when the disk moves to an overlay', async () => {
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['alone'] }] });
  await guest.waitForWrites(2);
  const ended = join(host.dir, 'ended.xml');
  const xml = await definition(host, guest.name);
  await writeFile(
    ended,
    xml.replace("<target dev='vda'", "<backingStore/>\n      <target dev='vda'"),
  );
  await host.virsh('define', ended);
  expect(await diskLines()).toEqual([...onFile(guest.disks[0]!.files[0]!), '<backingStore/>']);
  const steps = [
    { undefine: {} },
    {
      'snapshot-create-as': {
        name: 'above',
        'disk-only': true,
        'no-metadata': true,
        diskspec: [{ disk: 'vda', file: at('above.qcow2') }],
      },
    },
    { redefine: { disk: 'vda', source: at('above.qcow2') } },
  ];
  await expectTakenBack(steps);
  expectEnd(await runSteps(host, guest.name, steps), 0);
  expect(await diskLines()).toEqual(onFile(at('above.qcow2')));
  await expectNextStart();
});
