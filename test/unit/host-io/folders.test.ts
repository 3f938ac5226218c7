/** Folders of a backup store: made, published and removed, also again after a kill, and never at the cost of a file. */
import {
  chmod,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FileStamp } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { asNobody } from '../../lab/as-nobody.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { refusals } from './refusals.ts';

const { makeFolder, moveFolder, removeFolder } = localHost;
const root = scratchFolder('folders');
const FILES = ['vda.qcow2', 'vda.sums', 'manifest.json'];
let count = 0;
let store = '';
let draft = '';
let published = '';
let precious = '';
beforeEach(async () => {
  store = join(root, String(count++));
  [draft, published, precious] = ['b1.partial', 'b1', 'precious'].map((name) =>
    join(store, name),
  ) as [string, string, string];
  await mkdir(precious, { recursive: true });
  for (const name of FILES) await writeFile(join(precious, name), 'precious');
});

/** A draft with all its files. */
async function made(): Promise<FileStamp> {
  const stamp = await makeFolder(draft, 0o711);
  for (const name of FILES) await writeFile(join(draft, name), name);
  return stamp;
}

async function refused(change: Promise<unknown>, why: string | RegExp): Promise<void> {
  const error = await change.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EffectFailed);
  expect((error as Error).message).toMatch(why);
  expect((error as Error).message).not.toContain('/proc/');
  expect(await readdir(precious)).toEqual([...FILES].sort());
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

describe('makeFolder', () => {
  test('makes a folder with that mode, whatever the umask is, and returns its stamp', async () => {
    const stamp = await makeFolder(draft, 0o777);
    expect((await stat(draft)).mode & 0o7777).toBe(0o777);
    expect(await localHost.stat(draft)).toMatchObject({ ...stamp, kind: 'folder' });
  });

  test('keeps the group that the folder above hands down', async () => {
    await chmod(store, 0o2755);
    await makeFolder(draft, 0o777);
    expect((await stat(draft)).mode & 0o7777).toBe(0o2777);
  });

  test.each([
    ['a folder', () => mkdir(draft)],
    ['a file', () => writeFile(draft, '')],
    ['a dangling link', () => symlink(join(store, 'none'), draft)],
  ])('refuses where there is %s', async (_title, before) => {
    await before();
    await refused(makeFolder(draft, 0o711), `${draft} already exists`);
    expect(await isThere(join(store, 'none'))).toBe(false);
  });

  test('makes no parents', async () => {
    await refused(makeFolder(join(store, 'none/b1'), 0o711), /none\/b1 cannot be created: ENOENT/);
  });
});

describe('moveFolder', () => {
  test('publishes the folder under its new name, with all that is in it', async () => {
    const stamp = await made();
    await moveFolder(draft, published, stamp);
    expect(await isThere(draft)).toBe(false);
    expect((await readdir(published)).sort()).toEqual([...FILES].sort());
    expect(await localHost.stat(published)).toMatchObject(stamp);
  });

  test('moving again is no error, even if there is another draft of that name by then', async () => {
    const stamp = await made();
    await moveFolder(draft, published, stamp);
    await moveFolder(draft, published, stamp);
    await made();
    await moveFolder(draft, published, stamp);
    expect(await localHost.stat(published)).toMatchObject(stamp);
    expect(await isThere(draft)).toBe(true);
  });

  test.each([
    ['an empty folder', () => mkdir(published)],
    ['a folder with files', () => rename(precious, published).then(() => mkdir(precious))],
    ['a file', () => writeFile(published, '')],
    ['a link to a folder', () => symlink(precious, published)],
    ['a dangling link', () => symlink(join(store, 'none'), published)],
  ])('does not overwrite %s', async (_title, before) => {
    const stamp = await made();
    await before();
    const { ino } = await lstat(published);
    await expect(moveFolder(draft, published, stamp)).rejects.toThrow(
      `${published} already exists`,
    );
    expect((await lstat(published)).ino).toBe(ino);
    expect((await readdir(draft)).sort()).toEqual([...FILES].sort());
  });

  test('leaves another folder, a link or a file in place of the draft alone', async () => {
    const stamp = await made();
    await rename(draft, `${draft}.old`);
    await refused(moveFolder(draft, published, stamp), `${draft} does not exist`);
    await mkdir(draft);
    await refused(moveFolder(draft, published, stamp), 'replaced by another folder');
    await rm(draft, { recursive: true });
    for (const target of [precious, `${draft}.old`]) {
      await symlink(target, draft);
      await refused(moveFolder(draft, published, stamp), `${draft} is not a folder`);
      await rm(draft);
    }
    await writeFile(draft, '');
    await refused(moveFolder(draft, published, stamp), `${draft} is not a folder`);
    expect(await isThere(published)).toBe(false);
  });

  test('refuses a place that does not exist', async () => {
    const stamp = await made();
    await refused(
      moveFolder(draft, join(store, 'none/b1'), stamp),
      /b1\.partial cannot be moved to .*none\/b1: ENOENT/,
    );
    expect(await isThere(draft)).toBe(true);
  });
});

