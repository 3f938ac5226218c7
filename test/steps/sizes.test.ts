/** The sizes of files, and how much they can grow. */
import { expect, test } from 'vitest';
import { fullQcow2 } from '../../src/model/held-data.ts';
import { dataOf, growthOf } from '../../src/steps/sizes.ts';
import { world } from '../worlds.ts';

const DEST = '/dest';
const MiB = 1024 * 1024;
const CAPACITY = 64 * MiB;

test.each([
  [
    'a raw file grows to the size of its disk',
    { format: 'raw' },
    { size: 10 },
    CAPACITY,
    CAPACITY - 10,
  ],
  ['an image grows to its full size', { format: 'qcow2' }, { size: 10 }, CAPACITY, 67_436_534],
  ['a full file does not grow', { format: 'raw' }, { size: CAPACITY }, CAPACITY, 0],
  ['one that is larger does not shrink', { format: 'raw' }, { size: CAPACITY + 1 }, CAPACITY, 0],
  ['a device does not grow', { format: 'raw', block: true }, { size: 0 }, CAPACITY, 0],
  ['nothing is known for a disk of unknown size', { format: 'raw' }, { size: 0 }, undefined, 0],
  ['nothing is known for a file that does not exist', { format: 'raw' }, null, CAPACITY, 0],
  [
    'nothing is known for a file of unknown size',
    { format: 'raw' },
    { size: 0, sizeUntold: true },
    CAPACITY,
    0,
  ],
] as const)('%s', (_what, layer, image, capacity, growth) => {
  expect(growthOf(world({ files: { [DEST]: image } }), { file: DEST, ...layer }, capacity)).toBe(
    growth,
  );
});

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

const FILES = {
  '/a': { size: 3 },
  '/b': { size: 4 },
  '/unknown': { size: 0, sizeUntold: true as const },
  '/compressed': { size: 2, compressed: 10 },
  '/missing': null,
};

test.each([
  ['sizes add up', ['/a', '/b', '/missing', '/other'], undefined, { bytes: 7 }],
  ['no files hold nothing', [], undefined, { bytes: 0 }],
  ['they hold no more than their disk', ['/a', '/b'], 5, { bytes: 5 }],
  ['compressed data is copied uncompressed', ['/a', '/compressed'], 100, { bytes: 15 }],
  ['an unknown size is marked', ['/a', '/unknown'], undefined, { bytes: 3, unknown: true }],
  ['a file of unknown size may be full', ['/a', '/unknown'], 100, { bytes: 100 }],
] as const)('the data of files: %s', (_what, files, capacity, held) => {
  expect(dataOf(world({ files: FILES }), files, capacity)).toEqual(held);
});
