/**
 * Increments on real libvirt. Each backup is made of a paused guest that has written since the last one, and compared byte for
 * byte with what it had, by qemu-img. The guest has no system: its writes go through QEMU's own monitor, so it needs no processor.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { openVirsh, type Virsh } from '../../src/libvirt/virsh.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { BareGuest } from './bare-guest.ts';
import { runWithFault } from './fault-run.ts';
import { expectEnd, planText, runSteps, tool } from './support.ts';

let host: LabHost;
let virsh: Virsh;
let guest: BareGuest;
let store: string;
/** By image, the SHA-256 of what the paused guest had on that disk. */
const points = new Map<string, string>();

interface Manifest {
  readonly parent?: string;
  readonly checkpoint?: string;
  readonly disks: readonly {
    readonly target: string;
    readonly mode: string;
    readonly reason?: string;
    readonly capacity: number;
    readonly root: string;
  }[];
}

beforeAll(async () => {
  host = await startHost();
  await connect();
  guest = new BareGuest(host, () => virsh, 'increments', {
    persistent: true,
    autostart: false,
    disks: [
      { target: 'vda', layers: 2, format: 'qcow2' },
      { target: 'vdb', layers: 1, format: 'qcow2' },
    ],
  });
  await guest.begin();
  store = join(guest.folder, 'store');
  await mkdir(store, { mode: 0o711 });
});
afterAll(async () => {
  await virsh.close();
  await host.stop();
});

async function connect(): Promise<void> {
  virsh = await openVirsh(localHost, { uri: host.uri, readonly: false });
}

const backup = (name: string, more: object = {}) => ({
  'backup-begin': { store, name, incremental: 'auto', ...more },
});
const copy = (name: string, disk: string) => join(store, name, `${disk}.qcow2`);

async function manifest(name: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(store, name, 'manifest.json'), 'utf8')) as Manifest;
}

/** The files that the guest runs on, by libvirt. */
async function active(): Promise<ReadonlyMap<string, string>> {
  const listed = await host.virsh('domblklist', guest.name);
  const lines = listed.matchAll(/^\s*(vd[ab])\s+(\S+)/gm);
  return new Map([...lines].map(([, disk = '', file = '']) => [disk, file]));
}

/** The SHA-256 of an image as its guest sees it, by tools that know nothing of blockplan. */
async function content(image: string): Promise<string> {
  const script = 'qemu-img convert -U -f qcow2 -O raw "$1" "$2" && sha256sum < "$2"; rm -f "$2"';
  const raw = join(host.dir, 'content.raw');
  return (await tool('sh', '-c', script, 'sh', image, raw)).slice(0, 64);
}

/** Backs up what the guest has written; each copy must be what the guest had at that instant. */
async function backUp(name: string, more: object = {}): Promise<Manifest> {
  await guest.writes();
  await host.virsh('suspend', guest.name);
  const ended = await runSteps(host, guest.name, [backup(name, more)]);
  expectEnd(ended, 0);
  for (const [disk, file] of await active()) {
    await host.qemuImg('compare', '-U', '-f', 'qcow2', '-F', 'qcow2', file, copy(name, disk));
    points.set(copy(name, disk), await content(file));
  }
  await host.virsh('resume', guest.name);
  await guest.writes();
  const made = await manifest(name);
  expect(made.checkpoint, ended.told).toBe(name);
  return made;
}

async function checkpoints(): Promise<string[]> {
  const listed = await host.virsh('checkpoint-list', guest.name, '--name');
  return listed.split('\n').filter((name) => name !== '');
}

const modes = ({ disks }: Manifest) => disks.map(({ target, mode }) => `${target} ${mode}`);
const FULL = ['vda full', 'vdb full'];
const INCREMENTAL = ['vda incremental', 'vdb incremental'];

test('the first backup is full and says why; the next ones have only what was written since', async () => {
  const first = await backUp('full');
  expect([modes(first), first.parent]).toEqual([FULL, undefined]);
  expect(first.disks[0]?.reason).toBe('the store has no earlier backup');
  for (const [name, parent] of [
    ['inc-1', 'full'],
    ['inc-2', 'inc-1'],
  ] as const) {
    const made = await backUp(name);
    expect([modes(made), made.parent]).toEqual([INCREMENTAL, parent]);
    const info = await host.qemuImg('info', '-U', '--output=json', copy(name, 'vda'));
    expect(JSON.parse(info)['backing-filename']).toBe(`../${parent}/vda.qcow2`);
    // Only the newest checkpoint is kept.
    expect(await checkpoints()).toEqual([name]);
  }
});

