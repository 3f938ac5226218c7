/** The space that a copy certainly takes, and the space that it can take. */
import { describe, expect, test } from 'vitest';
import { convertTarget } from '../../../src/commands/qemu-img.ts';
import {
  type CopySource,
  type CopyTarget,
  fullQcow2,
  spaceOfCopy,
  spaceTogether,
} from '../../../src/model/copy-space.ts';

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
  certain: 2 * MiB,
  stored: 2 * MiB,
  measured: { data: 8 * MiB, empty: 0, zeroes: 4 * MiB, virtualSize: CAPACITY },
  virtualSize: CAPACITY,
  compressible: true,
} as const;
/** Layers that hide each other: 6 MiB of the 10 MiB in their files are read. */
const hidden = {
  ...compressed,
  certain: 10 * MiB,
  stored: 10 * MiB,
  measured: { ...compressed.measured, data: 6 * MiB },
};
/** An image that was made with `preallocation=metadata`: 1 MiB of data, and the rest is empty. */
const preallocated = {
  ...compressed,
  measured: { ...compressed.measured, data: MiB, empty: 63 * MiB },
};
const unmeasured = { certain: 2 * MiB, stored: 2 * MiB, virtualSize: CAPACITY };
const IN_USE = 'a block device does not report how much of it is in use';
const device = { certain: 0, stored: 0, virtualSize: CAPACITY, unknown: IN_USE };
/** Single areas of 64 KiB on a large disk. */
const scattered = (bytes: number) => ({
  certain: bytes,
  stored: bytes,
  measured: { data: bytes, empty: 0, zeroes: 0, virtualSize: 1024 * MiB },
  virtualSize: 1024 * MiB,
});
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
    ['nothing is certain of unmeasured files', unmeasured, raw, 0, 2 * MiB],
    [
      'nor of what a disk that detects zeroes writes',
      hidden,
      { ...raw, shrinks: true },
      0,
      6 * MiB,
    ],
    [
      'a copy of a copy certainly takes what the first one does',
      { ...hidden, certain: MiB },
      raw,
      MiB,
      6 * MiB,
    ],
    ['compressed data is certain as stored only', compressed, raw, 2 * MiB, 8 * MiB, IN_FULL],
    ['a qcow2 copy has tables', compressed, qcow2, 2 * MiB, 8 * MiB + TABLES, IN_FULL],
    ['layers that hide each other are copied once', hidden, raw, 6 * MiB, 6 * MiB],
    ['a device may be full', device, raw, 0, CAPACITY, IN_USE],
    [
      'so may a layer of unknown size',
      { ...device, unknown: 'x' },
      qcow2,
      0,
      CAPACITY + TABLES,
      'x',
    ],
    [
      'a measured image on a device is known',
      { ...compressed, certain: 0, stored: 0, unknown: IN_USE },
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
      0,
      CAPACITY,
      'with "sparse-size: 0", areas without data are written too',
    ],
    ...(['falloc', 'full'] as const).map(
      (how): [string, CopySource, CopyTarget, number, number, string] => [
        `preallocation=${how} takes the whole disk`,
        unmeasured,
        converted({ options: `preallocation=off,preallocation=${how}` }, 'qcow2'),
        4096,
        fullQcow2(CAPACITY),
        `"preallocation=${how}" takes the space of the whole disk`,
      ],
    ),
    [
      'the last preallocation counts',
      unmeasured,
      converted({ options: 'preallocation=full,preallocation=off' }, 'qcow2'),
      4096,
      2 * MiB,
    ],
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
      'a static vdi is a sparse file of whole blocks',
      unmeasured,
      converted({ options: 'static=on' }, 'vdi'),
      4096,
      32 * MiB,
      'data is written in areas of 1 MiB',
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
      { ...compressed, certain: 7.5 * MiB, stored: 7.5 * MiB },
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
    ['a file of unknown size', { certain: 1, stored: 1, unknown: 'x' }, raw],
    ['a whole disk of unknown size', { certain: 1, stored: 1 }, converted({ 'sparse-size': 0 })],
  ])('%s has no bounds', (_what, source, target) => {
    expect(spaceOfCopy(source, target).unknown).toBe(true);
  });

  // What such a copy took (QEMU 7.2), in KiB.
  test.each<[string, CopyTarget, number, number]>([
    ['a granularity of 16 MiB', { ...qcow2, granularity: 16 * MiB }, 448, 114_948],
    ['a vdi', converted({}, 'vdi'), 4096, 65_540],
    ['clusters of 2 MiB', converted({ options: 'cluster_size=2M' }, 'qcow2'), 4096, 139_268],
  ])('%s makes single areas larger', (_what, target, data, taken) => {
    const space = spaceOfCopy(scattered(data * 1024), target);
    expect(space.most).toBeGreaterThanOrEqual(taken * 1024);
    expect(space.copied).toBe(data * 1024);
    expect(space.known).toBeUndefined();
    expect(spaceOfCopy(scattered(512 * MiB), target).most).toBeLessThan(1040 * MiB);
  });

  test('a preallocated copy is no larger than its data until it is full', () => {
    const target = converted({ options: 'preallocation=full' });
    expect(spaceOfCopy(unmeasured, target)).toMatchObject({ copied: 2 * MiB, most: CAPACITY });
    const filled = converted({ 'sparse-size': 0 });
    expect(spaceOfCopy(unmeasured, filled)).toMatchObject({ copied: CAPACITY, most: CAPACITY });
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
        expect(least).toBeLessThanOrEqual(Math.min(source.certain, most));
      }
  });
});
