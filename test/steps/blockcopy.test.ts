import { describe, expect, test } from 'vitest';
import { withDisk } from '../../src/model/host-state.ts';
import { blockcopyStep } from '../../src/steps/blockcopy.ts';
import { BASE, DATA, disk, looked, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { amountsOf } from './shown.ts';
import { testStep } from './step-tester.ts';

const DEST = '/new/copy.qcow2';
const copy = { disk: 'vda', dest: DEST, shallow: true, pivot: true };
const onDevice = world({
  disks: [
    disk('vdb', ['/dev/vg/old'], { chain: [{ file: '/dev/vg/old', format: 'raw', block: true }] }),
  ],
});
const transient = world({ domain: { persistent: false } });

testStep(blockcopyStep, {
  valid: [
    ['a migration of the active layer', copy, world()],
    ['a migration of the whole chain', { disk: 'vda', dest: DEST, pivot: true }, world()],
    ['a migration to another format', { ...copy, shallow: false, format: 'raw' }, world()],
    ['a migration of a raw disk', { disk: 'vdb', dest: '/new/copy.img', pivot: true }, world()],
    [
      'a migration to a block device',
      { disk: 'vda', dest: '/dev/vg/lv', blockdev: true, format: 'raw', pivot: true },
      world({ files: { '/dev/vg/lv': { size: 0 } } }),
    ],
    [
      'a migration from a block device',
      { disk: 'vdb', dest: DEST, format: 'qcow2', pivot: true },
      onDevice,
    ],
    ['a live backup', { disk: 'vda', dest: DEST, finish: true }, world()],
    ['a transient domain', copy, transient],
    ['a paused guest', copy, world({ domain: { state: 'paused' } })],
    [
      'to an existing file',
      { ...copy, 'reuse-external': true, format: 'qcow2' },
      world({ files: { [DEST]: { size: 0 } } }),
    ],
    [
      'every option',
      {
        ...copy,
        format: 'qcow2',
        bandwidth: 5,
        bytes: true,
        granularity: 65536,
        'buf-size': 0,
        timeout: 9,
        'transient-job': true,
        'synchronous-writes': true,
      },
      world(),
    ],
  ],
  invalid: [
    ['no end', { disk: 'vda', dest: DEST }, ['BP053']],
    ['two ends', { disk: 'vda', dest: DEST, pivot: true, finish: true }, ['BP051 finish']],
    ['a relative destination', { ...copy, dest: 'copy.qcow2' }, ['BP050 dest']],
    ['a destination with ".."', { ...copy, dest: '/new/../copy' }, ['BP050 dest']],
    ['a folder', { ...copy, dest: '/new/' }, ['BP050 dest']],
    ['a shallow raw copy', { ...copy, format: 'raw' }, ['BP054 format']],
    ['bytes of nothing', { ...copy, bytes: true }, ['BP052 bytes']],
    ['reuse of an unknown format', { ...copy, 'reuse-external': true }, ['BP052 reuse-external']],
    ['a granularity of 1000', { ...copy, granularity: 1000 }, ['BP055 granularity']],
    [
      'everything at once',
      { disk: 'vda', dest: 'x', bytes: true, granularity: 513 },
      ['BP050 dest', 'BP052 bytes', 'BP053', 'BP055 granularity'],
    ],
  ],
  worlds: [
    ['no such domain', copy, world({ disks: [], domain: { state: 'gone' } }), ['BP101']],
    ['the guest is off', copy, world({ domain: { state: 'shut off' } }), ['BP102']],
    ['the guest crashed', copy, world({ domain: { state: 'crashed' } }), ['BP102']],
    ['no such disk', { ...copy, disk: 'vdz' }, world(), ['BP103 disk']],
    ['a CD', { ...copy, disk: 'sda' }, world(), ['BP104 disk']],
    [
      'a read-only disk',
      copy,
      world({ disks: [disk('vda', [SNAP2], { readonly: true })] }),
      ['BP104 disk'],
    ],
    [
      'a disk on the network',
      copy,
      world({ disks: [disk('vda', ['rbd:pool/image'])] }),
      ['BP104 disk'],
    ],
    [
      'an encrypted disk',
      copy,
      world({ disks: [disk('vda', [SNAP2], { unsupported: ['<encryption>'] })] }),
      ['BP126 disk'],
    ],
    ['an empty drive', copy, world({ disks: [disk('vda', [])] }), ['BP104 disk']],
    [
      'a job runs',
      copy,
      world({ disks: [disk('vda', [SNAP2], { job: { type: 'pull', ready: false } })] }),
      ['BP105 disk'],
    ],
    ['the destination exists', copy, world({ files: { [DEST]: { size: 1 } } }), ['BP106 dest']],
    [
      'the paths that the rollback of a flat copy needs already exist',
      { disk: 'vda', dest: DEST, pivot: true },
      world({
        files: {
          [`${SNAP2}.blockplan-home`]: { size: 1 },
          [`${SNAP2}.blockplan-aside`]: { size: 1 },
        },
      }),
      ['BP106 disk', 'BP106 disk'],
    ],
    [
      'the rollback of a shallow copy needs no such path',
      copy,
      world({ files: { [`${SNAP2}.blockplan-home`]: { size: 1 } } }),
      [],
    ],
    ['onto its own backing file', { ...copy, dest: SNAP1 }, world(), ['BP106 dest']],
    ['onto itself', { ...copy, dest: SNAP2 }, world(), ['BP106 dest']],
    [
      'onto another disk of the guest',
      { ...copy, dest: DATA, blockdev: true },
      world(),
      ['BP106 dest'],
    ],
    [
      'nothing to reuse',
      { ...copy, 'reuse-external': true, format: 'qcow2' },
      world(),
      ['BP106 dest'],
    ],
    [
      'flat, from a block device with a chain',
      { ...copy, pivot: true, finish: false, shallow: false },
      world({
        disks: [
          disk('vda', [SNAP2, BASE], {
            chain: [
              { file: SNAP2, format: 'qcow2', block: true },
              { file: BASE, format: 'qcow2' },
            ],
          }),
        ],
      }),
      ['BP127 disk'],
    ],
    [
      'reused, on the same backing file',
      { ...copy, shallow: true, 'reuse-external': true, format: 'qcow2' },
      world({ files: { [DEST]: { size: 1, backing: SNAP1 } } }),
      [],
    ],
    [
      'reused, on another backing file',
      { ...copy, shallow: true, 'reuse-external': true, format: 'qcow2' },
      world({ files: { [DEST]: { size: 1, backing: BASE } } }),
      ['BP122 dest'],
    ],
    [
      'reused, on no backing file',
      { ...copy, shallow: true, 'reuse-external': true, format: 'qcow2' },
      world({ files: { [DEST]: { size: 1, backing: null } } }),
      ['BP122 dest'],
    ],
    [
      "over another guest's disk",
      { ...copy, 'reuse-external': true, format: 'qcow2' },
      world({ files: { [DEST]: { size: 1 } }, others: [neighbour('other', [DEST], [DEST])] }),
      ['BP109 dest'],
    ],
    ['no folder', copy, world({ folders: { '/new': null } }), ['BP107 dest']],
    [
      'a folder that is not writable',
      copy,
      world({ folders: { '/new': { writable: false, free: 2 ** 40 } } }),
      ['BP107 dest'],
    ],
    [
      'too little space',
      copy,
      world({ folders: { '/new': { writable: true, free: 1 } } }),
      ['BP108 dest'],
    ],
    ['a raw disk, shallow', { ...copy, disk: 'vdb' }, world(), ['BP054 shallow']],
    [
      'a definition that names another file',
      copy,
      world({ disks: [disk('vda', [SNAP2, BASE], { persistentSource: BASE })] }),
      ['BP119 disk'],
    ],
  ],
  scenes: [world(), transient, world({ files: { [DEST]: { size: 5 } } })],
  admitted: 10,
});

test.each([
  ['as the plan says', { timeout: 9 }, 9_000],
  ['a day unless specified', {}, 86_400_000],
])('waits for the copy: %s', (_title, params, timeoutMs) => {
  const [mirror] = blockcopyStep.phases({ ...copy, ...params });
  const effects = mirror!.effects(world(), world());
  expect(effects.at(-1)).toMatchObject({
    tool: 'await-job',
    disk: 'vda',
    until: 'ready',
    timeoutMs,
  });
});

describe('does not roll back the job of another process', () => {
  const pull = { type: 'pull', ready: false } as const;
  const [mirror, pivot] = blockcopyStep.phases(copy);
  const before = looked(world(), [DEST]);

  test('in the mirror phase: another copy keeps running, and the file that it writes to stays', () => {
    const made = {
      ...before,
      files: { ...before.files, [DEST]: { size: 1, made: true as const } },
    };
    const foreign = { type: 'copy', ready: true, mirror: '/other' } as const;
    const now = withDisk(made, 'vda', (each) => ({ ...each, job: foreign }));
    expect(mirror!.undo(before, now, before).map(({ tool }) => tool)).toEqual(['remove-file']);
    const own = withDisk(made, 'vda', (each) => ({ ...each, job: { ...foreign, mirror: DEST } }));
    expect(mirror!.undo(before, own, before).map(({ tool }) => tool)).toEqual([
      'virsh',
      'remove-file',
    ]);
    expect(mirror!.undo(before, before, before)).toEqual([]);
  });

  test('in the pivot phase: it reports the job', () => {
    const moved = disk('vda', [DEST, SNAP1, BASE]);
    const now = world({ disks: [{ ...moved, job: pull }] });
    expect(() => pivot!.undo(before, now, before)).toThrow('another job is running on vda');
    const back = world({
      disks: [{ ...moved, job: { type: 'copy', ready: false, mirror: SNAP2 } }],
    });
    expect(pivot!.undo(before, back, before).map(({ tool }) => tool)).toEqual([
      'await-job',
      'virsh',
    ]);
    expect(pivot!.undo(before, world({ disks: [moved] }), before)).toHaveLength(3);
    expect(pivot!.undo(before, before, before)).toEqual([]);
  });
});

test.each([
  ['the active layer', { shallow: true }, 40],
  ['all layers', { shallow: false }, 120],
])(
  'needs at most the size of %s, and never more than the size of the disk',
  (_title, params, mebibytes) => {
    const plain = { disk: 'vda', dest: DEST, pivot: true, ...params };
    const [product] = blockcopyStep.products(plain, world());
    const bytes = mebibytes * 1024 * 1024;
    const { chain } = disk('vda', [SNAP2, SNAP1, BASE]);
    const measured = [params.shallow ? chain.slice(0, 1) : chain];
    expect(product).toEqual({ file: DEST, copied: bytes, room: bytes, least: 4096, measured });
    const small = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { capacity: 1000 })] });
    expect(amountsOf(blockcopyStep, plain, small)).toEqual([
      { file: DEST, copied: 1000, room: 1000 },
    ]);
  },
);