test('after a snapshot and its commit, and after libvirtd was killed', async () => {
  const files = await active();
  const snapshot = ['--name', 's', '--disk-only', '--no-metadata'];
  await host.virsh('snapshot-create-as', guest.name, ...snapshot);
  await guest.writes();
  for (const disk of files.keys())
    await host.virsh('blockcommit', guest.name, disk, '--shallow', '--active', '--pivot', '--wait');
  expect(await active()).toEqual(files);
  expect(modes(await backUp('committed'))).toEqual(INCREMENTAL);
  await virsh.close();
  await host.killDaemon();
  await host.startDaemon();
  await connect();
  expect(modes(await backUp('daemon'))).toEqual(INCREMENTAL);
});

test('after a restart of the guest, which keeps its bitmaps', async () => {
  await host.virsh('destroy', guest.name);
  await host.virsh('start', guest.name);
  expect(modes(await backUp('restarted'))).toEqual(INCREMENTAL);
});

test('what a running guest writes during a backup is in the next increment', async () => {
  let isOver = false;
  const ended = runSteps(host, guest.name, [backup('busy')]).finally(() => {
    isOver = true;
  });
  while (!isOver) await guest.writes();
  expectEnd(await ended, 0);
  await host.qemuImg('check', copy('busy', 'vda'));
  const made = await backUp('after-busy');
  expect([modes(made), made.parent]).toEqual([INCREMENTAL, 'busy']);
});

test('an interruption after the copy leaves neither draft nor checkpoint, and loses no change', async () => {
  const before = [await checkpoints(), await readdir(store)];
  const text = planText(guest.name, [{ id: 'stopped', ...backup('never') }]);
  const seen: string[] = [];
  const { finish, struck } = await runWithFault(host, guest.name, text, {
    name: 'an interruption',
    phase: 'stopped/digest',
    tool: 'digest-backup',
    moment: 'before',
    async strike({ interrupt }) {
      seen.push(...(await checkpoints()));
      interrupt();
    },
  });
  expect([struck, finish.end], saidIn(finish).join('\n')).toEqual([true, 'rolled-back']);
  expect(seen).toContain('never');
  expect([await checkpoints(), await readdir(store)]).toEqual(before);
  expect(modes(await backUp('again'))).toEqual(INCREMENTAL);
});

test('a differential backup, and a chain at its limit', async () => {
  const made = await backUp('differential', { incremental: 'again' });
  expect([modes(made), made.parent]).toEqual([INCREMENTAL, 'again']);
  expect((await checkpoints()).sort()).toEqual(['again', 'differential']);
  const limited = await backUp('limited', { 'max-chain': 3 });
  expect(modes(limited)).toEqual(FULL);
  expect(limited.disks[0]?.reason).toContain('"max-chain" is 3');
  expect(await checkpoints()).toEqual(['limited']);
});

test('after a power loss the next backup is full, and its checkpoint replaces the broken one', async () => {
  await virsh.close();
  await host.powerOff();
  await host.boot();
  await connect();
  await host.virsh('start', guest.name);
  const made = await backUp('crashed');
  expect(modes(made)).toEqual(FULL);
  expect(made.disks[0]?.reason).toBe('the bitmap of the checkpoint limited is missing');
  expect(await checkpoints()).toEqual(['crashed']);
  expect(modes(await backUp('after-crash'))).toEqual(INCREMENTAL);
});

