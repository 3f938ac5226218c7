/** A file is removed once the files that have its data are synced, and only if no overlay outside all chains needs it. */
import { execFileSync } from 'node:child_process';
import { lstat, mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { removeUnused } from '../../../src/libvirt/remove-unused.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { disk, world } from '../../worlds.ts';

const root = scratchFolder('removal-terms');
let count = 0;
let folder = '';
const at = (name: string) => join(folder, name);
const image = (name: string, ...words: string[]) =>
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, at(name), '1M']);
const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(folder);
  image('active');
  image('spare');
});

/** A host whose guest runs on `active`. */
const seen = () => world({ disks: [disk('vda', [at('active')])], others: [] });
const surveying = {
  survey: async (state: HostState, files: readonly string[]): Promise<HostState> => ({
    ...state,
    ...(await localHost.inspectFiles([...files, at('active')])),
  }),
};

describe('a file whose data is in another one', () => {
  test('is removed once that one is synced; volumes have no path to sync', async () => {
    const synced: string[] = [];
    const io: HostIO = {
      ...localHost,
      sync: async (files) => {
        synced.push(...files);
        expect(await exists(at('spare'))).toBe(true);
        await localHost.sync(files);
      },
    };
    const dataIn = [at('active'), 'pool:p/v'];
    await removeUnused(io, at('spare'), seen(), surveying, undefined, {
      dataIn,
    });
    expect(synced).toEqual([at('active')]);
    expect(await exists(at('spare'))).toBe(false);
  });

  test('stays where that one does not reach its storage', async () => {
    const io: HostIO = { ...localHost, sync: () => Promise.reject(new Error('EIO')) };
    const removal = removeUnused(io, at('spare'), seen(), surveying, undefined, {
      dataIn: ['/base'],
    });
    await expect(removal).rejects.toThrow(
      new EffectFailed(`/base cannot be synced to storage (EIO), so ${at('spare')} is left alone`),
    );
    expect(await exists(at('spare'))).toBe(true);
  });
});

test('a file that an overlay outside all chains needs stays', async () => {
  image('clone', '-b', at('spare'), '-F', 'qcow2');
  const removal = () => removeUnused(localHost, at('spare'), seen(), surveying);
  await expect(removal()).rejects.toThrow(
    `${at('spare')} is the backing file of ${at('clone')}, so it is left alone`,
  );
  expect(await exists(at('spare'))).toBe(true);
  await utimes(at('clone'), 1, 1);
  await removal();
  expect(await exists(at('spare'))).toBe(false);
});

test('an overlay that was in the chain itself keeps nothing', async () => {
  image('merged', '-b', at('spare'), '-F', 'qcow2');
  const terms = { former: [at('merged')] };
  await removeUnused(localHost, at('spare'), seen(), surveying, undefined, terms);
  expect(await exists(at('spare'))).toBe(false);
});
