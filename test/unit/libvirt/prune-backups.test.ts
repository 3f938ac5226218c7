/** Backups are removed from real stores, also after a kill before each change of a file: what is kept stays whole. */
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { PruneEffect } from '../../../src/commands/backup-effect.ts';
import type { MadeFile } from '../../../src/commands/driver.ts';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { MadeFiles } from '../../../src/libvirt/made-files.ts';
import { performPrune } from '../../../src/libvirt/prune-backups.ts';
import type { RetentionRule } from '../../../src/model/backup-store.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import {
  changeManifest,
  copyStore,
  manifestOf,
  statesOf,
  storeIn,
  UUID,
  writeStore,
} from '../../stores.ts';

const folder = scratchFolder('prune-backups');
const WHOLE = join(folder, 'whole');
/** A chain that goes, one that stays, and a full backup. */
const MANIFESTS = [
  manifestOf('a', 1),
  manifestOf('a1', 2, 'a'),
  manifestOf('b', 3),
  manifestOf('b1', 4, 'b'),
  manifestOf('c', 5),
];
const KEPT = { b: 'complete', b1: 'complete', c: 'complete' };
beforeAll(() => writeStore(WHOLE, MANIFESTS), 120_000);

const store = (change?: (store: string) => void) => copyStore(WHOLE, folder, change);

/** A process of a run: it knows what the run has recorded. */
function processOf(
  path: string,
  records: MadeFile[],
  io: HostIO = localHost,
  requireUnused: (files: readonly string[]) => Promise<void> = async () => {},
) {
  const made = new MadeFiles(io, records);
  const notices: string[] = [];
  const perform = (effect: PruneEffect) =>
    performPrune(
      effect,
      { io, made, requireUnused },
      {
        folder: '/runs/r1',
        onProgress: () => {},
        onNotice: (each) => notices.push(each),
        onMade: async (each) => {
          records.push(each);
        },
      },
    );
  const keep: RetentionRule = { last: 2 };
  return {
    notices,
    mark: (rule = keep, checkpoints: readonly string[] = []) =>
      perform({
        ...{ tool: 'mark-prune', store: path, keep: rule, checkpoints, guest: UUID, why: 'w' },
      }),
    remove: () => perform({ tool: 'remove-pruned', store: path, why: 'w' }),
    unmark: () => perform({ tool: 'unmark-prune', store: path, why: 'w' }),
  };
}

class Killed extends Error {}

/**
 * The local host, on which the process dies before a change of a file. A folder is removed file by file, so each counts.
 * @param at the number of that change, from 0
 */
function dyingHost(at: number): { readonly io: HostIO; readonly changes: () => number } {
  let count = 0;
  const change = () => {
    if (count++ === at) throw new Killed();
  };
  const io: HostIO = {
    ...localHost,
    writeFile: async (...args) => {
      change();
      return localHost.writeFile(...args);
    },
    replaceFile: async (...args) => {
      change();
      return localHost.replaceFile(...args);
    },
    holdFile: async (path) => {
      const held = await localHost.holdFile(path);
      if (!held) return null;
      return Object.assign(Object.create(held), {
        remove: async () => {
          change();
          await held.remove();
        },
        moveTo: async (to: string) => {
          change();
          await held.moveTo(to);
        },
        stamp: () => held.stamp(),
        [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
      });
    },
    removeFolder: async (path, stamp, names) => {
      for (const name of names) {
        const file = join(path, name);
        if (!existsSync(file)) continue;
        change();
        rmSync(file);
      }
      change();
      return localHost.removeFolder(path, stamp, names);
    },
  };
  return { io, changes: () => count };
}

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

test('killed before any change, and resumed: what stays is whole at each instant, and all else goes', async () => {
  const clean = dyingHost(-1);
  const records: MadeFile[] = [];
  const whole = store();
  const first = processOf(whole, records, clean.io);
  await first.mark();
  await first.remove();
  expect(clean.changes()).toBeGreaterThan(8);
  for (let at = 0; at < clean.changes(); at++) {
    const path = store();
    const recorded: MadeFile[] = [];
    const killed = processOf(path, recorded, dyingHost(at).io);
    await expect(killed.mark().then(killed.remove), `${at}`).rejects.toThrow(Killed);
    const states = await statesOf(path);
    expect(states, `${at}`).toMatchObject(KEPT);
    // What has lost a file is known to be on its way out.
    for (const name of ['a', 'a1'])
      expect(states[name] ?? 'merging').toMatch(/^(complete|merging)/);
    const resumed = processOf(path, recorded);
    if (!existsSync(join(path, 'prune.json')) && states['a']) await resumed.mark();
    await resumed.remove();
    expect(await statesOf(path), `${at}`).toEqual(KEPT);
    expect((await storeIn(path)).strays, `${at}`).toEqual([]);
    expect(existsSync(join(path, 'prune.json')), `${at}`).toBe(false);
  }
});

test('a later prune finishes what an earlier one began, with what its own rule gives up', async () => {
  const clean = dyingHost(-1);
  const first = processOf(store(), [], clean.io);
  await first.mark();
  await first.remove();
  for (let at = 0; at < clean.changes(); at++) {
    const path = store();
    const killed = processOf(path, [], dyingHost(at).io);
    await expect(killed.mark().then(killed.remove)).rejects.toThrow(Killed);
    const later = processOf(path, []);
    await later.mark({ last: 1 });
    await later.remove();
    expect(await statesOf(path), `${at}`).toEqual({ c: 'complete' });
    expect((await storeIn(path)).strays, `${at}`).toEqual([]);
  }
});

test('a later prune keeps what is only marked and its own rule keeps, and a rule that came with a copy does not count', async () => {
  const path = store();
  await processOf(path, []).mark();
  const later = processOf(path, []);
  await later.mark({ last: 5 });
  await later.remove();
  expect(await statesOf(path)).toEqual({ a: 'complete', a1: 'complete', ...KEPT });
});

test('whole backups are not removed once no other good one remains', async () => {
  const path = store();
  const run = processOf(path, []);
  await run.mark();
  for (const name of ['b', 'b1', 'c']) truncateSync(join(path, name, 'vda.qcow2'), 100);
  await expect(run.remove()).rejects.toThrow(`no good backup would remain in ${path}`);
  expect(await statesOf(path)).toMatchObject({ a: 'merging', a1: 'merging' });
  await run.mark();
  await run.remove();
  expect(await statesOf(path)).toMatchObject({ a: 'complete', a1: 'complete' });
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
