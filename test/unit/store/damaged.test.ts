/** Stores in which something is missing or was changed: which backups are broken by it, and why. */
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readStore } from '../../../src/host-io/read-store.ts';
import { backupStoreOf } from '../../../src/store/store.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import {
  CAPACITY,
  changeManifest,
  copyStore,
  rebase,
  statesOf,
  storedDiskOf,
  storeIn,
  UUID,
  writeStore,
} from '../../stores.ts';

const folder = scratchFolder('damaged');
const whole = join(folder, 'whole');
beforeAll(() => writeStore(whole));

/** Records the length of an image, as a backup does when it is complete. */
function withLength(store: string, name: string): void {
  const disk = storedDiskOf(name, name === 'wed' ? 'tue' : 'mon');
  const { size: length } = statSync(join(store, name, 'vda.qcow2'));
  changeManifest(store, name, { disks: [{ ...disk, length }] });
}

describe('a damaged store', () => {
  const needs = (name: string, why: string) => `broken: ${name}: vda needs the backup ${why}`;
  const wedOnTue = needs('wed', 'tue, in which vda is broken');
  const cases: Readonly<
    Record<string, readonly [change: (store: string) => void, states: Record<string, unknown>]>
  > = {
    'a parent was deleted': [
      (store) => rmSync(join(store, 'mon'), { recursive: true }),
      { tue: needs('tue', 'mon, which is missing'), wed: wedOnTue },
    ],
    'the newest was deleted': [
      (store) => rmSync(join(store, 'wed'), { recursive: true }),
      { mon: 'complete', tue: 'complete' },
    ],
    'an image was deleted': [
      (store) => rmSync(join(store, 'tue/vda.qcow2')),
      { tue: 'broken: tue: the image vda.qcow2 of vda is missing', wed: wedOnTue },
    ],
    'an image was overwritten': [
      (store) => writeFileSync(join(store, 'tue/vda.qcow2'), 'x'.repeat(200)),
      { tue: 'broken: tue: vda.qcow2 is not a qcow2 image', wed: wedOnTue },
    ],
    'an image is a link out of the store': [
      (store) => {
        renameSync(join(store, 'tue/vda.qcow2'), join(folder, 'out'));
        symlinkSync(join(folder, 'out'), join(store, 'tue/vda.qcow2'));
      },
      { tue: 'broken: tue: the image vda.qcow2 of vda is missing', wed: wedOnTue },
    ],
    'a header names a file outside of the store': [
      (store) => rebase(store, 'tue', '/etc/shadow'),
      {
        tue: 'broken: tue: the header of vda.qcow2 names "/etc/shadow", which is not an image of this store',
        wed: wedOnTue,
      },
    ],
    'a header leads out of the store': [
      (store) => rebase(store, 'tue', '../../other/vda.qcow2'),
      { tue: expect.stringContaining('which is not an image of this store'), wed: wedOnTue },
    ],
    'a header names the same place by an absolute path': [
      (store) => rebase(store, 'tue', join(store, 'mon/vda.qcow2')),
      { tue: expect.stringContaining('which is not an image of this store'), wed: wedOnTue },
    ],
    'a header names another backup than the manifest': [
      (store) => rebase(store, 'wed', '../mon/vda.qcow2'),
      {
        wed: 'broken: wed: the header of vda.qcow2 names the backup mon, but the manifest names tue',
      },
    ],
    'a header names nothing': [
      (store) => rebase(store, 'tue', ''),
      {
        tue: 'broken: tue: vda is incremental, but the header of vda.qcow2 names no backing file',
        wed: wedOnTue,
      },
    ],
    'a header of a full backup names something': [
      (store) => rebase(store, 'mon', '../wed/vda.qcow2'),
      {
        mon: 'broken: mon: vda is full, but the header of vda.qcow2 names "../wed/vda.qcow2"',
        tue: needs('tue', 'mon, in which vda is broken'),
        wed: wedOnTue,
      },
    ],
    'the size differs': [
      (store) => execFileSync('qemu-img', ['resize', '-q', join(store, 'wed/vda.qcow2'), '7M']),
      {
        wed: 'broken: wed: vda.qcow2 has a size of 7 MiB, but its manifest says 5 MiB',
      },
    ],
    'a copy of an image was cut': [
      (store) => {
        withLength(store, 'wed');
        truncateSync(join(store, 'wed/vda.qcow2'), 100_000);
      },
      {
        wed: expect.stringMatching(
          /^broken: wed: vda\.qcow2 is incomplete: it has a length of 97\.7 KiB, but its manifest says 1\d\d KiB$/,
        ),
      },
    ],
    'an image is as long as it was, or longer': [
      (store) => {
        withLength(store, 'tue');
        withLength(store, 'wed');
        truncateSync(join(store, 'wed/vda.qcow2'), 10 ** 6);
      },
      { tue: 'complete', wed: 'complete' },
    ],
    'the data is in another file': [
      (store) =>
        execFileSync('qemu-img', [
          ...['create', '-q', '-f', 'qcow2', '-o', `data_file=${join(store, 'x.data')}`],
          ...[join(store, 'mon/vda.qcow2'), `${CAPACITY}`],
        ]),
      {
        mon: 'broken: mon: vda.qcow2 has its data in another file',
        tue: needs('tue', 'mon, in which vda is broken'),
        wed: wedOnTue,
      },
    ],
    'the parent was made again': [
      (store) => changeManifest(store, 'mon', { disks: [{ ...storedDiskOf('x') }] }),
      {
        tue: 'broken: tue: vda is based on a different backup named mon, not the one in this store',
        wed: wedOnTue,
      },
    ],
    'a manifest was deleted': [
      (store) => rmSync(join(store, 'tue/manifest.json')),
      {
        tue: 'broken: tue/manifest.json is missing',
        wed: needs('wed', 'tue, which has no valid manifest'),
      },
    ],
    'a manifest was altered': [
      (store) => changeManifest(store, 'tue', { sequence: 'two', colour: 'red' }),
      {
        tue: 'broken: tue/manifest.json is invalid: "colour" is unknown; "sequence" is not a whole number of at least 1',
        wed: needs('wed', 'tue, which has no valid manifest'),
      },
    ],
    'a manifest is too large': [
      (store) => changeManifest(store, 'wed', { domain: 'x'.repeat(70_000) }),
      { wed: 'broken: wed/manifest.json cannot be read: it is too large' },
    ],
    'a manifest is a link': [
      (store) => {
        const file = join(store, 'wed/manifest.json');
        renameSync(file, join(store, 'm.json'));
        symlinkSync('../m.json', file);
      },
      { wed: 'broken: wed/manifest.json is missing' },
    ],
    'a newer version made one': [
      (store) => changeManifest(store, 'wed', { backup: 'blockplan/v7' }),
      {
        wed: 'broken: wed/manifest.json was written by a newer version of blockplan (blockplan/v7)',
      },
    ],
    'a folder was renamed': [
      (store) => renameSync(join(store, 'tue'), join(store, 'tuesday')),
      {
        tuesday: 'broken: tuesday/manifest.json is the manifest of another backup, "tue"',
        wed: needs('wed', 'tue, which is missing'),
      },
    ],
    'a backup was published too early': [
      (store) => changeManifest(store, 'wed', { ended: undefined }),
      { wed: 'broken: wed/manifest.json is the manifest of a draft: "ended" is missing' },
    ],
    'a digest is missing': [
      (store) =>
        changeManifest(store, 'wed', {
          disks: [{ ...storedDiskOf('wed', 'tue'), root: undefined }],
        }),
      { wed: 'broken: wed/manifest.json is the manifest of a draft: "root" of vda is missing' },
    ],
    'the parent is of another guest': [
      (store) => {
        changeManifest(store, 'mon', { uuid: UUID.replace('4', '5'), domain: 'web2' });
      },
      {
        mon: expect.stringMatching(/^complete: mon is a backup of another guest, web2 \(5dea/),
        tue: needs('tue', 'mon, which belongs to another guest'),
        wed: wedOnTue,
      },
    ],
    'two have the same sequence number': [
      (store) => changeManifest(store, 'wed', { sequence: 2 }),
      {
        tue: 'complete: tue and wed have the same sequence number, 2',
        wed: `${needs('wed', 'tue, whose sequence number is not lower')}: wed and tue have the same sequence number, 2`,
      },
    ],
    'two need each other': [
      (store) => {
        changeManifest(store, 'tue', { parent: 'wed' });
        rebase(store, 'tue', '../wed/vda.qcow2');
      },
      {
        tue: needs('tue', 'wed, whose sequence number is not lower'),
        wed: wedOnTue,
      },
    ],
    'sums are missing': [
      (store) => rmSync(join(store, 'wed/vda.sums')),
      { wed: 'complete: wed/vda.sums is missing, so vda cannot be verified' },
    ],
    'sums are cut': [
      (store) => truncateSync(join(store, 'wed/vda.sums'), 32),
      { wed: 'complete: wed/vda.sums has the wrong length, so vda cannot be verified' },
    ],
  };

  test.each(Object.entries(cases))('where %s', async (_title, [change, states]) => {
    const found = await statesOf(copyStore(whole, folder, change));
    const expected = Object.fromEntries(
      Object.keys(found).map((name) => [name, states[name] ?? 'complete']),
    );
    expect(found).toEqual(expected);
    expect(Object.keys(found)).toEqual(expect.arrayContaining(Object.keys(states)));
  });
});

describe('the code of a finding', () => {
  const cases: readonly (readonly [code: string, change: (store: string) => void])[] = [
    ['BP183', (store) => writeFileSync(join(store, 'wed/manifest.json'), '{')],
    ['BP184', (store) => changeManifest(store, 'wed', { backup: 'blockplan/v9' })],
    ['BP185', (store) => rmSync(join(store, 'wed/vda.qcow2'))],
    ['BP186', (store) => rmSync(join(store, 'wed/vda.sums'))],
    ['BP187', (store) => changeManifest(store, 'wed', { sequence: 2 })],
    ['BP188', (store) => writeFileSync(join(store, 'prune.json'), '{')],
  ];

  test.each(cases)('%s', async (code, change) => {
    const { backups, findings } = await storeIn(copyStore(whole, folder, change));
    const all = [...findings, ...backups.flatMap((backup) => backup.findings)];
    expect(all.map((finding) => finding.code)).toContain(code);
  });
});

describe('the hint for what cannot be read', () => {
  const access = 'run blockplan as a user with access';
  const ofFile = 'restore the file from a copy of the store';
  const cases: Readonly<
    Record<string, readonly [denied: string | undefined, broken: string | undefined]>
  > = {
    'a folder': [access, 'restore the folder from a copy of the store'],
    'a manifest': [access, `${ofFile}; qemu-img can read the images without it`],
    'an image': [access, 'restore the missing or changed files from a copy of the store'],
    'a mark': [access, ofFile],
  };

  test.each(Object.entries(cases))('%s', async (what, hints) => {
    const read = await readStore(whole);
    if (read === null) throw new Error('no store');
    const found = ['permission denied', 'EIO'].map((unread) => {
      const folders = read.folders.map((each) => {
        if (each.name !== 'wed') return each;
        if (what === 'a folder') return { name: 'wed', files: [], strays: [], unread };
        if (what === 'a manifest') return { ...each, manifest: { unread } };
        if (what !== 'an image') return each;
        const files = each.files.map((file) =>
          file.name === 'vda.qcow2' ? { ...file, unread } : file,
        );
        return { ...each, files };
      });
      const mark = what === 'a mark' ? { mark: { unread } } : {};
      const { backups, findings } = backupStoreOf({ ...read, folders, ...mark });
      const [first] = [...findings, ...backups.flatMap((backup) => backup.findings)];
      return first?.hint;
    });
    expect(found).toEqual(hints);
  });
});