test('all points are still what the guest had, also in a copy of the store, and match their digests', async () => {
  const moved = join(host.dir, 'moved');
  await tool('cp', '-a', store, moved);
  for (const [image, was] of points) {
    expect(await content(image), image).toBe(was);
    expect(await content(image.replace(store, moved)), image).toBe(was);
  }
  const script = [
    'qemu-img convert -O raw "$1" "$2"',
    '(echo "$3"; split -b 1M --filter="sha256sum | cut -c1-64 | xxd -r -p" "$2") | sha256sum',
    'rm "$2"',
  ].join(' && ');
  for (const name of await readdir(store))
    for (const { target, capacity, root } of (await manifest(name)).disks) {
      const words = [copy(name, target), join(host.dir, 'digest.raw'), String(capacity)];
      const sum = await tool('sh', '-c', script, 'sh', ...words);
      expect(sum.slice(0, 64), copy(name, target)).toBe(root);
    }
});

test('a restore of an increment is the point of its chain', async () => {
  await host.virsh('destroy', guest.name);
  const restore = { store, backup: 'restarted', dest: guest.folder };
  const kept = await checkpoints();
  const ended = await runSteps(host, guest.name, [{ restore }]);
  expectEnd(ended, 0);
  expect(ended.told).toContain('BP167');
  expect(await checkpoints()).toEqual(kept);
  for (const disk of ['vda', 'vdb']) {
    const image = join(guest.folder, `${guest.name}-restarted-${disk}.qcow2`);
    expect(await content(image)).toBe(points.get(copy('restarted', disk)));
  }
});

test('after a restore the guest starts, and the next backup is full and deletes the former checkpoints', async () => {
  await host.virsh('start', guest.name);
  const made = await backUp('restored');
  expect(modes(made)).toEqual(FULL);
  expect(made.disks[0]?.reason).toBe('the bitmap of the checkpoint after-crash is missing');
  expect(await checkpoints()).toEqual(['restored']);
  expect(modes(await backUp('after-restored'))).toEqual(INCREMENTAL);
});

/** The names of the bitmaps in the image that a disk runs on, by QEMU. */
async function bitmaps(disk: string): Promise<string[]> {
  const asked = JSON.stringify({ execute: 'query-named-block-nodes', arguments: { flat: true } });
  const answer = await host.virsh('qemu-monitor-command', guest.name, asked);
  const file = (await active()).get(disk);
  const nodes = (JSON.parse(answer) as { return: readonly Node[] }).return;
  const names = nodes
    .filter((node) => node.file === file)
    .flatMap(({ 'dirty-bitmaps': found = [] }) => found.map(({ name }) => name));
  return [...new Set(names)].sort();
}

interface Node {
  readonly file: string;
  readonly 'dirty-bitmaps'?: readonly { readonly name: string }[];
}

test('after one of two disks was restored, no bitmap of the former checkpoint is left', async () => {
  await host.virsh('destroy', guest.name);
  const restore = { store, backup: 'restored', disks: ['vda'], dest: guest.folder };
  expectEnd(await runSteps(host, guest.name, [{ restore }]), 0);
  await host.virsh('start', guest.name);
  expect([await bitmaps('vda'), await bitmaps('vdb')]).toEqual([[], ['after-restored']]);
  const made = await backUp('partly');
  expect(modes(made)).toEqual(['vda full', 'vdb incremental']);
  expect(await checkpoints()).toEqual(['partly']);
  expect([await bitmaps('vda'), await bitmaps('vdb')]).toEqual([['partly'], ['partly']]);
});

test('disks that have changed places are full, although their bitmaps are intact', async () => {
  await host.virsh('destroy', guest.name);
  const xml = await host.virsh('dumpxml', guest.name, '--inactive', '--security-info');
  const [vda, vdb] = [...definedOn(xml).values()];
  const swapped = xml.replace(vda!, '@').replace(vdb!, vda!).replace('@', vdb!);
  const file = join(host.dir, 'swapped.xml');
  await writeFile(file, swapped);
  await host.virsh('define', file);
  await host.virsh('start', guest.name);
  const made = await backUp('swapped');
  expect(modes(made)).toEqual(FULL);
  expect(made.disks[0]?.reason).toMatch(/^it is no longer on .*, as in partly, and may be another/);
  expect(modes(await backUp('after-swapped'))).toEqual(INCREMENTAL);
});

/** The source of each disk in a definition. */
function definedOn(xml: string): ReadonlyMap<string, string> {
  const disks = xml.matchAll(/<source file='([^']+)'[\s\S]*?<target dev='(vd[ab])'/g);
  return new Map([...disks].map(([, source = '', disk = '']) => [disk, source]));
}
