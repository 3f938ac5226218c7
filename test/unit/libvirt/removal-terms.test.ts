/** A file is removed once the files that have its data are synced, and only if no overlay outside all chains needs it. */
import { execFileSync } from 'node:child_process';
import { lstat, mkdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { FormerLayers } from '../../../src/libvirt/former-layers.ts';
import { removeUnused } from '../../../src/libvirt/remove-unused.ts';
import { definitionsFolder } from '../../../src/libvirt/synced-definition.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import type { FoundOverlays } from '../../../src/model/examination.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { disk, world } from '../../worlds.ts';
import { unlimitedSearch } from './unlimited-search.ts';

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
    await removeUnused(io, at('spare'), seen(), surveying, {
      dataIn,
    });
    expect(synced).toEqual([at('active')]);
    expect(await exists(at('spare'))).toBe(false);
  });

  test('stays where that one does not reach its storage', async () => {
    const io: HostIO = { ...localHost, sync: () => Promise.reject(new Error('EIO')) };
    const removal = removeUnused(io, at('spare'), seen(), surveying, {
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
  const removal = () => removeUnused(unlimitedSearch, at('spare'), seen(), surveying);
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
  const terms = { layers: new FormerLayers([at('merged')]) };
  await removeUnused(localHost, at('spare'), seen(), surveying, terms);
  expect(await exists(at('spare'))).toBe(false);
});

describe('the search for overlays', () => {
  /** Counts the searches, which end so. */
  function searching(end: (found: FoundOverlays) => FoundOverlays = (found) => found) {
    const findOverlays = vi.fn(async (...terms: Parameters<HostIO['findOverlays']>) =>
      end(await unlimitedSearch.findOverlays(...terms)),
    );
    return { ...localHost, findOverlays };
  }

  test('serves all removals of a phase, each of which still finds what needs its file', async () => {
    image('needed');
    image('clone', '-b', at('needed'), '-F', 'qcow2');
    image('merged', '-b', at('spare'), '-F', 'qcow2');
    const io = searching();
    const layers = new FormerLayers(['merged', 'spare', 'needed'].map(at));
    const remove = (name: string) => removeUnused(io, at(name), seen(), surveying, { layers });
    await remove('merged');
    await remove('spare');
    await expect(remove('needed')).rejects.toThrow(`is the backing file of ${at('clone')}`);
    expect(io.findOverlays).toHaveBeenCalledTimes(1);
    await rm(at('clone'));
    await remove('needed');
    // What was no layer of the guest is not covered by that search.
    image('copy');
    await remove('copy');
    expect(io.findOverlays).toHaveBeenCalledTimes(2);
  });

  test('is reported where it was incomplete, except for files that a domain uses', async () => {
    const notices: string[] = [];
    const io = searching(() => ({ overlays: [], unread: [at('active'), '/a', '/b', '/c', '/d'] }));
    await removeUnused(io, at('spare'), seen(), surveying, {
      onNotice: (message) => notices.push(message),
    });
    expect(notices).toEqual([
      `the search for overlays that need ${at('spare')} was incomplete: /a, /b, /c, 1 more could not be read, or not in time`,
    ]);
    expect(await exists(at('spare'))).toBe(false);
  });
});

describe('the definitions are synced before a file is removed', () => {
  const folders = () => join(folder, 'etc/libvirt/qemu');
  const state = (persistent: boolean) => {
    const socket = encodeURIComponent(`${folder}/run/libvirt/libvirt-sock`);
    const { domain, ...host } = seen();
    const uri = `qemu:///system?socket=${socket}`;
    return { ...host, host: { uri }, domain: { ...domain, persistent } };
  };

  test.each([
    ['of a persistent domain', true, 1],
    ['but not of a transient one', false, 0],
  ])('%s', async (_what, persistent, times) => {
    await mkdir(folders(), { recursive: true });
    const synced: string[] = [];
    const openToSync: HostIO['openToSync'] = async (paths) => {
      expect(await exists(at('spare'))).toBe(true);
      synced.push(...paths);
      return localHost.openToSync(paths);
    };
    await removeUnused({ ...localHost, openToSync }, at('spare'), state(persistent), surveying);
    expect(synced).toEqual(times === 1 ? [folders()] : []);
    expect(await exists(at('spare'))).toBe(false);
  });

  test('and it stays where they do not reach their storage', async () => {
    const sync = () => Promise.reject(new Error('EIO'));
    const openToSync = async () => ({ sync, [Symbol.asyncDispose]: async () => {} });
    const removal = removeUnused({ ...localHost, openToSync }, at('spare'), state(true), surveying);
    await expect(removal).rejects.toThrow(
      `the definition of testvm cannot be synced to its storage (EIO), so ${at('spare')} is left alone`,
    );
    expect(await exists(at('spare'))).toBe(true);
  });

  test('as far as it is known where they are', async () => {
    await removeUnused(localHost, at('spare'), state(true), surveying);
    expect(await exists(at('spare'))).toBe(false);
    const places = { caches: '/u/.cache', settings: '/u/.config' };
    const found = (uri: string) => definitionsFolder(places, uri);
    expect(found('qemu:///system')).toBe('/etc/libvirt/qemu');
    expect(found('qemu:///session')).toBe('/u/.config/libvirt/qemu');
    expect(found('test:///default')).toBeUndefined();
  });
});
