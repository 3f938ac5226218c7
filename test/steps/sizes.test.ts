/** The sizes of files, and how much they can grow. */
import { expect, test } from 'vitest';
import { bytesOf, fullQcow2, growthOf, unknownSize } from '../../src/steps/sizes.ts';
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

test('the sizes of files add up, and an unknown size is marked', () => {
  const files = {
    '/a': { size: 3 },
    '/b': { size: 4 },
    '/c': { size: 0, sizeUntold: true as const },
    '/d': null,
  };
  const seen = world({ files });
  expect(bytesOf(seen, ['/a', '/b', '/c', '/d', '/e'])).toBe(7);
  expect(bytesOf(seen, [])).toBe(0);
  expect(unknownSize(seen, ['/a', '/b', '/d', '/e'])).toEqual({});
  expect(unknownSize(seen, ['/a', '/c'])).toEqual({ unknown: true });
});
