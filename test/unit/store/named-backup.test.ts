/** Which backup a name stands for in a store whose guest is not known, and which of its disks can be read. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/errors.ts';
import type { BackupStore, StoredBackup } from '../../../src/model/backup-store.ts';
import { namedBackup } from '../../../src/store/named-backup.ts';
import { doubtsAbout, unreadableDisks } from '../../../src/store/readable-disks.ts';
import { stored, storedDisk, storeOf } from '../../stored.ts';

const lineOf = ({ code, message, hint = '' }: Finding) => `${code} ${message} -> ${hint}`;

/** The name of the backup, or why there is none. */
function found(name: string, store: BackupStore): string {
  const named = namedBackup(store, '/backup/web1', name);
  return 'backup' in named ? named.backup.name : lineOf(named.problem);
}

const error = (message: string): Finding => ({ code: 'BP183', severity: 'error', message });

/** A backup that has lost its manifest. */
function lost(name: string): StoredBackup {
  return { name, size: 1, disks: [], findings: [error(`${name}: manifest.json is missing`)] };
}

const WEEK = storeOf([stored('monday'), stored('tuesday')]);
const dropped = (name: string) => stored(name, undefined, { dropped: { name } });

describe('a name', () => {
  test('stands for the backup that has it', () => {
    expect(found('monday', WEEK)).toBe('monday');
  });

  test('that is misspelt leads to the nearest one', () => {
    expect(found('tuesda', WEEK)).toBe(
      'BP163 /backup/web1 has no backup "tuesda" -> did you mean "tuesday"?',
    );
  });

  test('that is unknown leads to the list', () => {
    expect(found('xyz', WEEK)).toBe(
      'BP163 /backup/web1 has no backup "xyz" -> see: blockplan backups /backup/web1',
    );
  });

  test('of a draft, of a backup without a manifest, or of one that a prune removes is refused', () => {
    const store = storeOf([lost('old'), dropped('monday')], { drafts: [stored('wed')] });
    expect(found('wed', store)).toMatch(/^BP164 the backup wed is incomplete: /);
    expect(found('old', store)).toBe('BP164 old: manifest.json is missing -> ');
    expect(found('monday', store)).toMatch(/^BP164 the backup monday may be incomplete: a prune /);
  });

  test('says nothing while it is unknown what a prune removes', () => {
    const store = storeOf([stored('monday')], { findings: [error('prune.json is not JSON')] });
    expect(found('monday', store)).toBe('BP183 prune.json is not JSON -> ');
  });
});

describe('latest', () => {
  test('is the last backup that was made and is not being removed', () => {
    expect(found('latest', WEEK)).toBe('tuesday');
    expect(found('latest', storeOf([stored('monday'), dropped('tuesday')]))).toBe('monday');
  });

  test('is the backup of that name, if it is the newest', () => {
    expect(found('latest', storeOf([stored('monday'), stored('latest')]))).toBe('latest');
    expect(found('latest', storeOf([stored('latest'), stored('monday')]))).toMatch(
      /^BP164 "latest" is also the name of a backup .* -> name the newest, monday;/,
    );
  });

  test('is refused where it is not certain', () => {
    const other = stored('other');
    const foreign = { ...other, point: { ...other.point!, uuid: 'u2', domain: 'web2' } };
    const same = (name: string) =>
      stored(name, undefined, { point: { ...stored(name).point!, sequence: 7 } });
    expect([
      found('latest', storeOf([])),
      found('latest', storeOf([lost('old'), stored('monday')])),
      found('latest', storeOf([lost('old')])),
      found('latest', storeOf([same('monday'), same('tuesday')])),
      found('latest', storeOf([stored('monday'), foreign])),
    ]).toMatchInlineSnapshot(`
      [
        "BP163 /backup/web1 has no backups -> see: blockplan backups /backup/web1",
        "BP164 it is unknown which backup is the newest: old: manifest.json is missing -> name a backup instead of "latest"",
        "BP164 it is unknown which backup is the newest: old: manifest.json is missing -> name a backup instead of "latest"",
        "BP164 it is unknown which backup is the newest: monday and tuesday have the same sequence number -> name a backup instead of "latest"",
        "BP164 it is unknown which backup is the newest: the store has backups of several guests: testvm, web2 -> name a backup instead of "latest"",
      ]
    `);
  });
});

describe('the disks of a backup', () => {
  const missing = { problem: 'the image vdb.qcow2 of vdb is missing', hint: 'restore it' };
  const inherited = { problem: 'vda needs the backup monday, in which vda is broken' };
  const half = stored('tuesday', [storedDisk('vda'), storedDisk('vdb', { broken: missing })]);
  const none = stored('tuesday', [storedDisk('vda', { broken: inherited })]);
  const lines = (backup: StoredBackup, target?: string) =>
    unreadableDisks(
      backup,
      backup.disks.filter((disk) => target === undefined || disk.target === target),
    ).map(lineOf);

  test('can be read if no image of them is broken', () => {
    expect(lines(half, 'vda')).toEqual([]);
  });

  test('that are broken are named, with those that are not', () => {
    expect([...lines(half), ...lines(none)]).toEqual([
      'BP164 tuesday: the image vdb.qcow2 of vdb is missing -> restore it; or name another backup, or choose a disk with --disk: vda',
      'BP164 tuesday: vda needs the backup monday, in which vda is broken -> name another backup',
    ]);
  });

  test('may be damaged: what is known of that is a warning', () => {
    const findings: Finding[] = [
      { code: 'BP189', severity: 'error', message: 'tuesday: vda is damaged' },
      { code: 'BP185', severity: 'error', message: 'tuesday: the image of vdb is missing' },
    ];
    expect(doubtsAbout(stored('tuesday', undefined, { findings }))).toEqual([
      { code: 'BP189', severity: 'warning', message: 'tuesday: vda is damaged' },
    ]);
  });
});
