/** The comparison of an image with its sums names the first part that is damaged, through all backing files. */
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { qemu } from '../../filled-stores.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('compare-image');
const at = (name: string) => join(folder, name);
let root = '';

/** A base with 1 MiB at 2 and 5 MiB, and an overlay with the half of the MiB at 5. */
beforeAll(async () => {
  qemu('qemu-img', 'create', '-q', '-f', 'qcow2', at('base'), '8M');
  qemu('qemu-io', '-f', 'qcow2', '-c', 'write -P 7 2M 1M', '-c', 'write -P 8 5M 1M', at('base'));
  qemu('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', 'base', '-F', 'qcow2', at('top'));
  qemu('qemu-io', '-f', 'qcow2', '-c', 'write -P 9 5M 512k', at('top'));
  ({ root } = await localHost.digestImage(at('top'), at('sums')));
});

const compare = () => localHost.compareImage(at('top'), at('sums'));

/** A change of a file, undone after the work. */
async function changed<T>(file: string, change: (path: string) => void, work: () => Promise<T>) {
  const path = at(file);
  const before = readFileSync(path);
  change(path);
  try {
    return await work();
  } finally {
    writeFileSync(path, before);
  }
}

/** Changes bytes of the guest's data in an image's file, as a failing disk would. */
function damage(pattern: number, by: number): (path: string) => void {
  return (path) => {
    const bytes = readFileSync(path);
    const from = bytes.indexOf(Buffer.alloc(4096, pattern));
    expect(from).toBeGreaterThan(0);
    bytes.fill(by, from + 100, from + 101);
    writeFileSync(path, bytes);
  };
}

test('an image that is as it was', async () => {
  expect(await compare()).toEqual({ root, sumsRoot: root });
});

test('a byte that changed in the base is named by its MiB and by that file', async () => {
  const found = await changed('base', damage(7, 6), compare);
  expect(found).toMatchObject({
    sumsRoot: root,
    damage: { first: 2, count: 1, files: [at('base')] },
  });
  expect(found.root).not.toBe(root);
});

test('all files that hold the data of that MiB are named', async () => {
  const { damage: found } = await changed('top', damage(9, 1), compare);
  expect(found).toMatchObject({ first: 5, count: 1 });
  expect([...(found?.files ?? [])].sort()).toEqual([at('base'), at('top')]);
});

test('a part that cannot be read counts as damaged', async () => {
  const cut = (path: string) => truncateSync(path, statSync(path).size - 1024 ** 2);
  const found = await changed('base', cut, compare);
  expect(found.root).toBeUndefined();
  expect(found.damage).toMatchObject({ first: 5, count: 1 });
  expect(found.damage?.unread).toContain('is truncated');
});

test('missing sums, and sums of another length, are told from damaged ones', async () => {
  expect(await localHost.compareImage(at('top'), at('none'))).toEqual({ root });
  const short = (path: string) => truncateSync(path, 32);
  expect(await changed('sums', short, compare)).toEqual({ root });
  const other = (path: string) => writeFileSync(path, Buffer.alloc(8 * 32));
  const found = await changed('sums', other, compare);
  expect(found).toMatchObject({ root, damage: { first: 0, count: 8 } });
  expect(found.sumsRoot).not.toBe(root);
});

test('compressed data says nothing about damage', async () => {
  copyFileSync(at('sums'), at('packed.sums'));
  qemu('qemu-img', 'convert', '-c', '-f', 'qcow2', '-O', 'qcow2', at('top'), at('packed'));
  await expect(localHost.compareImage(at('packed'), at('packed.sums'))).rejects.toThrow(
    'contains compressed data',
  );
});
