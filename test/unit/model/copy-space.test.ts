/** The space that a copy certainly takes, and the space that it can take. */
import { describe, expect, test } from 'vitest';
import { convertTarget } from '../../../src/commands/qemu-img.ts';
import {
  type CopySource,
  type CopyTarget,
  chainsToMeasure,
  copySource,
  fullQcow2,
  guestSize,
  spaceOfCopy,
  spaceTogether,
} from '../../../src/model/copy-space.ts';
import type { ImageFile } from '../../../src/model/host-state.ts';
import { BASE, SNAP1, SNAP2, world } from '../../worlds.ts';

const MiB = 1024 * 1024;
const CAPACITY = 64 * MiB;
const TABLES = fullQcow2(CAPACITY) - CAPACITY;

// qemu-img measure -O qcow2 --size SIZE, "fully allocated size" (QEMU 7.2).
test.each([
  [64 * MiB, 67_436_544],
  [60 * MiB, 63_242_240],
  [1024 * MiB, 1_074_135_040],
  [10 * 1024 * MiB, 10_739_318_784],
  [100 * 1024 * MiB, 107_390_828_544],
  [1024 * 1024 * MiB, 1_099_679_662_080],
  [6143 * MiB, 6_442_647_552],
  [5 * 1024 * 1024 * MiB, 5_498_397_327_360],
  [16 * 1024 * 1024 * MiB, 17_594_870_988_800],
  [64 * 1024 * 1024 * MiB, 70_379_483_430_912],
])('a full qcow2 image of %i bytes has the size that qemu-img measures', (size, measured) => {
  expect(fullQcow2(size)).toBe(measured);
});

test('smaller clusters need larger tables', () => {
  // qemu-img measure -O qcow2 -o cluster_size=4k --size 64M (QEMU 7.2).
  expect(fullQcow2(CAPACITY, 4096)).toBe(67_289_088);
});

/** Data of 8 MiB that is stored in 2 MiB, and 4 MiB of zeroes. */
const compressed = {
  stored: 2 * MiB,
  measured: { data: 8 * MiB, empty: 0, zeroes: 4 * MiB, virtualSize: CAPACITY },
  virtualSize: CAPACITY,
  compressible: true,
} as const;
/** Layers that hide each other: 6 MiB of the 10 MiB in their files are read. */
const hidden = {
  ...compressed,
  stored: 10 * MiB,
  measured: { ...compressed.measured, data: 6 * MiB },
};
/** An image that was made with `preallocation=metadata`: 1 MiB of data, and the rest is empty. */
const preallocated = {
  ...compressed,
  measured: { ...compressed.measured, data: MiB, empty: 63 * MiB },
};
const unmeasured = { stored: 2 * MiB, virtualSize: CAPACITY };
const device = { stored: 0, virtualSize: CAPACITY, device: true } as const;
const raw = { format: 'raw' };
const qcow2 = { format: 'qcow2' };
const converted = (
  words: Omit<Parameters<typeof convertTarget>[0], 'target-format'>,
  format = 'raw',
) => convertTarget({ ...words, 'target-format': format });
const blockJob = { format: 'raw', also: ['empty'] } as const;
const EMPTY_TOO = 'areas that are allocated but empty are written too';
const IN_FULL = 'compressed clusters are written uncompressed';

