/** Stores with real images: copied, damaged, altered, half pruned. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { readStore } from '../../../src/host-io/read-store.ts';
import { diskChain } from '../../../src/store/chain.ts';
import { listBackups, storedTargets } from '../../../src/store/listing.ts';
import { isBackupStore } from '../../../src/store/store.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import {
  CAPACITY,
  changeManifest,
  copyStore,
  manifestOf,
  rootOf,
  statesOf,
  storedDiskOf,
  storeIn,
  UUID,
  WEEK,
  writeBackup,
  writeStore,
} from '../../stores.ts';

const folder = scratchFolder('stores');
const whole = join(folder, 'whole');
beforeAll(() => writeStore(whole));

const copy = (change?: (store: string) => void) => copyStore(whole, folder, change);

const COMPLETE = { mon: 'complete', tue: 'complete', wed: 'complete' };

describe('a whole store', () => {
  test('has its backups in their order, with what the manifests say', async () => {
    const store = await storeIn(whole);
    expect(store).toMatchObject({ drafts: [], holders: [], strays: [], findings: [] });
    expect(store.backups.map(({ name }) => name)).toEqual(['mon', 'tue', 'wed']);
    expect(store.backups[1]).toMatchObject({
      point: { domain: 'web1', uuid: UUID, sequence: 2, parent: 'mon', checkpoint: 'tue' },
      disks: [{ target: 'vda', mode: 'incremental', capacity: CAPACITY, below: 'mon' }],
    });
    expect(store.backups[1]?.disks[0]?.size).toBeGreaterThan(0);
    expect(store.backups[1]?.size).toBeGreaterThan(store.backups[1]?.disks[0]?.size ?? 0);
    const chain = diskChain(store, 'wed', 'vda');
    expect(chain.map(({ backup }) => backup)).toEqual(['wed', 'tue', 'mon']);
    expect(storedTargets(store)).toEqual(['vda']);
  });

  test('reads alike where it was copied to', async () => {
    const store = join(folder, 'elsewhere');
    execFileSync('cp', ['-a', whole, store]);
    expect(await statesOf(store)).toEqual(COMPLETE);
  });

  test('has chains as qemu-img sees them', () => {
    const image = join(whole, 'wed/vda.qcow2');
    const argv = ['info', '--backing-chain', '--output=json', image];
    const chain = JSON.parse(execFileSync('qemu-img', argv, { encoding: 'utf8' })) as object[];
    expect(chain).toHaveLength(3);
  });
});

describe('what is not a backup', () => {
  test('a draft is listed first, and is no broken backup', async () => {
    const store = copy((at) => {
      const draft = manifestOf('thu', 4, 'wed', {
        disks: [{ ...storedDiskOf('thu', 'wed'), root: undefined }] as never,
      });
      const { ended: _, ...open } = draft;
      writeBackup(at, open, '.partial');
      mkdirSync(join(at, 'fri.partial'));
    });
    const { backups, strays } = listBackups(await storeIn(store));
    expect(backups.map(({ name, state }) => `${name} ${state}`)).toEqual([
      ...['thu draft', 'fri draft', 'wed complete', 'tue complete', 'mon complete'],
    ]);
    expect(backups[0]?.disks[0]?.below).toBe('wed');
    expect(backups[1]?.findings).toMatchObject([{ severity: 'warning' }]);
    expect(strays).toEqual([]);
  });

  test('files and folders that belong to nothing are named, and links are not followed', async () => {
    const store = copy((at) => {
      writeFileSync(join(at, 'notes.txt'), '');
      writeFileSync(join(at, 'tue/vdb.qcow2'), '');
      for (const name of ['nvram.fd', 'boot.json']) writeFileSync(join(at, 'tue', name), '');
      mkdirSync(join(at, 'lost+found'));
      mkdirSync(join(at, 'tue/deep'));
      mkdirSync(join(at, '.hidden'));
      cpSync(join(at, 'mon'), join(at, 'a\nb'), { recursive: true });
      symlinkSync(join(whole, 'mon'), join(at, 'mon2'));
      execFileSync('mkfifo', [join(at, 'wed/pipe'), join(at, 'pipe')]);
    });
    expect(await statesOf(store)).toEqual(COMPLETE);
    expect((await storeIn(store)).strays).toEqual([
      ...['.hidden/', 'a\nb/', 'lost+found/', 'mon2', 'notes.txt', 'pipe'],
      ...['tue/deep/', 'tue/vdb.qcow2', 'wed/pipe'],
    ]);
  });

  test('the claims on the lock are named', async () => {
    const store = copy((at) => {
      mkdirSync(join(at, 'locks'));
      writeFileSync(join(at, 'locks/store.r1.claim'), '{}');
    });
    expect(await storeIn(store)).toMatchObject({ holders: ['store.r1.claim'], strays: [] });
  });

  test('a folder is a store if it has a backup, a draft or a mark', async () => {
    const is = async (name: string, make: (at: string) => void) => {
      const at = join(folder, name);
      mkdirSync(at);
      make(at);
      const read = await localHost.readStore(at);
      return read && isBackupStore(read);
    };
    expect(await is('empty', () => {})).toBe(false);
    expect(await is('plain', (at) => writeFileSync(join(at, 'x'), ''))).toBe(false);
    expect(await is('folders', (at) => mkdirSync(join(at, 'x')))).toBe(false);
    expect(await is('draft', (at) => mkdirSync(join(at, 'x.partial')))).toBe(true);
    expect(await is('marked', (at) => writeFileSync(join(at, 'prune.json'), ''))).toBe(true);
    expect(await localHost.readStore(join(folder, 'none'))).toBeNull();
    expect(await localHost.readStore(join(folder, 'plain/x'))).toBeNull();
  });
});

describe('a store that is being pruned', () => {
  const mark = (store: string, drop: readonly object[]) =>
    writeFileSync(join(store, 'prune.json'), JSON.stringify({ prune: 'blockplan/v1', drop }));
  const merging = { mon: 'complete', tue: 'merging', wed: 'complete' };
  const drop = [{ name: 'tue', into: 'wed' }];

  test('marks as removed what the mark names, and nothing else', async () => {
    const store = copy((at) => mark(at, drop));
    expect(await statesOf(store)).toEqual(merging);
    const { backups } = listBackups(await storeIn(store));
    expect(backups.find(({ name }) => name === 'tue')).toMatchObject({ into: 'wed' });
  });

  test('keeps every other backup complete at each step of a merge', async () => {
    const store = copy((at) => mark(at, drop));
    // Committed already, so that the image reads as `wed`.
    renameSync(join(store, 'tue/vda.qcow2'), join(store, 'wed/vda.qcow2'));
    expect(await statesOf(store)).toEqual(merging);
    // The manifest still has the length of the former image.
    const former = { ...storedDiskOf('wed', 'tue'), length: 2 ** 30 };
    changeManifest(store, 'wed', { disks: [former] });
    expect(await statesOf(store)).toEqual(merging);
    const parent = { parent: 'mon', disks: [storedDiskOf('wed', 'mon')] };
    changeManifest(store, 'wed', parent);
    expect(await statesOf(store)).toEqual(merging);
    rmSync(join(store, 'tue'), { recursive: true });
    rmSync(join(store, 'prune.json'));
    expect(await statesOf(store)).toEqual({ mon: 'complete', wed: 'complete' });
  });

  test('keeps them complete where the full backup is removed', async () => {
    const store = copy((at) => mark(at, [{ name: 'mon', into: 'tue' }]));
    renameSync(join(store, 'mon/vda.qcow2'), join(store, 'tue/vda.qcow2'));
    expect(await statesOf(store)).toEqual({ mon: 'merging', tue: 'complete', wed: 'complete' });
    rmSync(join(store, 'prune.json'));
    expect(await statesOf(store)).toMatchObject({ tue: expect.stringContaining('broken') });
  });

  const restore = 'restore the file from a copy of the store';
  test.each([
    ['{', 'prune.json is not JSON', restore],
    ['{"prune":"blockplan/v1"}', 'prune.json is invalid: drop is not a list', restore],
    [
      '{"prune":"blockplan/v1","drop":[{"name":"../x"}]}',
      'prune.json is invalid: drop[0].name is not the name of a backup',
      restore,
    ],
    [
      '{"prune":"blockplan/v3"}',
      'prune.json was written by a newer version of blockplan (blockplan/v3)',
      'use that version, or a newer one',
    ],
  ])('a mark such as %s is a finding of the store', async (text, message, hint) => {
    const store = copy((at) => writeFileSync(join(at, 'prune.json'), text));
    const { findings } = await storeIn(store);
    expect(findings.map((each) => [each.message, each.hint])).toEqual([
      [`${message}, so it is unknown which backups a prune is removing`, hint],
    ]);
    expect(await statesOf(store)).toEqual(COMPLETE);
  });
});

test('a backup of several disks in both modes', async () => {
  const store = join(folder, 'several');
  const both = (name: string, parent: string | undefined) => [
    storedDiskOf(name, parent),
    storedDiskOf(name, undefined, 'vdb'),
  ];
  writeStore(store, [
    manifestOf('a', 1, undefined, { disks: both('a', undefined) }),
    manifestOf('b', 2, 'a', { disks: both('b', 'a') }),
  ]);
  rmSync(join(store, 'a/vda.qcow2'));
  const read = await storeIn(store);
  expect(read.backups[1]?.disks.map(({ target, broken }) => [target, broken?.problem])).toEqual([
    ['vda', 'vda needs the backup a, in which vda is broken'],
    ['vdb', undefined],
  ]);
  const listing = listBackups(read, 'vdb');
  expect(listing.backups.map(({ disks }) => disks.map(({ target }) => target))).toEqual([
    ['vdb'],
    ['vdb'],
  ]);
  expect(listing.backups[0]?.size).toBe(listing.backups[0]?.disks[0]?.size);
  expect(rootOf('a')).not.toBe(rootOf('a', 'vdb'));
});

test('a backup lists the disks that are not in it, and whether it lacks their data', async () => {
  const store = join(folder, 'lacking');
  const left = [
    { target: 'vdb', reason: 'the plan does not list it' },
    { target: 'sda', reason: 'it is a cdrom' },
  ];
  const draft = manifestOf('b', 2, undefined, { 'left-out': left });
  writeStore(store, [manifestOf('a', 1, undefined, { 'left-out': left })]);
  writeBackup(store, draft, '.partial');
  const read = await storeIn(store);
  expect(listBackups(read).backups.map(({ name, leftOut }) => [name, leftOut])).toEqual([
    ['b', []],
    [
      'a',
      [
        { target: 'vdb', reason: 'the plan does not list it', lacking: true },
        { target: 'sda', reason: 'it is a cdrom', lacking: false },
      ],
    ],
  ]);
  expect(listBackups(read, 'vda').backups.flatMap(({ leftOut }) => leftOut)).toEqual([]);
});

test('a store with too many entries, or too large manifests, is not read to its end', async () => {
  const store = copy((at) => {
    for (let index = 0; index < 20; index++) writeFileSync(join(at, 'tue', `x${index}`), '');
  });
  const size = (name: string) => statSync(join(store, name, 'manifest.json')).size;
  const bytes = size('mon') + size('wed') - 1;
  const { folders } = (await readStore(store, { entries: 20, bytes }))!;
  expect(folders.map(({ unread, manifest }) => [unread, manifest])).toEqual([
    [undefined, { text: expect.any(String) }],
    ['it has too many entries', undefined],
    ['it has too many entries', undefined],
  ]);
  const { folders: large } = (await readStore(store, { entries: 100, bytes }))!;
  expect(large.map(({ manifest }) => manifest)).toEqual([
    { text: expect.any(String) },
    { unread: 'it is too large' },
    { unread: 'it is too large' },
  ]);
  await expect(readStore(store, { entries: 2, bytes })).rejects.toThrow('too many entries');
});

test('nothing in a store is written', async () => {
  const store = copy();
  const hash = () =>
    execFileSync('sh', ['-c', 'find . -exec stat -c "%n %s %Y %Z" {} + | sort'], { cwd: store });
  const before = hash();
  await storeIn(store);
  expect(hash().equals(before)).toBe(true);
  expect(readFileSync(join(store, 'mon/definition.xml'), 'utf8')).toBe('<domain/>');
  expect(WEEK).toHaveLength(3);
});
