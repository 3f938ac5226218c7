/** Digests of images, compared with sums of what `qemu-img convert` writes. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { digestImage } from '../../../src/host-io/digest-image.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const MIB = 1024 ** 2;
const folder = scratchFolder('digest');
const at = (name: string) => join(folder, name);

const run = (...[program = '', ...words]: string[]) => execFileSync(program, words);

/** A backup of three parts, on relative names; the size is no multiple of a MiB, and the last part is larger. */
beforeAll(() => {
  const capacity = 20 * MIB + 65536;
  run('qemu-img', 'create', '-q', '-f', 'qcow2', at('full'), String(capacity));
  write('full', 'write -P 7 1M 3M', 'write -P 9 10M 100k', 'write -P 3 20M 64k');
  run('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', 'full', '-F', 'qcow2', at('second'));
  write('second', 'write -P 8 2000k 64k', 'write -z 3M 64k', 'write -P 5 15M 1M');
  const grown = ['-b', 'second', '-F', 'qcow2', at('third'), '30M'];
  run('qemu-img', 'create', '-q', '-f', 'qcow2', ...grown);
  write('third', 'write -P 1 29M 512k', 'write -z 10M 1M');
});

function write(name: string, ...commands: string[]): void {
  run('qemu-io', '-f', 'qcow2', ...commands.flatMap((each) => ['-c', each]), at(name));
}

/** The sums by another route: the whole disk as a raw file. */
function expectedSums(name: string): Buffer {
  run('qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', at(name), at(`${name}.raw`));
  const disk = readFileSync(at(`${name}.raw`));
  const count = Math.ceil(disk.length / MIB);
  return Buffer.concat(
    Array.from({ length: count }, (_, each) =>
      createHash('sha256')
        .update(disk.subarray(each * MIB, (each + 1) * MIB))
        .digest(),
    ),
  );
}

async function digested(name: string) {
  const file = at(`${name}.whole`);
  return { file, ...(await digestImage(at(name), file)) };
}

test('each sum is that of the MiB that a guest would read', async () => {
  for (const name of ['full', 'second', 'third']) {
    const { file, capacity } = await digested(name);
    expect(readFileSync(file).equals(expectedSums(name)), name).toBe(true);
    expect(capacity).toBe(statSync(at(`${name}.raw`)).size);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
});

test('only the MiB with data are read', async () => {
  const totals: number[] = [];
  const onProgress = ({ total }: { total: number }) => totals.push(total);
  await digestImage(at('full'), at('full.counted'), { onProgress });
  expect(totals).toEqual([5, 5, 5, 5, 5].map((count) => count * MIB));
});

async function rootOf(name: string) {
  return digestImage(at(name), at(`${name}.again${Math.random()}`));
}

test('an increment is hashed alone, above the sums of the disk below', async () => {
  for (const [name, parent] of [
    ['second', 'full'],
    ['third', 'second'],
  ] as const) {
    const sums = at(`${parent}.below`);
    const below = { sums, root: (await digestImage(at(parent), sums)).root };
    const totals: number[] = [];
    const onProgress = ({ total }: { total: number }) => totals.push(total / MIB);
    const into = at(`${name}.increment`);
    const { root } = await digestImage(at(name), into, { below, onProgress });
    expect(readFileSync(into).equals(expectedSums(name)), name).toBe(true);
    expect(root).toBe((await rootOf(name)).root);
    expect(totals.length, name).toBeLessThan(name === 'second' ? 6 : 14);
    // Damaged sums are not trusted.
    const other = { sums, root: '0'.repeat(64) };
    expect((await digestImage(at(name), undefined, { below: other })).root).toBe(root);
  }
});

test('the digest is what sha256sum prints, whatever the layout of the files', async () => {
  const { capacity, root } = await rootOf('third');
  const sums = at('third.whole');
  const printed = run('sh', '-c', `(echo ${capacity}; cat '${sums}') | sha256sum`).toString();
  expect(printed.slice(0, 64)).toBe(root);
  run('qemu-img', 'convert', '-O', 'qcow2', '-o', 'cluster_size=2M', at('third'), at('flat'));
  expect(await rootOf('flat')).toEqual({ capacity, root });
});

test('compressed data, a missing image and an existing file are refused; a signal ends it', async () => {
  run('qemu-img', 'convert', '-c', '-O', 'qcow2', at('full'), at('small'));
  await expect(digestImage(at('small'), at('x'))).rejects.toThrow('compressed data');
  await expect(digestImage(at('absent'), at('x'))).rejects.toThrow("Could not open '");
  await expect(digestImage(at('full'), at('full'))).rejects.toThrow('EEXIST');
  const late = AbortSignal.abort(new Error('stopped'));
  await expect(digestImage(at('full'), at('x'), { signal: late })).rejects.toThrow('stopped');
});
