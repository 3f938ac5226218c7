/** The sizes of files, and how much they can grow. */
import { expect, test } from 'vitest';
import { growthOf } from '../../src/steps/sizes.ts';
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
