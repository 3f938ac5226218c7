import { mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MadeFile } from '../../../src/commands/driver.ts';
import { lookAtFiles } from '../../../src/libvirt/files.ts';
import { MadeFiles, madeUnseen } from '../../../src/libvirt/made-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blockplan-made-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const written = async () => {};

test('a file is made empty, for its owner alone, and known again after it was written to', async () => {
  const made = new MadeFiles();
  await made.make(at('own'), written);
  expect(await stat(at('own'))).toMatchObject({ size: 0 });
  expect((await stat(at('own'))).mode & 0o777).toBe(0o600);
  await writeFile(at('own'), 'a copy');
  await made.requireOwn(at('own'));
  expect((await made.mark((await lookAtFiles([at('own')])).files))[at('own')]).toMatchObject({
    made: true,
  });
});

test('what is there is not written over, a link that leads nowhere included', async () => {
  const made = new MadeFiles();
  await writeFile(at('foreign'), 'precious');
  await symlink(at('nowhere'), at('link'));
  for (const file of [at('foreign'), at('link')])
    await expect(made.make(file, written)).rejects.toThrow(
      'exists already; blockplan writes over no file',
    );
  expect(await readFile(at('foreign'), 'utf8')).toBe('precious');
  await expect(stat(at('nowhere'))).rejects.toThrow('ENOENT');
  await expect(made.requireOwn(at('foreign'))).rejects.toThrow('was not made by this run');
});

test("another file at the place of the run's own is not taken for it", async () => {
  const made = new MadeFiles();
  await made.make(at('place'), written);
  await writeFile(at('other'), 'precious');
  await rename(at('other'), at('place'));
  expect(
    (await made.mark((await lookAtFiles([at('place')])).files))[at('place')],
  ).not.toHaveProperty('made');
  await expect(made.requireOwn(at('place'))).rejects.toThrow('so it is left alone');
});

test('a file that is gone needs no owner, and a folder that is not there is told', async () => {
  const made = new MadeFiles();
  await made.requireOwn(at('gone'));
  await expect(made.make(at('none/file'), written)).rejects.toThrow('ENOENT');
});

test('what a run has made is known again by the next process, and nothing else at its place', async () => {
  const told: MadeFile[] = [];
  await new MadeFiles().make(at('kept'), async (made) => void told.push(made));
  const again = new MadeFiles(told);
  await again.requireOwn(at('kept'));
  await rename(at('kept'), at('kept elsewhere'));
  await writeFile(at('kept'), 'precious');
  await expect(again.requireOwn(at('kept'))).rejects.toThrow('was not made by this run');
});

test('a file that a run was about to make counts as its own only if it is new and empty', async () => {
  const before = Date.now() - 1;
  await writeFile(at('new'), '');
  expect(await madeUnseen(at('new'), before)).toMatchObject({ file: at('new') });
  expect(await madeUnseen(at('new'), Date.now() + 60_000)).toBeUndefined();
  await writeFile(at('new'), 'x');
  expect(await madeUnseen(at('new'), before)).toBeUndefined();
  expect(await madeUnseen(at('nothing'), before)).toBeUndefined();
  expect(await madeUnseen(folder, before)).toBeUndefined();
});