describe('space of a copy', () => {
  test.each<[string, CopySource, CopyTarget, number, number, string?]>([
    ['unmeasured files count as they are', unmeasured, raw, 2 * MiB, 2 * MiB],
    ['compressed data is certain as stored only', compressed, raw, 2 * MiB, 8 * MiB, IN_FULL],
    ['a qcow2 copy has tables', compressed, qcow2, 2 * MiB, 8 * MiB + TABLES, IN_FULL],
    ['layers that hide each other are copied once', hidden, raw, 6 * MiB, 6 * MiB],
    [
      'a device may be full',
      device,
      raw,
      0,
      CAPACITY,
      'a block device does not report how much of it is in use',
    ],
    [
      'a measured image on a device is known',
      { ...compressed, stored: 0, device: true },
      raw,
      0,
      8 * MiB,
    ],
    ['a block job writes empty areas', preallocated, blockJob, 2 * MiB, CAPACITY, EMPTY_TOO],
    ['convert does not', preallocated, converted({}), 0, MiB],
    ['neither does a backup', preallocated, raw, MiB, MiB],
    [
      'both reasons',
      { ...preallocated, measured: { ...preallocated.measured, data: 8 * MiB } },
      blockJob,
      2 * MiB,
      CAPACITY,
      `${IN_FULL}, and ${EMPTY_TOO}`,
    ],
    [
      'a raw image has no compressed clusters',
      { ...unmeasured, measured: compressed.measured },
      raw,
      2 * MiB,
      8 * MiB,
      'the file system of the source stores its data in less space',
    ],
    ['convert leaves zeroes out', unmeasured, converted({}), 0, 2 * MiB],
    ['convert writes a header at least', unmeasured, converted({}, 'qcow2'), 4096, 2 * MiB],
    ['convert of compressed data', compressed, converted({}), 0, 8 * MiB, IN_FULL],
    ['compress shrinks', unmeasured, converted({ compress: true }, 'qcow2'), 4096, 2 * MiB],
    [
      'compress shrinks zeroes too',
      compressed,
      converted({ compress: true, 'sparse-size': 0 }, 'qcow2'),
      4096,
      8 * MiB + TABLES,
      IN_FULL,
    ],
    [
      'sparse-size 0 writes the whole disk',
      unmeasured,
      converted({ 'sparse-size': 0 }),
      2 * MiB,
      CAPACITY,
      'with "sparse-size: 0", areas without data are written too',
    ],
    ...(['falloc', 'full'] as const).map(
      (how): [string, CopySource, CopyTarget, number, number, string] => [
        `preallocation=${how} takes the whole disk`,
        unmeasured,
        converted({ options: `compat=1.1,preallocation=${how}` }, 'qcow2'),
        2 * MiB,
        fullQcow2(CAPACITY),
        `"preallocation=${how}" takes the space of the whole disk`,
      ],
    ),
    [
      'preallocation=metadata takes tables',
      hidden,
      converted({ options: 'preallocation=metadata' }, 'qcow2'),
      4096,
      6 * MiB + TABLES,
    ],
    [
      'small clusters take larger tables',
      hidden,
      converted({ options: 'cluster_size=4k' }, 'qcow2'),
      4096,
      6 * MiB + fullQcow2(CAPACITY, 4096) - CAPACITY,
    ],
    [
      'a static vdi is a sparse file',
      unmeasured,
      converted({ options: 'static=on' }, 'vdi'),
      4096,
      2 * MiB,
    ],
    [
      'so is a fixed vhdx',
      unmeasured,
      converted({ options: 'subformat=fixed' }, 'vhdx'),
      4096,
      2 * MiB,
    ],
    [
      'a small difference needs no reason',
      { ...compressed, stored: 7.5 * MiB },
      raw,
      7.5 * MiB,
      8 * MiB,
    ],
  ])('%s', (_what, source, target, least, most, because) => {
    const space = spaceOfCopy(source, target);
    expect([space.least, space.most, space.because]).toEqual([least, most, because]);
    expect(space.unknown).toBeUndefined();
  });

  test.each<[string, CopySource, CopyTarget]>([
    ['a file of unknown size', { stored: 1, unknown: true }, raw],
    ['a device of unknown size', { stored: 0, device: true }, raw],
    ['a whole disk of unknown size', { stored: 1 }, converted({ 'sparse-size': 0 })],
  ])('%s has no bounds', (_what, source, target) => {
    expect(spaceOfCopy(source, target).unknown).toBe(true);
  });

  test('is known where a block job was measured, or the whole disk is written', () => {
    const isKnown = (source: CopySource, target: CopyTarget) => spaceOfCopy(source, target).known;
    expect(isKnown(compressed, raw)).toBe(true);
    expect(isKnown(unmeasured, converted({ 'sparse-size': 0 }))).toBe(true);
    expect(isKnown(compressed, converted({}))).toBeUndefined();
    expect(isKnown(unmeasured, raw)).toBeUndefined();
    expect(isKnown(device, raw)).toBeUndefined();
    const copies = [compressed, device].map((source) => spaceOfCopy(source, raw));
    expect(spaceTogether(copies.slice(0, 1))).toMatchObject({ known: true, most: 8 * MiB });
    expect(spaceTogether(copies)).toMatchObject({ least: 2 * MiB, most: 72 * MiB });
    expect(spaceTogether(copies)).not.toHaveProperty('known');
  });

  test('what is certain never exceeds the space of the files', () => {
    for (const source of [compressed, hidden, preallocated, unmeasured, device])
      for (const target of [raw, qcow2, blockJob, converted({}), converted({ 'sparse-size': 0 })]) {
        const { least, most } = spaceOfCopy(source, target);
        expect(least).toBeLessThanOrEqual(Math.min(source.stored, most));
      }
  });
});

