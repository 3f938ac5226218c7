/** What happens to a file whose path leads elsewhere between the check and the act. */
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { MadeFiles } from '../../../src/libvirt/made-files.ts';
import { moveUnused, removeUnused } from '../../../src/libvirt/remove-unused.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { looked, world } from '../../worlds.ts';

const root = scratchFolder('held');
let count = 0;
let base = '';
beforeEach(async () => {
  base = join(root, String(count++));
  for (const folder of ['images', 'precious', 'aside'])
    await mkdir(join(base, folder), { recursive: true });
  await writeFile(join(base, 'images/disk.qcow2'), 'stale');
  await writeFile(join(base, 'precious/disk.qcow2'), 'precious');
});

const file = () => join(base, 'images/disk.qcow2');

/** Puts a link to another folder in the place of the one that was checked. */
async function swapFolder(): Promise<void> {
  await rename(join(base, 'images'), join(base, 'images.old'));
  await symlink(join(base, 'precious'), join(base, 'images'));
}

async function swapFile(): Promise<void> {
  await writeFile(join(base, 'images/new'), 'precious');
  await rename(join(base, 'images/new'), file());
}

/** A look at the host in which somebody swaps the folder: between the check and the act. */
function swapping(swap: () => Promise<void>) {
  return {
    survey: async () => {
      await swap();
      return { ...looked(world({ disks: [], others: [] }), []), others: [] };
    },
  };
}

const seen = () => world({ disks: [], others: [] });

async function preciousIsThere(): Promise<void> {
  expect(await readFile(join(base, 'precious/disk.qcow2'), 'utf8')).toBe('precious');
  expect(await readdir(join(base, 'precious'))).toEqual(['disk.qcow2']);
}

test('what is removed is the file that was checked', async () => {
  await removeUnused(localHost, file(), seen(), swapping(swapFolder));
  await preciousIsThere();
  expect(await readdir(join(base, 'images.old'))).toEqual([]);
});

test('what is moved is the file that was checked', async () => {
  const to = join(base, 'aside/disk.qcow2');
  await moveUnused(localHost, { file: file(), to }, seen(), swapping(swapFolder));
  await preciousIsThere();
  expect(await readFile(to, 'utf8')).toBe('stale');
});

test('another file at the same place in the same folder is left alone', async () => {
  await expect(removeUnused(localHost, file(), seen(), swapping(swapFile))).rejects.toThrow(
    'another file',
  );
  const to = join(base, 'aside/disk.qcow2');
  await writeFile(file(), 'stale');
  await expect(
    moveUnused(localHost, { file: file(), to }, seen(), swapping(swapFile)),
  ).rejects.toThrow('another file');
  expect(await readFile(file(), 'utf8')).toBe('precious');
  expect(await readdir(join(base, 'aside'))).toEqual([]);
});

test('a link that takes the place of the file is left alone', async () => {
  const swap = async () => {
    await rm(file());
    await symlink(join(base, 'precious/disk.qcow2'), file());
  };
  await expect(removeUnused(localHost, file(), seen(), swapping(swap))).rejects.toThrow(
    'another file',
  );
  await preciousIsThere();
});

test('whether the run has made a file is asked of the one that is removed', async () => {
  const made = new MadeFiles(localHost);
  const path = join(base, 'images/made');
  await made.make(path, async () => {});
  await writeFile(join(base, 'precious/made'), 'precious');
  await removeUnused(localHost, path, seen(), swapping(swapFolder), async (held) =>
    made.requireOwn(path, await held.stamp()),
  );
  expect(await readFile(join(base, 'precious/made'), 'utf8')).toBe('precious');
});

test('a file that is gone, or whose folder is, needs no removal', async () => {
  for (const name of ['images/none', 'none/none'])
    expect(await localHost.holdFile(join(base, name))).toBeNull();
  await using held = await localHost.holdFile(file());
  await rm(file());
  await held?.remove();
});
