/**
 * Dangers that a plan is warned of, on real libvirt: each is reported before anything is done, and is real. After a
 * warning the plan is run anyway, and libvirt then does what was predicted.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageChain, liveChain, persistentSource } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { refusal } from './refusal.ts';
import {
  expectEnd,
  expectNextStart,
  planText,
  runSteps,
  startCli,
  tool,
  writePlan,
} from './support.ts';

type Steps = readonly Readonly<Record<string, unknown>>[];

let host: LabHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

const at = (name: string) => join(host.images, name);

/** The codes that a dry run reports, in order. */
async function told(domain: string, steps: Steps, exitCode = 0): Promise<string[]> {
  const file = await writePlan(host, planText(domain, steps));
  const ended = await startCli(host, ['run', file, '-c', host.uri, '--dry-run']).ended;
  expect(ended.exitCode, ended.told).toBe(exitCode);
  return [...`${ended.stdout}${ended.stderr}`.matchAll(/\bBP\d{3}\b/g)].map(([code]) => code);
}

function guestOf(name: string, chain: [string, ...string[]], more: object = {}): Promise<Guest> {
  return host.createGuest({ name, agent: false, disks: [{ target: 'vda', chain }], ...more });
}

/** Starts an incremental backup since a checkpoint; rejects when libvirt cannot make one. */
async function incremental(domain: string, checkpoint: string): Promise<void> {
  const target = at(`${domain}-${checkpoint}.backup`);
  const file = join(host.dir, 'backup.xml');
  await writeFile(
    file,
    `<domainbackup><incremental>${checkpoint}</incremental><disks><disk name='vda' type='file'><target file='${target}'/><driver type='qcow2'/></disk></disks></domainbackup>`,
  );
  await host.virsh('backup-begin', domain, file);
  await until('the backup', 20_000, async () =>
    (await host.virsh('domjobinfo', domain)).includes('None'),
  );
  await rm(target);
}

test('warns of snapshots whose records name layers that leave the chain', async () => {
  const guest = await guestOf('recorded', ['recorded-base']);
  await guest.waitForWrites(1);
  await host.virsh('snapshot-create-as', 'recorded', 'monday', '--disk-only');
  const dest = at('recorded.qcow2');
  const moved = [{ blockcopy: { disk: 'vda', dest, shallow: true, pivot: true } }];
  const snapshot = { name: 'own', 'disk-only': true };
  const commit = { blockcommit: { disk: 'vda', shallow: true, pivot: true } };
  expect(await told('recorded', [{ 'snapshot-create-as': snapshot }, commit])).toEqual(['BP131']);
  const unrecorded = { ...snapshot, 'no-metadata': true };
  expect(await told('recorded', [{ 'snapshot-create-as': unrecorded }, commit])).toEqual([]);
  expect(await told('recorded', moved)).toEqual(['BP131']);
  expectEnd(await runSteps(host, 'recorded', moved), 0);
  const upTo = await guest.waitForWrites(1);
  const reverts = await revertsToExternal();
  const deleted = host.virsh('snapshot-delete', 'recorded', 'monday');
  if (reverts) {
    await deleted;
    expect(await liveChain(host, 'recorded', 'vda')).toEqual(guest.disks[0]!.files);
    expect(existsSync(dest)).toBe(false);
    await expectNextStart(host, 'recorded', { upTo });
  } else {
    await expect(deleted).rejects.toThrow();
    await host.virsh('snapshot-delete', 'recorded', 'monday', '--metadata');
  }
  await guest.destroy();
});

test('warns of a revert to an external snapshot whose layer has left the chain', async () => {
  const guest = await guestOf('outside', ['outside-base']);
  await guest.waitForWrites(1);
  await host.virsh('snapshot-create-as', 'outside', 'monday', '--disk-only');
  const [overlay] = await liveChain(host, 'outside', 'vda');
  const moved = [{ blockcopy: { disk: 'vda', dest: at('outside.qcow2'), pivot: true } }];
  expectEnd(await runSteps(host, 'outside', moved), 0);
  const reverts = await revertsToExternal();
  const reverted = host.virsh('snapshot-revert', 'outside', 'monday');
  if (reverts) {
    await reverted;
    expect(await guest.state()).toBe('shut off');
    expect(existsSync(overlay!)).toBe(false);
    expect(
      (await imageChain(host, (await persistentSource(host, 'outside', 'vda'))!)).slice(1),
    ).toEqual(guest.disks[0]!.files);
  } else await expect(reverted).rejects.toThrow('not supported');
  await guest.destroy();
});

