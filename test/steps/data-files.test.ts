/** Images of several files, everywhere that a step can use one. */
import { describe, expect, test } from 'vitest';
import { factsOf } from '../../src/facts/export.ts';
import { readFacts } from '../../src/facts/read.ts';
import { writeFacts } from '../../src/facts/write.ts';
import { usersOf } from '../../src/model/file-identity.ts';
import type { Disk, HostState } from '../../src/model/host-state.ts';
import { requirementsOf } from '../../src/steps/derived.ts';
import { steps } from '../../src/steps/registry.ts';
import { disk, looked, neighbour, world } from '../worlds.ts';

const [TOP, MID, BASE] = ['/i/top.qcow2', '/i/mid.qcow2', '/i/base.qcow2'];
const DATA_FILE = '/i/a.data';
const MiB = 1024 * 1024;

type Params = Readonly<Record<string, unknown>>;

/** A kind of step on vda, with parameters that a plain chain of three layers allows. */
const KINDS: readonly (readonly [kind: string, params: Params])[] = [
  ['blockcopy', { disk: 'vda', dest: '/new/c.qcow2', pivot: true }],
  ['blockcopy', { disk: 'vda', dest: '/new/c.qcow2', finish: true }],
  ['blockcopy', { disk: 'vda', dest: '/new/c.qcow2', shallow: true, pivot: true }],
  ['blockcommit', { disk: 'vda', shallow: true, active: true, pivot: true, delete: true }],
  ['blockcommit', { disk: 'vda', shallow: true, active: true, 'keep-overlay': true }],
  ['blockcommit', { disk: 'vda', top: MID, base: BASE }],
  ['blockpull', { disk: 'vda' }],
  ['backup-begin', { store: '/backup', name: 'b' }],
  ['checkpoint-create', { name: 'c' }],
  ['snapshot-create-as', { name: 's', 'disk-only': true }],
];

/** Kinds that copy, merge and overlay no layer of a running guest. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  convert: 'it reads a file that no guest writes to, with its data files: see below',
  undefine: 'it works on no disk',
  redefine: 'it names the active layer, and leaves its content alone',
  'checkpoint-delete': 'it works on bitmaps only',
  'backup-verify': 'it reads backups, not the guest',
  'backup-prune': 'it removes backups, and nothing of the guest',
  restore: 'the guest is off, and its former files stay',
};

function scene(disks: readonly Disk[], more: Partial<HostState> = {}): HostState {
  const seen = looked(world({ disks, others: [] }), ['/new/c.qcow2', '/i/top.s', '/backup/b']);
  return { ...seen, files: { ...seen.files, [DATA_FILE]: { size: 40 * MiB } }, ...more };
}

/** vda on three layers, of which one keeps its data in another file. */
function withDataFile(place: number): Disk {
  const plain = disk('vda', [TOP, MID, BASE]);
  const chain = plain.chain.map((layer, at) =>
    at === place ? { ...layer, dataFiles: [DATA_FILE] } : layer,
  );
  return { ...plain, chain };
}

const stepOf = (kind: string) => steps.find((step) => step.kind === kind)!;

function refusals(kind: string, params: Params, seen: HostState): string[] {
  const found = requirementsOf(stepOf(kind), params, seen).findings;
  return found.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

test('every kind is among these, or has a reason why not', () => {
  const known = [...KINDS.map(([kind]) => kind), ...Object.keys(OTHER_KINDS)];
  expect([...new Set(known)].sort()).toEqual(steps.map(({ kind }) => kind).sort());
});

describe.each(KINDS)('%s %j', (kind, params) => {
  test('accepts a chain of plain files', () => {
    expect(refusals(kind, params, scene([disk('vda', [TOP, MID, BASE])]))).toEqual([]);
  });

  test.each([0, 1, 2])('refuses a disk whose layer %i keeps its data in another file', (place) => {
    expect(refusals(kind, params, scene([withDataFile(place)]))).toContain('BP144');
  });
});

describe("another guest's data file", () => {
  const others = [neighbour('df1', ['/i/a.qcow2', DATA_FILE], ['/i/a.qcow2', DATA_FILE])];
  const seen = scene([disk('vda', [TOP, MID, BASE])], { others });
  const reuse = { 'reuse-external': true, format: 'raw' };

  test.each([
    ['blockcopy', { disk: 'vda', dest: DATA_FILE, ...reuse, finish: true }, 'BP109'],
    ['blockcopy', { disk: 'vda', dest: DATA_FILE, finish: true }, 'BP109'],
    ['convert', { source: TOP, dest: DATA_FILE }, 'BP109'],
    ['convert', { source: DATA_FILE, 'source-format': 'raw', dest: '/new/c.qcow2' }, 'BP116'],
    [
      'snapshot-create-as',
      { name: 's', 'disk-only': true, diskspec: [{ disk: 'vda', file: DATA_FILE }] },
      'BP109',
    ],
  ])('is neither overwritten nor copied while in use by %s %j', (kind, params, code) => {
    expect(refusals(kind, params, seen)).toContain(code);
  });

  test('is also protected when another image refers to it', () => {
    const dest = '/new/there.qcow2';
    const there = { size: MiB, dataFiles: [DATA_FILE] };
    const around = { ...seen, files: { ...seen.files, [dest]: there } };
    const params = { disk: 'vda', dest, ...reuse, format: 'qcow2', finish: true };
    expect(refusals('blockcopy', params, around)).toContain('BP144');
    const overlay = {
      name: 's',
      'disk-only': true,
      'reuse-external': true,
      diskspec: [{ disk: 'vda', file: dest }],
    };
    expect(refusals('snapshot-create-as', overlay, around)).toContain('BP144');
    expect(
      refusals('convert', { source: dest, 'source-format': 'qcow2', dest: '/new/c.qcow2' }, around),
    ).toContain('BP116');
  });
});

describe("the guest's own data file", () => {
  const seen = scene([withDataFile(0), disk('vdb', ['/i/b.img'])]);

  test('is a file of the guest', () => {
    expect(usersOf(seen, DATA_FILE)).toEqual(['testvm']);
    const dest = { disk: 'vdb', dest: DATA_FILE, 'reuse-external': true, format: 'raw' };
    expect(refusals('blockcopy', { ...dest, finish: true }, seen)).toContain('BP106');
    const torn = { source: DATA_FILE, 'source-format': 'raw', dest: '/new/c.qcow2' };
    expect(refusals('convert', torn, seen)).toContain('BP116');
  });

  test('counts for the size of a copy', () => {
    const quiet = scene([withDataFile(1)]);
    const [product] = stepOf('convert').products({ source: MID, dest: '/new/c.qcow2' }, quiet);
    expect(product?.copied).toBe(3 * 40 * MiB);
  });
});

test('facts keep the data files of layers and of other images', () => {
  const seen = scene([withDataFile(1)]);
  const files = { ...seen.files, '/new/x.qcow2': { size: MiB, dataFiles: ['/new/x.data'] } };
  const written = writeFacts({ ...seen, files });
  const again = readFacts(written, 'facts.yaml');
  expect(again.domain.disks[0]?.chain[1]?.dataFiles).toEqual([DATA_FILE]);
  expect(again.files['/new/x.qcow2']?.dataFiles).toEqual(['/new/x.data']);
  expect(again.files[DATA_FILE]?.size).toBeGreaterThanOrEqual(40 * MiB - 1);
  expect(factsOf(again)).toEqual(factsOf({ ...seen, files }));
});
