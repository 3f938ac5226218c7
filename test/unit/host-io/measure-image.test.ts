/** What is measured in an image, checked against `qemu-img check` and `qemu-img info` on the same image. */
import { execFileSync } from 'node:child_process';
import { openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { measureImage } from '../../../src/host-io/measure-image.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const folder = scratchFolder('measured');
const at = (name: string) => join(folder, name);
const qemuImg = (...argv: string[]) => execFileSync('qemu-img', argv, { encoding: 'utf8' });
const measure = (name: string) => measureImage({ file: at(name), format: 'qcow2' });

beforeAll(() => {
  // Text compresses well; the second half is a hole.
  writeFileSync(at('raw'), Buffer.alloc(5 * MIB, 'guest'));
  truncateSync(at('raw'), 10 * MIB);
});

const convert = (to: string, ...words: string[]) =>
  qemuImg('convert', '-f', 'raw', '-O', 'qcow2', ...words, at('raw'), at(to));

/** The bytes in compressed clusters, and the virtual size, as qemu-img reports them. */
function toldByQemu(name: string) {
  const check = JSON.parse(qemuImg('check', '--output=json', at(name))) as Record<string, number>;
  const info = JSON.parse(qemuImg('info', '--output=json', at(name))) as Record<string, number>;
  const compressed = (check['compressed-clusters'] ?? 0) * (info['cluster-size'] ?? 0);
  return {
    virtualSize: info['virtual-size'],
    ...(compressed === 0 ? {} : { compressed }),
  };
}

test.each([
  ['compressed', ['-c'], 5 * MIB],
  ['compressed with zstd', ['-c', '-o', 'compression_type=zstd'], 5 * MIB],
  ['compressed in version 2', ['-c', '-o', 'compat=0.10'], 5 * MIB],
  ['compressed in small clusters', ['-c', '-o', 'cluster_size=4096'], 5 * MIB],
  ['compressed in the smallest clusters', ['-c', '-o', 'cluster_size=512'], 5 * MIB],
  ['compressed in large clusters', ['-c', '-o', 'cluster_size=2M'], 6 * MIB],
  ['compressed with extended entries', ['-c', '-o', 'extended_l2=on'], 5 * MIB],
  ['plain', [], 0],
  ['plain, preallocated', ['-o', 'preallocation=metadata'], 0],
] as const)('%s', async (title, words, bytes) => {
  const name = title.replaceAll(' ', '-');
  convert(name, ...words);
  const told = toldByQemu(name);
  expect(await measure(name)).toEqual(told);
  expect(told).toEqual({ virtualSize: 10 * MIB, ...(bytes === 0 ? {} : { compressed: bytes }) });
});

test('what a guest writes later is not compressed', async () => {
  convert('written', '-c');
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -P 1 0 1M', at('written')]);
  expect(await measure('written')).toMatchObject({ compressed: 4 * MIB });
});

test('other formats have no tables, and a raw image is as large as its file', async () => {
  writeFileSync(at('short'), 'QFI');
  for (const name of ['raw', 'short', '.', 'missing']) expect(await measure(name)).toEqual({});
  expect(await measureImage({ file: at('raw'), format: 'raw' })).toEqual({ virtualSize: 10 * MIB });
  expect(await measureImage({ file: at('raw'), format: 'vmdk' })).toEqual({});
});

describe('an image that anybody may have written', () => {
  /** A sparse image with 2 MiB clusters and that many L1 entries; each table is compressed from its first entry on. */
  function forged(name: string, offsets: readonly bigint[], compressed: readonly bigint[]): void {
    const header = Buffer.alloc(104);
    header.writeUInt32BE(0x514649fb, 0);
    header.writeUInt32BE(3, 4);
    header.writeUInt32BE(21, 20);
    header.writeBigUInt64BE(2n ** 50n, 24);
    header.writeUInt32BE(offsets.length, 36);
    header.writeBigUInt64BE(4096n, 40);
    const level1 = Buffer.alloc(offsets.length * 8);
    for (const [entry, offset] of offsets.entries()) level1.writeBigUInt64BE(offset, entry * 8);
    writeFileSync(at(name), header);
    const file = openSync(at(name), 'r+');
    writeSync(file, level1, 0, level1.length, 4096);
    for (const offset of compressed) writeSync(file, Buffer.of(0x40), 0, 1, Number(offset));
    truncateSync(at(name), 2 ** 36);
  }
  const tables = (count: number) => Array.from({ length: count }, (_, n) => BigInt(n + 1) << 21n);

  test('counts each table once', async () => {
    forged('repeated', Array(4096).fill(1n << 21n), [1n << 21n]);
    expect(await measure('repeated')).toMatchObject({ compressed: 2 * MIB });
  });

  test('is searched no further where its first tables have no compressed data', async () => {
    forged('late', tables(4), [tables(4)[3]!]);
    expect(await measure('late')).toEqual({ virtualSize: 2 ** 50 });
    forged('early', tables(4), [tables(4)[1]!, tables(4)[3]!]);
    expect(await measure('early')).toMatchObject({ compressed: 4 * MIB });
  });

  test('with too many tables has an unknown amount of it', async () => {
    forged('endless', tables(200), [tables(200)[0]!]);
    expect(await measure('endless')).toMatchObject({ compressed: 'unknown' });
    // The tables are holes.
    expect(statSync(at('endless')).blocks * 512).toBeLessThan(MIB);
  });

  test('is measured without an error, whatever its header says', async () => {
    convert('true', '-c');
    const image = readFileSync(at('true'));
    const change = fc.tuple(fc.integer({ min: 4, max: 103 }), fc.nat({ max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1 }), async (changes) => {
        const bytes = Buffer.from(image);
        for (const [offset, value] of changes) bytes[offset] = value;
        writeFileSync(at('lies'), bytes);
        const { compressed = 0 } = await measure('lies');
        expect(compressed).not.toBeNaN();
      }),
      { seed: 18, numRuns: 300 },
    );
  });
});