/** Whether libvirt supports reverts to external snapshots, and so treats their records differently. */
async function revertsToExternal(): Promise<boolean> {
  return (await host.virsh('capabilities')).includes('<externalSnapshot/>');
}

test('warns that a revert to an internal snapshot goes back to the old file', async () => {
  const guest = await guestOf('within', ['within-base']);
  await guest.waitForWrites(1);
  await host.virsh('snapshot-create-as', 'within', 'monday');
  const moved = [{ blockcopy: { disk: 'vda', dest: at('within.qcow2'), pivot: true } }];
  expect(await told('within', moved)).toEqual(['BP131']);
  expectEnd(await runSteps(host, 'within', moved), 0);
  await host.virsh('snapshot-revert', 'within', 'monday');
  for (const words of [[], ['--inactive']])
    expect(await host.virsh('domblklist', 'within', ...words)).toContain(guest.disks[0]!.files[0]);
  await guest.destroy();
  await host.virsh('snapshot-delete', 'within', 'monday');
});

test('warns that checkpoints are lost in a raw image; they are kept in a qcow2 image', async () => {
  const guest = await guestOf('tracked', ['tracked-base']);
  await guest.waitForWrites(1);
  await host.virsh('checkpoint-create-as', 'tracked', 'weekly');
  const copy = (name: string, format: string) => [
    { blockcopy: { disk: 'vda', dest: at(name), format, pivot: true } },
  ];
  expect(await told('tracked', copy('tracked.qcow2', 'qcow2'))).toEqual([]);
  expectEnd(await runSteps(host, 'tracked', copy('tracked.qcow2', 'qcow2')), 0);
  await incremental('tracked', 'weekly');
  expect(await told('tracked', copy('tracked.raw', 'raw'))).toEqual(['BP132']);
  expectEnd(await runSteps(host, 'tracked', copy('tracked.raw', 'raw')), 0);
  await expect(incremental('tracked', 'weekly')).rejects.toThrow('missing or broken bitmap');
  await guest.destroy();
});

test('checks the space for all steps together, and for an overlay beside a copy', async () => {
  // The tables of so much data are small: they are not certain of a copy.
  const disks = [{ target: 'vda', chain: ['roomy-base'], fill: 8 * 1024 * 1024 }];
  const guest = await guestOf('roomy', ['roomy-base'], { disks });
  await guest.waitForWrites(1);
  const base = guest.disks[0]!.files[0]!;
  const held = Number((await tool('stat', '--format', '%b', base)).trim()) * 512;
  // Space for one and a half copies; the disk is larger than both.
  const folder = await host.tmpfs(Math.ceil((held * 1.5) / 65_536) * 65_536);
  const copy = (name: string) => ({
    blockcopy: { disk: 'vda', dest: join(folder, name), finish: true },
  });
  expect(await told('roomy', [copy('one')])).toEqual([]);
  await refusal(host, 'roomy', [copy('one'), copy('two')], ['BP133']);
  const large = await host.tmpfs(96 * 1024 * 1024);
  const overlay = {
    'snapshot-create-as': {
      name: 's',
      'disk-only': true,
      'no-metadata': true,
      diskspec: [{ disk: 'vda', file: join(large, 'overlay') }],
    },
  };
  const beside = { convert: { source: base, dest: join(large, 'copy') } };
  expect(await told('roomy', [overlay, beside])).toEqual([]);
  await writeFile(join(large, 'filler'), Buffer.alloc(31.5 * 1024 * 1024));
  expect(await told('roomy', [overlay, beside])).toEqual(['BP134']);
  await guest.destroy();
});

test('warns of a guest marked for autostart while it is transient', async () => {
  const guest = await guestOf('autostarted', ['autostarted-base'], { autostart: true });
  await guest.waitForWrites(1);
  const copy = { disk: 'vda', dest: at('autostarted.qcow2'), pivot: true };
  const classic = [
    { undefine: {} },
    { blockcopy: copy },
    { redefine: { disk: 'vda', source: copy.dest } },
  ];
  expect(await told('autostarted', classic)).toEqual(['BP135']);
  expect(await told('autostarted', [{ blockcopy: copy }])).toEqual([]);
  // As predicted: undefined, it does not come back with the host.
  await host.virsh('undefine', 'autostarted');
  await host.powerOff();
  await host.boot();
  expect(await host.virsh('list', '--all', '--name')).not.toContain('autostarted');
});