describe('the source of a copy', () => {
  const chain = [SNAP2, SNAP1, BASE].map((file) => ({ file, format: 'qcow2' }));
  const extents = {
    virtualSize: CAPACITY,
    layers: [
      { data: 1, zeroes: 10 },
      { data: 2, zeroes: 20 },
      { data: 4, zeroes: 40 },
    ],
  };
  const seen = (top: Partial<ImageFile>, below: Partial<ImageFile> = {}) =>
    world({ files: { [SNAP2]: { size: 7, ...top }, [SNAP1]: { size: 3, ...below } } });

  test('is all that its tables say, or only what its own layers say', () => {
    const state = seen({ extents });
    expect(copySource(state, chain, 'below', 9)).toEqual({
      stored: 40 * MiB + 10,
      measured: { data: 7, empty: 0, zeroes: 70, virtualSize: CAPACITY },
      virtualSize: CAPACITY,
      compressible: true,
    });
    expect(copySource(state, chain.slice(0, 2), 'alone', 9).measured).toMatchObject({
      data: 3,
      zeroes: 30,
    });
  });

  test('is the layer below an overlay that the plan has just created', () => {
    const state = seen({ made: true, size: 196_608 }, { extents });
    expect(copySource(state, chain, 'below', 9).measured?.data).toBe(7);
    expect(copySource(state, chain.slice(0, 2), 'alone', 9).measured?.data).toBe(1);
    expect(chainsToMeasure(state, chain)).toEqual([chain]);
    expect(chainsToMeasure(state, chain.slice(0, 1))).toEqual([]);
  });

  test('is not the layer below an overlay with data', () => {
    for (const top of [{}, { made: true as const, size: MiB }])
      expect(copySource(seen(top, { extents }), chain, 'below', 9).measured).toBeUndefined();
  });

  test('is unknown where a file is', () => {
    expect(copySource(seen({ sizeUntold: true }), chain, 'below', undefined)).toEqual({
      stored: 40 * MiB + 10,
      unknown: true,
      compressible: true,
    });
  });

  test('is not measured on a raw block device, whose map says nothing', () => {
    const layers = [...chain.slice(0, 2), { file: BASE, format: 'raw', block: true as const }];
    expect(chainsToMeasure(seen({}), layers)).toEqual([]);
    expect(copySource(seen({ extents }), layers, 'below', 9)).not.toHaveProperty('measured');
    const qcow2 = layers.map((layer) => ({ ...layer, format: 'qcow2' }));
    expect(copySource(seen({ extents }), qcow2, 'below', 9)).toHaveProperty('measured');
  });

  test('is a device where its file has no size', () => {
    const [first] = chain;
    const layers = [{ ...first!, block: true as const }];
    expect(copySource(seen({ size: 0 }), layers, 'below', 9)).toMatchObject({ device: true });
    expect(copySource(seen({}), layers, 'below', 9)).not.toHaveProperty('device');
  });

  test('has the size of its disk, of its header or, if it is raw, of its file', () => {
    const place = { kind: 'file', length: 100, heldBy: [] } as const;
    const header = { format: 'qcow2', virtualSize: 200 };
    const old = (format: string) => ({ file: '/old', format });
    const state = world({ files: { '/old': { size: 1, place: { ...place, header } } } });
    expect(guestSize(state, chain[1])).toBe(10_240 * MiB);
    expect(guestSize(state, old('qcow2'))).toBe(200);
    expect(guestSize(state, old('raw'))).toBe(100);
    expect(guestSize(seen({}, { extents }), chain[1])).toBe(CAPACITY);
    expect(guestSize(state, undefined)).toBeUndefined();
  });
});
