/** Backups are verified with real images: whatever is damaged is found, named, and written down. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { verifyBackups } from '../../../src/libvirt/verify-backups.ts';
import { listBackups } from '../../../src/store/listing.ts';
import { fillBackup, fillWeek } from '../../filled-stores.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { copyStore, manifestOf, statesOf, storeIn, UUID, writeBackup } from '../../stores.ts';

const folder = scratchFolder('verify-backups');
const WEEK = join(folder, 'week');
beforeAll(() => fillWeek(WEEK), 120_000);

const notices: string[] = [];

function verify(store: string, backup?: string, io: HostIO = localHost): Promise<void> {
  notices.length = 0;
  return verifyBackups(
    io,
    { tool: 'verify-backups', store, guest: UUID, why: 'w', ...(backup ? { backup } : {}) },
    { folder: '/runs/r1', onProgress: () => {}, onNotice: (each) => notices.push(each) },
  );
}

/** A copy of the week, changed. */
const week = (change?: (store: string) => void) => copyStore(WEEK, folder, change);

/** Changes a byte of the data that a backup wrote into its first MiB: byte `sequence + 1`. */
function damage(store: string, name: string, pattern: number, target = 'vda'): void {
  const path = join(store, name, `${target}.qcow2`);
  const bytes = readFileSync(path);
  const from = bytes.indexOf(Buffer.alloc(4096, pattern));
  expect(from).toBeGreaterThan(0);
  bytes[from + 5] = 0xff;
  writeFileSync(path, bytes);
}

const sumOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

const verified = async (store: string) =>
  Object.fromEntries(
    listBackups(await storeIn(store)).backups.map(({ name, verified: found }) => [
      name,
      found?.good,
    ]),
  );

test('whole backups are verified one by one, the newest, or all', async () => {
  const store = week();
  expect(await verified(store)).toEqual({ mon: undefined, tue: undefined, wed: undefined });
  await verify(store, 'latest');
  expect(await verified(store)).toEqual({ mon: undefined, tue: undefined, wed: true });
  await verify(store, 'mon');
  expect(await verified(store)).toEqual({ mon: true, tue: undefined, wed: true });
  await verify(store);
  expect(await verified(store)).toEqual({ mon: true, tue: true, wed: true });
  expect(Object.values(await statesOf(store))).toEqual(['complete', 'complete', 'complete']);
  expect(notices).toEqual([]);
});

test('nothing but the result is written', async () => {
  const store = week();
  const files = (at: string) =>
    readdirSync(at, { recursive: true, encoding: 'utf8' }).filter(
      (file) => !statSync(join(at, file)).isDirectory(),
    );
  const before = files(store);
  const content = before.map((file) => sumOf(join(store, file)));
  await verify(store, 'tue');
  await verify(store, 'tue');
  expect(files(store).sort()).toEqual([...before, 'tue/verified.json'].sort());
  expect(before.map((file) => sumOf(join(store, file)))).toEqual(content);
  expect(statSync(join(store, 'tue/verified.json')).mode & 0o777).toBe(0o600);
});