test("checks the depth of a chain against libvirt's limit", async () => {
  const daemon = await host.virsh('version', '--daemon');
  const release = /against daemon: (\d+)\.(\d+)/.exec(daemon)!.slice(1).map(Number);
  // From 10.8 to 11.10 libvirt parses QEMU's answers with a library that takes less nesting.
  const [major, minor] = release as [number, number];
  const shallow = major === 11 || (major === 10 && minor >= 8);
  const layers = Array.from({ length: shallow ? 25 : 200 }, (_, depth) => at(`layer-${depth}`));
  await Promise.all(
    layers.map((file, depth) => {
      const below = depth === 0 ? [] : ['-u', '-b', layers[depth - 1]!, '-F', 'qcow2'];
      return host.qemuImg('create', '-q', '-f', 'qcow2', ...below, file, '64M');
    }),
  );
  const guest = await guestOf('deep', [layers.at(-1)!]);
  const snapshot = { name: 's', 'disk-only': true, 'no-metadata': true };
  await refusal(host, 'deep', [{ 'snapshot-create-as': snapshot }], ['BP136']);
  const deeper = host.virsh('snapshot-create-as', 'deep', 's', '--disk-only', '--no-metadata');
  if (shallow) {
    // The running guest accepts one more layer, but does not start again.
    await deeper;
    await guest.destroy();
    await expect(guest.start()).rejects.toThrow('nesting too deep');
  } else {
    await expect(deeper).rejects.toThrow('more than 200 layers deep');
    await guest.destroy();
  }
  await host.virsh('undefine', 'deep');
  for (const file of layers) await rm(file);
});

test("warns of a folder that QEMU's user may not enter", async () => {
  const guest = await guestOf('confined', ['confined-base', 'confined-top'], { start: false });
  const xml = await definition(host, 'confined');
  const file = join(host.dir, 'confined.xml');
  // Another user may not read the lab's kernel; QEMU also runs with the firmware alone.
  const label = `<seclabel type='static' model='dac' relabel='yes'><label>+65534:+65534</label></seclabel>`;
  const bare = xml.replace(/<(kernel|initrd|cmdline)>[^<]*<\/\1>/g, '');
  await writeFile(file, bare.replace('</domain>', `${label}</domain>`));
  await host.virsh('define', file);
  for (const folder of [host.dir, host.images]) await chmod(folder, 0o755);
  await tool('chown', '-R', '65534:65534', at('confined'), join(host.dir, 'consoles'));
  await guest.start();
  const barred = at('barred');
  await mkdir(barred, { mode: 0o700 });
  const dest = join(barred, 'copy.qcow2');
  const copy = { disk: 'vda', dest, shallow: true, finish: true };
  const ended = await refusal(host, 'confined', [{ blockcopy: copy }], ['BP138'], dest);
  expect(ended.stderr).toContain(`runs as user 65534, who cannot enter ${barred}`);
  const overlay = { name: 's', 'disk-only': true, diskspec: [{ disk: 'vda', file: dest }] };
  await refusal(host, 'confined', [{ 'snapshot-create-as': overlay }], ['BP138']);
  const words = ['--dest', dest, '--transient-job', '--shallow', '--wait'];
  await expect(host.virsh('blockcopy', 'confined', 'vda', ...words)).rejects.toThrow(
    'Permission denied',
  );
  await rm(barred, { recursive: true });
  await guest.destroy();
});

test('refuses a definition that names another file than the guest runs on', async () => {
  const guest = await guestOf('stale', ['stale-base', 'stale-mid', 'stale-top']);
  await guest.waitForWrites(1);
  const [base, mid, top] = guest.disks[0]!.files as [string, string, string];
  const file = join(host.dir, 'stale.xml');
  await writeFile(file, (await definition(host, 'stale')).replace(top, mid));
  await host.virsh('define', file);
  const snapshot = { name: 's', 'disk-only': true, 'no-metadata': true };
  await refusal(host, 'stale', [{ 'snapshot-create-as': snapshot }], ['BP140']);
  const commit = { blockcommit: { disk: 'vda', base, pivot: true } };
  await refusal(host, 'stale', [commit], ['BP119'], 'vda');
  const upper = { blockcommit: { disk: 'vda', shallow: true, pivot: true } };
  expect(await told('stale', [upper])).toEqual([]);
  // The solution: the definition is changed to the guest's file.
  const mended = { redefine: { disk: 'vda', source: at('stale/stale-top.s') } };
  expectEnd(await runSteps(host, 'stale', [{ 'snapshot-create-as': snapshot }, mended]), 0);
  expect(await definition(host, 'stale')).toContain(at('stale/stale-top.s'));
  await guest.destroy();
});
