/** The map of an image: how much data a copy of it takes. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
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

  test('shows what is allocated but empty, beyond the clusters that count as data', () => {
    const empty = { zero: true };
    expect(mapOf(extent(0, 4 * KiB), extent(4 * KiB, MiB - 4 * KiB, empty))?.layers).toEqual([
      { data: 64 * KiB, empty: MiB - 64 * KiB, zeroes: 0 },
    ]);
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

/** Long enough on a busy machine. */
const LIMIT = 60_000;

test('a map that does not end, also not when it is killed, is given up', async () => {
  const bin = at('bin');
  mkdirSync(bin);
  // Its child holds the output open after it was killed.
  const script = '#!/bin/sh\nsetsid sleep 30 &\nsleep 30\n';
  writeFileSync(join(bin, 'qemu-img'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  try {
    const began = performance.now();
    expect(await readExtents([{ file: at('any'), format: 'raw' }], 500)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(20_000);
  } finally {
    vi.unstubAllEnvs();
  }
});

const hasQemu = ['/usr/bin/qemu-img', '/usr/bin/qemu-io'].every(existsSync);

describe.runIf(hasQemu)('an image', () => {
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, { cwd: folder, stdio: 'pipe' });

  const extentsOf = (...chain: string[]) =>
    readExtents(
      chain.map((name) => ({ file: at(name), format: 'qcow2' })),
      LIMIT,
    );

  test('that was preallocated is empty, not data', async () => {
    const words = ['-f', 'qcow2', '-o', 'preallocation=metadata'];
    run('qemu-img', 'create', '-q', ...words, 'preallocated', '16M');
    run('qemu-io', '-f', 'qcow2', '-c', 'write -P 1 4M 1M', 'preallocated');
    expect(await extentsOf('preallocated')).toEqual({
      virtualSize: 16 * MiB,
      layers: [{ data: MiB, empty: 15 * MiB, zeroes: 0 }],
    });
  });

  test('is read without a lock on any of its layers, which a job would fail by', async () => {
    run('qemu-img', 'create', '-q', '-f', 'qcow2', 'low', '1M');
    run('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', 'low', '-F', 'qcow2', 'high');
    const empty = statSync(at('low')).size;
    const writer = spawn('qemu-io', [
      '-f',
      'qcow2',
      '-c',
      'write 0 64k',
      '-c',
      'sleep 60000',
      at('low'),
    ]);
    try {
      // Not asked with qemu-img: its own lock can keep qemu-io from opening the file.
      await vi.waitFor(() => expect(statSync(at('low')).size).toBeGreaterThan(empty), {
        timeout: 30_000,
      });
      expect(() => run('qemu-img', 'map', '-f', 'qcow2', 'low')).toThrow(/lock/);
      expect(await extentsOf('low')).toMatchObject({ virtualSize: MiB });
      expect(await extentsOf('high', 'low')).toMatchObject({ virtualSize: MiB });
    } finally {
      writer.kill('SIGKILL');
    }
  });

  test('shows compressed data as a copy takes it, and discarded areas as zeroes', async () => {
    run('qemu-img', 'create', '-q', '-f', 'qcow2', 'plain', '16M');
    run('qemu-io', '-f', 'qcow2', '-c', 'write -P 1 0 4M', 'plain');
    run('qemu-img', 'convert', '-q', '-c', '-O', 'qcow2', 'plain', 'base');
    run('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', 'base', '-F', 'qcow2', 'top');
    run('qemu-io', '-f', 'qcow2', '-d', 'unmap', '-c', 'discard 0 1M', 'top');
    run('qemu-io', '-f', 'qcow2', '-c', 'write -P 2 1M 64k', 'top');
    const below = 3 * MiB - 64 * KiB;
    expect(await extentsOf('top', 'base')).toEqual({
      virtualSize: 16 * MiB,
      layers: [layer(64 * KiB, MiB), layer(below)],
    });
    expect(await extentsOf('base')).toEqual({
      virtualSize: 16 * MiB,
      layers: [layer(4 * MiB)],
    });
  });

  test('that is raw has no data in its holes', async () => {
    writeFileSync(at('raw'), '');
    truncateSync(at('raw'), 16 * MiB);
    run('qemu-io', '-f', 'raw', '-c', 'write -P 1 4M 1M', 'raw');
    const found = await readExtents([{ file: at('raw'), format: 'raw' }], LIMIT);
    expect(found).toMatchObject({ virtualSize: 16 * MiB, layers: [{ data: MiB }] });
  });

  test('that does not exist or is none cannot be read', async () => {
    writeFileSync(at('text'), 'no image');
    for (const name of ['text', 'none']) expect(await extentsOf(name)).toBeUndefined();
  });
});
