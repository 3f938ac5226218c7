/** A file that was replaced by another one since it was observed is neither removed, moved nor overwritten. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import type { QemuImgEffect, VirshEffect } from '../../../src/commands/effect.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { refuseReplaced } from '../../../src/libvirt/refuse-held.ts';
import { moveUnused, removeUnused } from '../../../src/libvirt/remove-unused.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { type FormerFile, formerFile } from '../../../src/model/former-file.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { world } from '../../worlds.ts';

const root = scratchFolder('former');
const file = join(root, 'a');
const aside = join(root, 'aside');

const seen = world({ disks: [], others: [] });
const driver = {
  survey: async () => ({ ...seen, ...(await localHost.inspectFiles([file])) }),
};

/** The file, as an observation shows it. */
async function observed(): Promise<FormerFile> {
  const former = formerFile(await localHost.inspectFiles([file]), file);
  if (!former) throw new Error('it was not observed');
  return former;
}

/** Puts another file at its path, whose inode is another one or the same again. */
async function replace(): Promise<void> {
  await writeFile(join(root, 'other'), 'other');
  await rename(join(root, 'other'), file);
}

beforeEach(async () => {
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  await writeFile(file, 'former');
});

const remove = (former: FormerFile) => removeUnused(localHost, file, seen, driver, { former });
const move = (former: FormerFile) =>
  moveUnused(localHost, { file, to: join(aside, 'a'), former }, seen, driver);
const write = (former: FormerFile) =>
  refuseReplaced(localHost, {
    ...{ tool: 'virsh', verb: 'blockcopy', why: '', writesInto: [file], former },
    args: { domain: 'd', path: 'vda', dest: file },
  } as VirshEffect);
const convert = (former: FormerFile) =>
  refuseReplaced(localHost, {
    ...{ tool: 'qemu-img', verb: 'convert', why: '', bytes: 0, former },
    args: { 'no-create': true, source: '/s', dest: file },
  } as QemuImgEffect);

describe.each([
  ['removed', remove],
  ['moved', move],
  ['overwritten by a job', write],
  ['overwritten by a conversion', convert],
] as const)('a file is not %s', (_what, act) => {
  test('if another one has its path', async () => {
    const former = await observed();
    await replace();
    const refused = act(former);
    await expect(refused).rejects.toThrow(EffectFailed);
    await expect(refused).rejects.toThrow(`${file} is not the file that was there`);
    expect(await readFile(file, 'utf8')).toBe('other');
  });

  test('if another one has its inode again', async () => {
    const former = { ...(await observed()), born: '1' };
    await expect(act(former)).rejects.toThrow(`${file} is not the file that was there`);
  });

  test('only then: the former one is accepted, also by its inode alone', async () => {
    await act(await observed());
    await rm(aside, { recursive: true });
    await mkdir(aside);
    await writeFile(file, 'x', { flag: 'a' });
    const { born: _unknown, ...older } = await observed();
    await act(older);
  });
});

test('where inode numbers may change, the birth time alone counts', async () => {
  const former = { ...(await observed()), ino: '1' };
  const varying = {
    ...localHost,
    stat: async (path: string) => {
      const found = await localHost.stat(path);
      return found && { ...found, inoVaries: true as const };
    },
  };
  const removed = (io: typeof localHost, change: Partial<FormerFile> = {}) =>
    removeUnused(io, file, seen, driver, { former: { ...former, ...change } });
  for (const refused of [removed(localHost), removed(varying, { born: '1' })])
    await expect(refused).rejects.toThrow('was replaced by another one');
  await removed(varying);
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

test('a birth time that equals the last change may be no birth time', async () => {
  // Files that are only created have both times.
  await rm(file);
  await writeFile(file, '');
  const { ino } = await observed();
  expect(await observed()).toEqual({ file, ino });
  await delay(50);
  await writeFile(file, 'x');
  expect(await observed()).toMatchObject({ file, ino, born: expect.any(String) });
});

test('a file that was moved already must be the former one', async () => {
  const former = await observed();
  await move(former);
  await move(former);
  await writeFile(join(aside, 'b'), 'other');
  await rename(join(aside, 'b'), join(aside, 'a'));
  await expect(move(former)).rejects.toThrow(
    `${join(aside, 'a')} is another file than ${file} was`,
  );
});
