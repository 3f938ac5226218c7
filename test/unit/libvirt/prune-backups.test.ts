/** Backups are removed from real stores, and what is kept, in use or not of blockplan stays as it is. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { changeManifest, manifestOf, statesOf, storeIn, writeStore } from '../../stores.ts';
import { folder, KEPT, processOf, store } from './prune-scene.ts';

test('chains that no rule keeps go, with their folders; the mark is gone at the end', async () => {
  const path = store();
  const run = processOf(path, []);
  await run.mark();
  expect(await statesOf(path)).toEqual({ a: 'merging', a1: 'merging', ...KEPT });
  expect(JSON.parse(readFileSync(join(path, 'prune.json'), 'utf8')).drop).toEqual([
    { name: 'a', sequence: 1 },
    { name: 'a1', sequence: 2 },
  ]);
  await run.remove();
  expect(await statesOf(path)).toEqual(KEPT);
  expect(await storeIn(path)).toMatchObject({ strays: [], findings: [], drafts: [] });
  for (const name of ['a', 'a1', 'prune.json']) expect(existsSync(join(path, name))).toBe(false);
  expect(run.notices).toEqual([`removed from ${path}: a1, a`]);
  expect(await localHost.storeHolders(path)).toEqual([]);
});

test('a folder that got the name of a marked backup is left alone, with all its files', async () => {
  const path = store();
  const run = processOf(path, []);
  await run.mark();
  writeFileSync(join(path, 'a1/notes.txt'), 'mine');
  changeManifest(path, 'a1', { name: 'renamed' });
  await run.remove();
  expect(run.notices).toContain('the backup a1 is kept: it has no valid manifest');
  for (const file of ['notes.txt', 'vda.qcow2', 'vda.sums', 'manifest.json'])
    expect(existsSync(join(path, 'a1', file)), file).toBe(true);
});

test('the backup of a checkpoint that the guest has is kept', async () => {
  const path = store();
  const run = processOf(path, []);
  await run.mark({ last: 1 }, ['a1', 'unknown']);
  await run.remove();
  expect(await statesOf(path)).toEqual({ a: 'complete', a1: 'complete', c: 'complete' });
});

test('the rollback removes the mark of its own run only, and what was left of writing it', async () => {
  const path = store();
  const run = processOf(path, []);
  await run.mark();
  writeFileSync(join(path, 'prune.json.new'), 'left by a kill');
  const other = processOf(path, []);
  await expect(other.unmark()).rejects.toThrow('prune.json was not created by this run');
  await run.unmark();
  await run.unmark();
  expect(existsSync(join(path, 'prune.json.new'))).toBe(false);
  expect(await statesOf(path)).toEqual({ a: 'complete', a1: 'complete', ...KEPT });
});

test('a backup with a file that is open, or that blockplan did not make, is kept and reported', async () => {
  const path = store();
  const run = processOf(path, []);
  await run.mark();
  writeFileSync(join(path, 'a1/notes.txt'), 'mine');
  await run.remove();
  expect(run.notices).toEqual([
    'the backup a1 is kept: it contains notes.txt, which blockplan did not create',
    'the backup a is kept: a1 needs it',
    `no backup was removed from ${path}`,
  ]);
  expect(await statesOf(path)).toEqual({ a: 'complete', a1: 'complete', ...KEPT });
  rmSync(join(path, 'a1/notes.txt'));
  await run.mark();
  const file = await open(join(path, 'a/vda.qcow2'), 'r+');
  await run.remove();
  await file.close();
  expect(run.notices.slice(-2)).toEqual([
    expect.stringMatching(/^the backup a is kept: \S+vda.qcow2 is open in /),
    `removed from ${path}: a1`,
  ]);
  expect(await statesOf(path)).toEqual({ a: 'complete', ...KEPT });
});

test('a backup that a guest uses is kept, with what it is based on', async () => {
  const path = store();
  const used: string[] = [];
  const run = processOf(path, [], localHost, async (files) => {
    used.push(...files);
    throw new EffectFailed('it is in the chain of web2');
  });
  await run.mark();
  await run.remove();
  expect(used).toEqual([join(path, 'a1/vda.qcow2')]);
  expect(run.notices[0]).toBe('the backup a1 is kept: it is in the chain of web2');
  expect(await statesOf(path)).toEqual({ a: 'complete', a1: 'complete', ...KEPT });
});

test('what needs a marked backup since, or has got its name, is not harmed', async () => {
  const path = store();
  const run = processOf(path, []);
  await run.mark();
  writeStore(path, [manifestOf('d', 6, 'a1')]);
  rmSync(join(path, 'a'), { recursive: true });
  writeStore(path, [manifestOf('a', 9)]);
  await run.remove();
  expect(run.notices).toEqual([
    'the backup a is kept: another backup has got its name',
    'the backup a1 is kept: d needs it',
    `no backup was removed from ${path}`,
  ]);
  expect(existsSync(join(path, 'a/vda.qcow2')) && existsSync(join(path, 'a1/vda.qcow2'))).toBe(
    true,
  );
});

test('a draft keeps what it is based on', async () => {
  const path = store();
  const draft = manifestOf('new', 6, 'a1');
  mkdirSync(join(path, 'new.partial'));
  writeFileSync(join(path, 'new.partial/manifest.json'), JSON.stringify(draft));
  const run = processOf(path, []);
  await run.mark();
  await run.remove();
  expect(await statesOf(path)).toMatchObject({ a: 'complete', a1: 'complete', ...KEPT });
});

test('a store that is in use, unreadable, or being merged by another version is refused', async () => {
  const path = store();
  const run = processOf(path, []);
  const lock = await localHost.lockStore(path, 'shared', {
    purpose: 'backup-verify',
    user: 'root',
  });
  await expect(run.mark()).rejects.toThrow(/is in use since .* by backup-verify/);
  if ('release' in lock) await lock.release();
  await expect(run.mark({ last: 1, pins: ['typo'] })).rejects.toThrow('has no backup "typo"');
  const merge = { prune: 'blockplan/v1', drop: [{ name: 'a', into: 'a1' }] };
  writeFileSync(join(path, 'prune.json'), JSON.stringify(merge));
  await expect(run.mark()).rejects.toThrow('a is being merged into a1 by a newer version');
  writeFileSync(join(path, 'prune.json'), '{');
  await expect(run.remove()).rejects.toThrow('prune.json is not JSON');
  await expect(processOf(join(folder, 'none'), []).mark()).rejects.toThrow('cannot be locked');
  expect(Object.keys(await statesOf(path))).toHaveLength(5);
});
