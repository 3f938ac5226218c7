/** Reading the backup stores that a plan names, and comparing images with the digests in them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { readStores } from '../../../src/libvirt/read-stores.ts';
import { verifyImage } from '../../../src/libvirt/verify-image.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { storeIn } from '../../../src/model/known-stores.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { writeStore } from '../../stores.ts';
import { world } from '../../worlds.ts';

const place = scratchFolder('read-stores');

test('the backups of each store; null where there is no folder', async () => {
  const store = join(place, 'store');
  writeStore(store);
  writeFileSync(join(place, 'file'), '');
  const paths = [store, join(place, 'none'), join(place, 'file', 'below')];
  const state = await readStores(localHost, world(), paths);
  const [read, none, below] = paths.map((path) => storeIn(state, path));
  expect(read?.backups.map(({ name }) => name)).toEqual(['mon', 'tue', 'wed']);
  expect([none, below, storeIn(state, '/elsewhere')]).toEqual([null, null, undefined]);
});

test('a file, or a single backup, is named as what it is', async () => {
  const store = join(place, 'one');
  writeStore(store);
  writeFileSync(join(place, 'image'), '');
  const paths = [join(place, 'image'), join(store, 'mon')];
  const state = await readStores(localHost, world(), paths);
  expect(paths.map((path) => storeIn(state, path)?.findings)).toEqual([
    [
      {
        ...{ code: 'BP181', severity: 'error', message: `${paths[0]} is not a folder` },
        hint: 'name the folder that has the backups as subfolders',
      },
    ],
    [
      {
        ...{ code: 'BP181', severity: 'error', message: `${paths[1]} is a backup, not a store` },
        hint: `name the folder that it is in: ${store}`,
      },
    ],
  ]);
});

test('a store that cannot be read seems empty, and says why', async () => {
  const denied = Object.assign(new Error('permission denied'), { code: 'EACCES' });
  const failing = (error: Error) => ({ ...localHost, readStore: () => Promise.reject(error) });
  for (const [error, hint] of [
    [denied, 'run blockplan as a user with access, such as root'],
    [Object.assign(new Error('i/o error'), { code: 'EIO' }), 'check the storage there'],
    [new EffectFailed('it has too many entries'), expect.stringContaining('of one guest')],
  ] as const) {
    const state = await readStores(failing(error), world(), ['/backup']);
    expect(storeIn(state, '/backup')).toMatchObject({
      backups: [],
      findings: [{ code: 'BP182', message: expect.stringContaining(error.message), hint }],
    });
  }
  await expect(readStores(failing(new TypeError('a bug')), world(), ['/backup'])).rejects.toThrow(
    'a bug',
  );
});

describe('an image is compared with a digest', () => {
  const context = { onProgress: () => {} };

  test('whatever its layout is', async () => {
    mkdirSync(join(place, 'images'));
    const [base, top, flat] = ['base', 'top', 'flat'].map((name) => join(place, 'images', name));
    const qemu = (program: string, ...words: string[]) => execFileSync(program, words);
    qemu('qemu-img', 'create', '-q', '-f', 'qcow2', base!, '3M');
    qemu('qemu-io', '-f', 'qcow2', '-c', 'write -P 7 0 70k', base!);
    qemu('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', base!, '-F', 'qcow2', top!);
    qemu('qemu-io', '-f', 'qcow2', '-c', 'write -P 8 2M 1k', top!);
    qemu('qemu-img', 'convert', '-O', 'qcow2', top!, flat!);
    const { root } = await localHost.digestImage(top!, undefined);
    const effect = {
      tool: 'verify-image',
      ...{ file: flat!, disk: 'vda', root, otherwise: 'the backup is damaged', why: '' },
    } as const;
    await verifyImage(localHost, effect, context);
    qemu('qemu-io', '-f', 'qcow2', '-c', 'write -P 9 2M 1', flat!);
    await expect(verifyImage(localHost, effect, context)).rejects.toThrow(
      `${flat} differs from the backup: the backup is damaged`,
    );
  });

  test('a missing one is refused', async () => {
    const file = join(place, 'none');
    const effect = { tool: 'verify-image', file, disk: 'vda', root: '', otherwise: '', why: '' };
    await expect(
      verifyImage(localHost, effect as Parameters<typeof verifyImage>[1], context),
    ).rejects.toThrow(EffectFailed);
  });
});
