/** The map of an image: how much data a copy of it takes. */
import { execFileSync } from 'node:child_process';
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MapReader, readExtents } from '../../../src/host-io/read-extents.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const folder = scratchFolder('extents');
const at = (name: string) => join(folder, name);

const extent = (start: number, length: number, more: object = {}) =>
  JSON.stringify({ start, length, depth: 0, present: true, zero: false, data: true, ...more });
const mapOf = (...extents: string[]) => {
  const map = new MapReader();
  map.add(`[${extents.join(',\n')}]\n`);
  return map.extents;
};
const layer = (data: number, zeroes = 0) => ({ data, zeroes });

describe('a map', () => {
  test('is summed by layer', () => {
    const zero = { zero: true, data: false };
    expect(
      mapOf(
        extent(0, MiB),
        extent(MiB, 2 * MiB, zero),
        extent(3 * MiB, 4 * MiB, { depth: 2 }),
        extent(7 * MiB, 8 * MiB, { ...zero, depth: 2, present: false }),
      ),
    ).toEqual({ virtualSize: 15 * MiB, layers: [layer(MiB, 2 * MiB), layer(0), layer(4 * MiB)] });
  });

  test('of a QEMU that does not say what is present shows no zeroes', () => {
    const unsaid = { zero: true, data: false, present: undefined };
    expect(mapOf(extent(0, MiB, unsaid))).toEqual({ virtualSize: MiB, layers: [layer(0)] });
  });

  test('counts whole clusters, each once', () => {
    expect(mapOf(extent(60 * KiB, 8 * KiB), extent(68 * KiB, 4 * KiB))?.layers).toEqual([
      layer(128 * KiB),
    ]);
    expect(mapOf(extent(0, 4 * KiB), extent(192 * KiB, 4 * KiB))?.layers).toEqual([
      layer(128 * KiB),
    ]);
  });

  test('arrives in any pieces', () => {
    const map = new MapReader();
    for (const letter of `[${extent(0, MiB)},\n${extent(MiB, MiB)}]\n`) map.add(letter);
    expect(map.extents?.layers).toEqual([layer(2 * MiB)]);
  });

  test.each([
    ['nothing', ''],
    ['a part', `[${extent(0, MiB)},\n`],
    ['a part of an extent', `[${extent(0, MiB).slice(0, -3)}`],
    ['an error', 'qemu-img: no}'],
    ['other values', `[${extent(0, MiB, { length: 'long' })}]`],
    ['a depth that no chain has', `[${extent(0, MiB, { depth: 1e9 })}]`],
    ['too much', `[${extent(0, MiB)}${' '.repeat(64 * MiB)}]`],
  ])('is nothing where %s was read', (_what, text) => {
    const map = new MapReader();
    map.add(text);
    expect(map.extents).toBeUndefined();
  });
});

const hasQemu = ['/usr/bin/qemu-img', '/usr/bin/qemu-io'].every(existsSync);

describe.runIf(hasQemu)('an image', () => {
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, { cwd: folder, stdio: 'pipe' });

  test('shows compressed data as a copy takes it, and discarded areas as zeroes', async () => {
    run('qemu-img', 'create', '-q', '-f', 'qcow2', 'plain', '16M');
    run('qemu-io', '-f', 'qcow2', '-c', 'write -P 1 0 4M', 'plain');
    run('qemu-img', 'convert', '-q', '-c', '-O', 'qcow2', 'plain', 'base');
    run('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', 'base', '-F', 'qcow2', 'top');
    run('qemu-io', '-f', 'qcow2', '-d', 'unmap', '-c', 'discard 0 1M', 'top');
    run('qemu-io', '-f', 'qcow2', '-c', 'write -P 2 1M 64k', 'top');
    const below = 3 * MiB - 64 * KiB;
    expect(await readExtents({ file: at('top'), format: 'qcow2' })).toEqual({
      virtualSize: 16 * MiB,
      layers: [layer(64 * KiB, MiB), layer(below)],
    });
    expect(await readExtents({ file: at('base'), format: 'qcow2' })).toEqual({
      virtualSize: 16 * MiB,
      layers: [layer(4 * MiB)],
    });
  });

  test('that is raw has no data in its holes', async () => {
    writeFileSync(at('raw'), '');
    truncateSync(at('raw'), 16 * MiB);
    run('qemu-io', '-f', 'raw', '-c', 'write -P 1 4M 1M', 'raw');
    const found = await readExtents({ file: at('raw'), format: 'raw' });
    expect(found).toMatchObject({ virtualSize: 16 * MiB, layers: [{ data: MiB }] });
  });

  test('that does not exist or is none cannot be read', async () => {
    writeFileSync(at('text'), 'no image');
    for (const name of ['text', 'none'])
      expect(await readExtents({ file: at(name), format: 'qcow2' })).toBeUndefined();
  });
});
