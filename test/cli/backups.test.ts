/** `blockplan backups` on stores with real images. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BackupListing } from '../../src/store/listing.ts';
import { isolated } from '../isolation.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { changeManifest, manifestOf, storedDiskOf, writeBackup, writeStore } from '../stores.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const folder = scratchFolder('backups');
const store = join(folder, 'web1');

function backups(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['dist/cli.js', 'backups', ...argv],
    { cwd: ROOT, encoding: 'utf8', env: { PATH: '/nowhere', ...isolated(folder) } },
  );
  expect(`${stdout}${stderr}`).not.toMatch(/bug in blockplan|\n\s+at /);
  return { status, stdout, stderr };
}

function json(...argv: string[]): BackupListing & { readonly store: string } {
  const file = join(ROOT, 'schemas/backups.schema.json');
  const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')),
  );
  const value = JSON.parse(backups(...argv, '--format', 'json').stdout);
  expect(valid(value), JSON.stringify(valid.errors)).toBe(true);
  return value;
}

beforeAll(() => {
  writeStore(store);
  writeBackup(
    store,
    manifestOf('thu', 4, 'wed', {
      quiesced: false,
      'not-quiesced': 'the agent is not connected',
      disks: [storedDiskOf('thu', 'wed'), storedDiskOf('thu', undefined, 'vdb')],
      'left-out': [{ target: 'sda', reason: 'it is a cdrom' }],
    }),
  );
});

describe('a store', () => {
  test('is listed, newest first', () => {
    const { status, stdout, stderr } = backups(store);
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^web1 in .*\/web1: 4 backups, [\d.]+ [MK]iB$/);
    expect(lines.slice(1).map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'STATE | NAME | TIME | DISKS | KIND | PARENT | ON DISK | VIRTUAL | QUIESCED | VERIFIED',
      expect.stringMatching(
        /^complete \| thu \| 2026-11-04 02:00:00Z \| vda, vdb \| vda incremental, vdb full \| wed \| [\d.]+ [KM]iB \| 10 MiB \| no \| never$/,
      ),
      expect.stringMatching(
        /^complete \| wed \| 2026-11-03 02:00:00Z \| vda \| incremental \| tue \| /,
      ),
      expect.stringMatching(
        /^complete \| tue \| 2026-11-02 02:00:00Z \| vda \| incremental \| mon \| /,
      ),
      expect.stringMatching(
        /^complete \| mon \| 2026-11-01 02:00:00Z \| vda \| full \| - \| .* \| yes \| never$/,
      ),
      '',
      'The data of the images was not read: verify it with the step backup-verify.',
      '',
    ]);
  });

  test('names the disks that backups lack, once', () => {
    const lacking = join(folder, 'lacking');
    cpSync(store, lacking, { recursive: true });
    const left = [
      { target: 'vdb', reason: 'the plan does not list it' },
      { target: 'sda', reason: 'it is a cdrom' },
    ];
    for (const name of ['mon', 'tue']) changeManifest(lacking, name, { 'left-out': left });
    const { status, stdout } = backups(lacking);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^complete +tue .* vda +incremental /m);
    expect(stdout).toContain('\nBackups without vdb (the plan does not list it): tue, mon.\n');
    expect(stdout).not.toContain('sda');
    expect(json(lacking).backups.map(({ leftOut }) => leftOut.map((each) => each.lacking))).toEqual(
      [[false], [], [true, false], [true, false]],
    );
  });

  test('is printed as JSON', () => {
    const listing = json(store);
    expect(listing).toMatchObject({ store, strays: [], findings: [] });
    expect(listing.backups.map(({ name }) => name)).toEqual(['thu', 'wed', 'tue', 'mon']);
    expect(listing.backups[0]).toMatchObject({
      notQuiesced: 'the agent is not connected',
      disks: [
        { target: 'vda', below: 'wed' },
        { target: 'vdb', mode: 'full' },
      ],
    });
  });

  test('is listed by one disk', () => {
    const listing = json(store, '--disk', 'vdb');
    expect(listing.backups.map(({ name, disks }) => [name, disks.length])).toEqual([['thu', 1]]);
    expect(backups(store, '--disk', 'vdb').stdout).toMatch(/ full +wed .* 5 MiB +no +never\n/);
    const { status, stderr } = backups(store, '--disk', 'vdz');
    expect(status).toBe(2);
    expect(stderr).toContain('BP181');
    expect(stderr).toContain('has the disk "vdz"\n  hint: name one of vda, vdb\n');
  });

  test('whose parent was deleted shows what is broken, and why', () => {
    const broken = join(folder, 'broken');
    cpSync(store, broken, { recursive: true });
    rmSync(join(broken, 'tue'), { recursive: true });
    writeFileSync(join(broken, 'notes\u001b[2J.txt'), '');
    const { status, stdout } = backups(broken);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^broken +wed /m);
    expect(stdout).toMatch(/^complete +mon /m);
    expect(stdout).toContain('Files that belong to no backup: notes\\x1b[2J.txt.\n');
    expect(stdout.slice(stdout.indexOf('\nerror'))).toBe(`
error BP185: wed: vda needs the backup tue, which is missing
  hint: restore the missing or changed files from a copy of the store

error BP185: thu: vda needs the backup wed, in which vda is broken

2 errors
`);
    const states = json(broken).backups.map(({ state }) => state);
    expect(states).toEqual(['broken', 'broken', 'complete']);
  });

  test('shows drafts, an unfinished prune and who has locked it', () => {
    const busy = join(folder, 'busy');
    cpSync(store, busy, { recursive: true });
    mkdirSync(join(busy, 'fri.partial'));
    mkdirSync(join(busy, 'locks'));
    writeFileSync(join(busy, 'locks/store.r1.held'), '');
    const drop = [{ name: 'tue', into: 'wed' }];
    writeFileSync(join(busy, 'prune.json'), JSON.stringify({ prune: 'blockplan/v1', drop }));
    const { stdout } = backups(busy);
    expect(stdout).toContain(': 4 backups, 1 draft, ');
    expect(stdout).toMatch(/^draft +fri +\? /m);
    expect(stdout).toMatch(/^merging +tue /m);
    expect(stdout).toContain('A prune has begun to remove: tue (merged into wed). ');
    expect(stdout).toContain('The store is locked by: store.r1.held.\n');
  });
});

describe('what is no store', () => {
  test('an empty folder has no backups yet', () => {
    mkdirSync(join(folder, 'empty'));
    expect(backups(join(folder, 'empty'))).toEqual({
      ...{ status: 0, stderr: '', stdout: `No backups in ${join(folder, 'empty')}.\n` },
    });
  });

  test.each([
    ['a missing folder', 'none', 'does not exist', /name a folder that has a subfolder/],
    ['a file', 'web1/mon/manifest.json', 'is not a folder', /name a folder that has a subfolder/],
    [
      'a folder with other files',
      'web1/mon/../..',
      'is not a backup store',
      /with a manifest\.json/,
    ],
    [
      'a backup',
      'web1/mon',
      'is a backup, not a backup store',
      /run: blockplan backups \S+\/web1\n/,
    ],
  ])('%s is refused', (_title, name, message, hint) => {
    const { status, stdout, stderr } = backups(`${folder}/${name}`);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error BP181: ');
    expect(stderr).toContain(message);
    expect(stderr).toMatch(hint);
    expect(json(`${folder}/${name}`)).toMatchObject({ exitCode: 2 });
  });

  test.runIf(process.getuid?.() !== 0)('a folder that cannot be read is refused', () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o000);
    const { status, stderr } = backups(closed);
    chmodSync(closed, 0o700);
    expect(status).toBe(3);
    expect(stderr).toContain('error BP182: ');
  });
});
