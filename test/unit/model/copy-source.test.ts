/** What a copy reads: the space of its files, and what their tables say. */
import { describe, expect, test } from 'vitest';
import { chainsToMeasure, copySource, guestSize } from '../../../src/model/copy-space.ts';
import type { ImageFile } from '../../../src/model/host-state.ts';
import { BASE, SNAP1, SNAP2, world } from '../../worlds.ts';

const MiB = 1024 * 1024;
const CAPACITY = 64 * MiB;
const IN_USE = 'a block device does not report how much of it is in use';

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
      certain: 40 * MiB + 10,
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
    const unknown = 'the space of one of its layers is unknown';
    expect(copySource(seen({ sizeUntold: true }), chain, 'below', undefined)).toEqual({
      ...{ certain: 40 * MiB + 10, stored: 40 * MiB + 10 },
      ...{ unknown, compressible: true },
    });
    const more = [...chain, { file: '/not/seen', format: 'qcow2' }];
    expect(copySource(seen({}), more, 'below', 9)).toMatchObject({ unknown });
  });

  test('certainly takes the lower bound of a copy', () => {
    const bounds = { certain: 40 * MiB + 8, stored: 40 * MiB + 10 };
    expect(copySource(seen({ least: 5 }), chain, 'below', 9)).toMatchObject(bounds);
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
    expect(copySource(seen({ size: 0 }), layers, 'below', 9)).toMatchObject({
      unknown: IN_USE,
    });
    expect(copySource(seen({}), layers, 'below', 9)).not.toHaveProperty('unknown');
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
