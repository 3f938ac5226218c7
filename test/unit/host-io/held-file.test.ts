/** What happens to a file whose path leads elsewhere between the check and the change. */
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

/** Replaces the folder that was checked by a link to another folder. */
async function swapFolder(): Promise<void> {
  await rename(join(base, 'images'), join(base, 'images.old'));
  await symlink(join(base, 'precious'), join(base, 'images'));
}

async function swapFile(): Promise<void> {
  await writeFile(join(base, 'images/new'), 'precious');
  await rename(join(base, 'images/new'), file());
}

/** A survey during which the folder is swapped, between the check and the change. */
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

test('the file that was checked is removed', async () => {
  await removeUnused(localHost, file(), seen(), swapping(swapFolder));
  await preciousIsThere();
  expect(await readdir(join(base, 'images.old'))).toEqual([]);
});

test('the file that was checked is moved', async () => {
  const to = join(base, 'aside/disk.qcow2');
  await moveUnused(localHost, { file: file(), to }, seen(), swapping(swapFolder));
  await preciousIsThere();
  expect(await readFile(to, 'utf8')).toBe('stale');
});

test('another file at the same path in the same folder is left alone', async () => {
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

test('a link that replaces the file is left alone', async () => {
  const swap = async () => {
    await rm(file());
    await symlink(join(base, 'precious/disk.qcow2'), file());
  };
  await expect(removeUnused(localHost, file(), seen(), swapping(swap))).rejects.toThrow(
    'another file',
  );
  await preciousIsThere();
});

test('the check that the run has made a file applies to the file that is removed', async () => {
  const made = new MadeFiles(localHost);
  const path = join(base, 'images/made');
  await made.make(path, async () => {});
  await writeFile(join(base, 'precious/made'), 'precious');
  await removeUnused(localHost, path, seen(), swapping(swapFolder), {
    own: async (held) => made.requireOwn(path, await held.stamp()),
  });
  expect(await readFile(join(base, 'precious/made'), 'utf8')).toBe('precious');
});

test('a missing file, or one in a missing folder, needs no removal', async () => {
  for (const name of ['images/none', 'none/none'])
    expect(await localHost.holdFile(join(base, name))).toBeNull();
  await using held = await localHost.holdFile(file());
  await rm(file());
  await held?.remove();
});