describe('removeFolder', () => {
  test('removes the files and the folder', async () => {
    await removeFolder(draft, await made(), FILES);
    expect(await readdir(store)).toEqual(['precious']);
  });

  test.each(FILES.map((_, at) => at + 1))(
    'continues a removal that was interrupted after %d files',
    async (removed) => {
      const stamp = await made();
      for (const name of FILES.slice(0, removed)) await rm(join(draft, name));
      await removeFolder(draft, stamp, FILES);
      expect(await readdir(store)).toEqual(['precious']);
    },
  );

  test('a folder that is gone is no error, nor is one below a folder that is gone', async () => {
    const stamp = await made();
    await removeFolder(draft, stamp, FILES);
    await removeFolder(draft, stamp, FILES);
    await removeFolder(join(store, 'none/b1'), stamp, FILES);
  });

  test('removes what an interrupted writeFile has left of the files, and nothing like it', async () => {
    const stamp = await made();
    await writeFile(join(draft, 'manifest.json.blockplan-0123456789abcdef'), 'ha');
    await removeFolder(draft, stamp, FILES);
    expect(await isThere(draft)).toBe(false);
    const other = await made();
    await writeFile(join(draft, 'notes.blockplan-0123456789abcdef'), 'mine');
    await refused(removeFolder(draft, other, FILES), 'contains notes.blockplan-0123456789abcdef');
  });

  test.each([
    ['another file', 'notes', (path: string) => writeFile(path, 'mine')],
    ['a folder', 'lost+found', (path: string) => mkdir(path)],
    ['a link of another name', 'link', (path: string) => symlink(precious, path)],
    [
      'a link in place of a file',
      'vda.sums',
      (path: string) => rm(path).then(() => symlink(join(precious, 'vda.sums'), path)),
    ],
    ['a folder in place of a file', 'vda.sums', (path: string) => rm(path).then(() => mkdir(path))],
  ])('loses nothing where the folder contains %s', async (_title, name, before) => {
    const stamp = await made();
    await before(join(draft, name));
    const found = (await readdir(draft)).sort();
    await refused(
      removeFolder(draft, stamp, FILES),
      `${draft} contains ${name}, which blockplan did not create`,
    );
    expect((await readdir(draft)).sort()).toEqual(found);
    for (const each of FILES) expect(await readFile(join(precious, each), 'utf8')).toBe('precious');
  });

  test('leaves another folder, a link or a file in its place alone', async () => {
    const stamp = await made();
    await rename(draft, `${draft}.old`);
    await mkdir(draft);
    await writeFile(join(draft, 'vda.qcow2'), 'new');
    await refused(removeFolder(draft, stamp, FILES), 'replaced by another folder');
    expect(await readdir(draft)).toEqual(['vda.qcow2']);
    await rm(draft, { recursive: true });
    for (const target of [precious, `${draft}.old`]) {
      await symlink(target, draft);
      await refused(removeFolder(draft, stamp, FILES), `${draft} is not a folder`);
      await rm(draft);
    }
    await writeFile(draft, '');
    await refused(removeFolder(draft, stamp, FILES), `${draft} is not a folder`);
    expect(await readdir(`${draft}.old`)).toHaveLength(FILES.length);
  });

  test('leaves all files alone where a process has one of them open', async () => {
    const stamp = await made();
    const file = await open(join(draft, 'vda.sums'), 'r+');
    await refused(removeFolder(draft, stamp, FILES), /vda\.sums is open in process \d+/);
    await file.close();
    expect(await readdir(draft)).toHaveLength(FILES.length);
    await removeFolder(draft, stamp, FILES);
  });
});

test('missing rights are reported with the path and the reason, and nothing changes', async () => {
  const stamp = await made();
  await chmod(root, 0o755);
  await chmod(draft, 0o555);
  await chmod(store, 0o555);
  const before = await readdir(draft);
  const argv = [store, JSON.stringify(stamp), JSON.stringify(FILES)] as const;
  const answer =
    process.geteuid?.() === 0
      ? await asNobody('test/unit/host-io/refusals.ts', 'refusals', ...argv)
      : { value: await refusals(...argv) };
  await chmod(store, 0o755);
  await chmod(draft, 0o755);
  expect(answer).toEqual({
    value: [
      `EffectFailed ${store}/new cannot be created: EACCES: permission denied, mkdir '${store}/new'`,
      `EffectFailed ${draft} cannot be moved to ${published}: EACCES: permission denied, rename '${draft}' -> '${published}'`,
      `EffectFailed ${draft} cannot be removed: EACCES: permission denied, unlink '${draft}/vda.qcow2'`,
      expect.stringMatching(
        `^EffectFailed ${store}/note cannot be written: EACCES: permission denied, open '${store}/note`,
      ),
      `EffectFailed ${store} cannot be locked: EACCES: permission denied, mkdir '${store}/locks'`,
    ],
  });
  expect(await readdir(draft)).toEqual(before);
  expect((await readdir(store)).sort()).toEqual(['b1.partial', 'precious']);
});