test('damage in a base is found in each backup that shows it, and named by disk, MiB and file', async () => {
  // The increments have overwritten that MiB.
  const store = week((each) => damage(each, 'mon', 2));
  await expect(verify(store, 'mon')).rejects.toThrow(
    `the backup mon in ${store} is damaged: vda is damaged: it first differs from its checksums in the MiB at 0 bytes (0 B), whose data is in ${store}/mon/vda.qcow2`,
  );
  expect((await storeIn(store)).backups[0]?.findings[0]?.code).toBe('BP189');
  await expect(verify(store)).rejects.toThrow(
    /^1 of 3 backups in \S+ failed the verification\. mon is damaged: vda is /,
  );
  expect(await verified(store)).toEqual({ mon: false, tue: true, wed: true });
  expect(await statesOf(store)).toEqual({
    mon: expect.stringMatching(/^broken: mon: vda is damaged: .* \(verified on 20/),
    tue: 'complete',
    wed: 'complete',
  });
});

test('of two disks, the damaged one is named', async () => {
  const store = join(folder, 'two');
  await fillBackup(store, { name: 'a', sequence: 4, targets: ['vda', 'vdb'] });
  damage(store, 'a', 6, 'vdb');
  await expect(verify(store, 'latest')).rejects.toThrow(/damaged: vdb is damaged/);
  const record = JSON.parse(readFileSync(join(store, 'a/verified.json'), 'utf8'));
  expect(record.disks.map((disk: { problem?: string }) => disk.problem !== undefined)).toEqual([
    false,
    true,
  ]);
});

test('a repaired backup is whole again', async () => {
  const store = week((each) => damage(each, 'mon', 2));
  await expect(verify(store, 'mon')).rejects.toThrow('is damaged');
  writeFileSync(join(store, 'mon/vda.qcow2'), readFileSync(join(WEEK, 'mon/vda.qcow2')));
  await verify(store, 'mon');
  expect(await statesOf(store)).toMatchObject({ mon: 'complete' });
});

test('an image whose tables are damaged is found by qemu-img check, or cannot be read', async () => {
  const store = week((each) => {
    const path = join(each, 'mon/vda.qcow2');
    const bytes = readFileSync(path);
    // Two entries of the second-level table that point to the same cluster.
    const l1 = Number(bytes.readBigUInt64BE(40));
    const l2 = Number(bytes.readBigUInt64BE(l1) & 0x00fffffffffffe00n);
    bytes.copy(bytes, l2, l2 + 8, l2 + 16);
    writeFileSync(path, bytes);
  });
  await expect(verify(store, 'mon')).rejects.toThrow(
    `${store}/mon/vda.qcow2 has errors, according to qemu-img check`,
  );
  await expect(verify(store, 'wed')).rejects.toThrow('mon/vda.qcow2');
});

test('a cut image, missing sums and a missing image are reported, and recorded', async () => {
  const cut = week((each) => truncateSync(join(each, 'wed/vda.qcow2'), 400_000));
  await expect(verify(cut, 'wed')).rejects.toThrow(/vda is damaged: it cannot be read/);
  const bare = week((each) => rmSync(join(each, 'wed/vda.sums')));
  await expect(verify(bare, 'wed')).rejects.toThrow(
    'vda is as it was backed up, but its checksums vda.sums are missing or damaged',
  );
  const missing = week((each) => rmSync(join(each, 'tue/vda.qcow2')));
  await expect(verify(missing, 'wed')).rejects.toThrow('the backup wed in');
  expect(await verified(missing)).toMatchObject({ wed: false });
});

test('a backup without a manifest has no result, and fails all', async () => {
  const store = week((each) => rmSync(join(each, 'tue/manifest.json')));
  await expect(verify(store)).rejects.toThrow(
    /tue cannot be verified: tue\/manifest.json is missing/,
  );
  expect(existsSync(join(store, 'tue/verified.json'))).toBe(false);
  await expect(verify(store, 'latest')).rejects.toThrow('it is unknown which backup');
});

test('the newest is the last of this guest; other guests and drafts do not count', async () => {
  const store = week();
  const uuid = '00000000-0000-0000-0000-000000000000';
  await fillBackup(store, { name: 'other', sequence: 9, change: { uuid } });
  writeBackup(store, manifestOf('thu', 10), '.partial');
  await verify(store, 'latest');
  expect(await verified(store)).toMatchObject({ wed: true, other: undefined });
  await verify(store, 'other');
  expect(await verified(store)).toMatchObject({ other: true });
  await expect(verify(store, 'none')).rejects.toThrow(`${store} has no backup "none"`);
  await expect(verify(join(folder, 'nowhere'))).rejects.toThrow('cannot be locked');
});

test('the store is shared with readers, and refused while it is being pruned', async () => {
  const store = week();
  const taker = { purpose: 'backup-prune', run: 'r0', user: 'root' };
  const shared = await localHost.lockStore(store, 'shared', taker);
  await verify(store, 'mon');
  if ('release' in shared) await shared.release();
  const alone = await localHost.lockStore(store, 'exclusive', taker);
  await expect(verify(store, 'mon')).rejects.toThrow(
    /is in use since .* by backup-prune of run r0/,
  );
  if ('release' in alone) await alone.release();
  await verify(store, 'mon');
  expect(await localHost.storeHolders(store)).toEqual([]);
});

/** A host whose `qemu-img check` ends with that code, for the images of one backup. */
const checking = (name: string, code: number): HostIO => ({
  ...localHost,
  run: async (argv, options) =>
    argv[1] === 'check' && argv.at(-1)?.includes(`/${name}/`)
      ? {
          ...{ code, ok: false, signal: undefined },
          ...{ stdout: '', stderr: 'qemu-img: Cannot allocate memory' },
        }
      : localHost.run(argv, options),
});

test.each([1, 63, 126, 127])(
  'a check of whole data that ends with %i has found no damage, and the others are verified',
  async (code) => {
    const store = week();
    await expect(verify(store, undefined, checking('tue', code))).rejects.toThrow(
      /^2 of 3 backups .* tue cannot be verified: \S+ could not be checked .*Cannot allocate memory.* wed cannot /,
    );
    expect(await verified(store)).toEqual({ mon: true, tue: undefined, wed: undefined });
    expect(Object.values(await statesOf(store))).toEqual(['complete', 'complete', 'complete']);
  },
);

test('an image that cannot be opened is damaged, if its data is not as it was either', async () => {
  const store = week((each) => damage(each, 'mon', 2));
  await expect(verify(store, 'mon', checking('mon', 1))).rejects.toThrow('mon in');
  expect(await verified(store)).toMatchObject({ mon: false });
});

test('a result that cannot be recorded is a notice', async () => {
  const store = week();
  const writeFile: HostIO['writeFile'] = async () => {
    const { EffectFailed } = await import('../../../src/model/effect-failed.ts');
    throw new EffectFailed('no space');
  };
  await verify(store, 'mon', { ...localHost, writeFile });
  expect(notices).toEqual(['the result of the verification of mon cannot be recorded: no space']);
});

test('a result that cannot be read is a warning, and the next verification replaces it', async () => {
  const store = week((each) => writeFileSync(join(each, 'mon/verified.json'), '{}'));
  expect(await statesOf(store)).toMatchObject({
    mon: expect.stringMatching(/^complete: mon\/verified.json is invalid/),
  });
  expect((await storeIn(store)).backups[0]?.findings[0]?.code).toBe('BP178');
  writeFileSync(join(store, 'mon/verified.json.new'), 'left by a kill');
  chmodSync(join(store, 'mon/verified.json.new'), 0o600);
  await verify(store, 'mon');
  expect(await statesOf(store)).toMatchObject({ mon: 'complete' });
  expect((await storeIn(store)).strays).toEqual([]);
});

test('a result for other content than that of the manifest does not count', async () => {
  const store = week((each) => damage(each, 'wed', 4));
  await expect(verify(store, 'wed')).rejects.toThrow('is damaged');
  const path = join(store, 'wed/verified.json');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/"root": "[^"]+"/g, '"root": "other"'));
  expect(await verified(store)).toMatchObject({ wed: undefined });
  expect(await statesOf(store)).toMatchObject({ wed: 'complete' });
});
