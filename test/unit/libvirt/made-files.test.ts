import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MadeFile } from '../../../src/commands/driver.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { fileMadeBeforeCrash, MadeFiles } from '../../../src/libvirt/made-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blockplan-made-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const stampAt = async (name: string) => (await localHost.stat(at(name))) ?? undefined;
const written = async () => {};

test('a file is made empty, for its owner only, and recognized after it was written to', async () => {
  const made = new MadeFiles(localHost);
  await made.make(at('own'), written);
  expect(await stat(at('own'))).toMatchObject({ size: 0 });
  expect((await stat(at('own'))).mode & 0o777).toBe(0o600);
  await writeFile(at('own'), 'a copy');
  made.requireOwn(at('own'), await stampAt('own'));
  expect(
    (await made.mark((await localHost.inspectFiles([at('own')])).files))[at('own')],
  ).toMatchObject({
    made: true,
  });
});

test('an existing file is not overwritten, nor is a dangling link', async () => {
  const made = new MadeFiles(localHost);
  await writeFile(at('foreign'), 'precious');
  await symlink(at('nowhere'), at('link'));
  for (const file of [at('foreign'), at('link')])
    await expect(made.make(file, written)).rejects.toThrow(
      'already exists; blockplan does not overwrite files',
    );
  expect(await readFile(at('foreign'), 'utf8')).toBe('precious');
  await expect(stat(at('nowhere'))).rejects.toThrow('ENOENT');
  const stamp = await stampAt('foreign');
  expect(() => made.requireOwn(at('foreign'), stamp)).toThrow('was not created by this run');
});

test("another file at the path of the run's own file is not mistaken for it", async () => {
  const made = new MadeFiles(localHost);
  await made.make(at('place'), written);
  await writeFile(at('other'), 'precious');
  await rename(at('other'), at('place'));
  expect(
    (await made.mark((await localHost.inspectFiles([at('place')])).files))[at('place')],
  ).not.toHaveProperty('made');
  const stamp = await stampAt('place');
  expect(() => made.requireOwn(at('place'), stamp)).toThrow('so it is left alone');
});

test('what a resumed run renames is recorded without the number of the record that it was read from', async () => {
  const first = new MadeFiles(localHost);
  const records: MadeFile[] = [];
  const record = async (made: MadeFile) => void records.push(made);
  await first.makeFolder(at('draft'), 0o711, record);
  const read = records.map((made) => ({ ...made, on: 'local', seq: 3 }));
  await new MadeFiles(localHost, read).rename(at('draft'), at('final'), record);
  const { ino, born } = (await stampAt('draft'))!;
  expect(records[1]).toEqual({ file: at('final'), ino, born });
});

test('a missing file needs no owner, and a missing folder is an error', async () => {
  const made = new MadeFiles(localHost);
  made.requireOwn(at('gone'), await stampAt('gone'));
  await expect(made.make(at('none/file'), written)).rejects.toThrow('ENOENT');
});

test('the next process recognizes the files of the run, and no other file at their paths', async () => {
  const told: MadeFile[] = [];
  await new MadeFiles(localHost).make(at('kept'), async (made) => void told.push(made));
  const again = new MadeFiles(localHost, told);
  again.requireOwn(at('kept'), await stampAt('kept'));
  await rename(at('kept'), at('kept elsewhere'));
  await writeFile(at('kept'), 'precious');
  const stamp = await stampAt('kept');
  expect(() => again.requireOwn(at('kept'), stamp)).toThrow('was not created by this run');
});

test('a file that a run was about to make counts as its own only if it is new and empty', async () => {
  const before = Date.now() - 1;
  await writeFile(at('new'), '');
  expect(await fileMadeBeforeCrash(localHost, at('new'), before)).toMatchObject({
    file: at('new'),
  });
  expect(await fileMadeBeforeCrash(localHost, at('new'), Date.now() + 60_000)).toBeUndefined();
  await writeFile(at('new'), 'x');
  expect(await fileMadeBeforeCrash(localHost, at('new'), before)).toBeUndefined();
  expect(await fileMadeBeforeCrash(localHost, at('nothing'), before)).toBeUndefined();
  expect(await fileMadeBeforeCrash(localHost, folder, before)).toBeUndefined();
});

test('a folder counts only if it is new and empty: another run may use it', async () => {
  const before = Date.now() - 1;
  await mkdir(at('monday.partial'));
  expect(await fileMadeBeforeCrash(localHost, at('monday.partial'), before)).toMatchObject({
    file: at('monday.partial'),
  });
  for (const name of ['vda.qcow2', 'manifest.json']) {
    await writeFile(at(`monday.partial/${name}`), '{}');
    expect(await fileMadeBeforeCrash(localHost, at('monday.partial'), before)).toBeUndefined();
    await rm(at(`monday.partial/${name}`));
  }
});
