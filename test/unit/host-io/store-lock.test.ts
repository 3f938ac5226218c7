/** The lock of a store: shared or exclusive, between processes of this host, and never at the cost of another host. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Lock, LockMode } from '../../../src/claims.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import type { StoreHolder } from '../../../src/model/store-holder.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = scratchFolder('store-lock');
const children: ChildProcess[] = [];
let count = 0;
let store = '';
beforeEach(async () => {
  store = join(root, String(count++));
  await mkdir(store);
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const ask = (mode: LockMode, user = 'ann') =>
  localHost.lockStore(store, mode, { purpose: 'backup-begin', run: 'r1', user });

async function taken(mode: LockMode, user?: string): Promise<Lock> {
  const lock = await ask(mode, user);
  if ('heldBy' in lock) throw new Error(`held by ${JSON.stringify(lock.heldBy)}`);
  return lock;
}

async function heldBy(mode: LockMode): Promise<readonly StoreHolder[]> {
  const lock = await ask(mode);
  if (!('heldBy' in lock)) throw new Error('the lock is free');
  return lock.heldBy;
}

const files = async () => (await readdir(join(store, 'locks'))).sort();

/** What this process writes as its claim. */
async function ownClaim(): Promise<Record<string, unknown>> {
  const lock = await taken('shared');
  const [claim] = await files();
  const content = JSON.parse(await readFile(join(store, 'locks', claim!), 'utf8'));
  await lock.release();
  return content as Record<string, unknown>;
}

/** Leaves the claim of another taker. */
async function left(change: Record<string, unknown> | string): Promise<void> {
  const claim = { ...(await ownClaim()), user: 'bob', taker: '00' };
  const content = typeof change === 'string' ? change : JSON.stringify({ ...claim, ...change });
  for (const ending of ['claim', 'lock'])
    await writeFile(join(store, 'locks', `store.00.${ending}`), content);
}

const OTHER_PID = { pid: 2 ** 22 + 1 };

describe('one process', () => {
  test('may share a store, and names who does', async () => {
    const [one, other] = [await taken('shared'), await taken('shared', 'bob')];
    expect((await heldBy('exclusive')).map(({ user }) => user).sort()).toEqual(['ann', 'bob']);
    await one.release();
    expect(await heldBy('exclusive')).toEqual([
      {
        ...{ mode: 'shared', purpose: 'backup-begin', run: 'r1', user: 'bob', host: hostname() },
        ...{ pid: process.pid, since: expect.stringMatching(/^\d{4}-.*Z$/) },
        files: (await files()).map((name) => join(store, 'locks', name)),
      },
    ]);
    await other.release();
    await (await taken('exclusive')).release();
    expect(await files()).toEqual([]);
  });

  test('alone with a store excludes every other', async () => {
    const lock = await taken('exclusive');
    for (const mode of ['shared', 'exclusive'] as const)
      expect(await heldBy(mode)).toMatchObject([{ mode: 'exclusive', user: 'ann' }]);
    expect(await localHost.storeHolders(store)).toMatchObject([{ mode: 'exclusive' }]);
    await lock.release();
    await (await taken('shared')).release();
    expect(await localHost.storeHolders(store)).toEqual([]);
  });

  test('keeps the lock private', async () => {
    await taken('exclusive');
    const modes = [
      join(store, 'locks'),
      ...(await files()).map((name) => join(store, 'locks', name)),
    ];
    expect(await Promise.all(modes.map(async (path) => (await stat(path)).mode & 0o777))).toEqual([
      0o700, 0o600, 0o600,
    ]);
  });
});

describe('a claim', () => {
  test.each([
    ['a process that has ended', OTHER_PID],
    ['a process whose PID another one has now', { started: '1' }],
  ])('of %s on this host is removed', async (_title, change) => {
    await left({ ...change, mode: 'exclusive' });
    expect(await localHost.storeHolders(store)).toEqual([]);
    expect(await files()).toHaveLength(2);
    await (await taken('exclusive')).release();
    expect(await files()).toEqual([]);
  });

  test('of a process from before the last boot is removed where the host has a machine id', async () => {
    await left({ boot: 'another', mode: 'exclusive' });
    const { machine } = await ownClaim();
    expect(await localHost.storeHolders(store)).toHaveLength(machine === '' ? 1 : 0);
    expect(await ask('exclusive')).toHaveProperty(machine === '' ? 'heldBy' : 'release');
  });

  test.each([
    ['another name', { host: 'elsewhere' }],
    ['another machine id', { machine: '0123456789abcdef0123456789abcdef' }],
    ['no machine id', { machine: '' }],
  ])('of a host with %s is kept, and reported as such', async (_title, change) => {
    await left({ ...OTHER_PID, ...change, boot: 'another', mode: 'exclusive' });
    const claim = { user: 'bob', elsewhere: true, mode: 'exclusive', ...OTHER_PID };
    for (const mode of ['shared', 'exclusive'] as const) {
      const found = await heldBy(mode);
      expect(found).toMatchObject([claim]);
      expect(found[0]?.files).toEqual((await files()).map((name) => join(store, 'locks', name)));
    }
    expect(await localHost.storeHolders(store)).toMatchObject([claim]);
    for (const file of (await heldBy('shared'))[0]!.files) await rm(file);
    await (await taken('exclusive')).release();
  });

  test('of another host that shares the store does not exclude those who share it', async () => {
    await left({ host: 'elsewhere', mode: 'shared' });
    await (await taken('shared')).release();
    expect(await heldBy('exclusive')).toMatchObject([{ elsewhere: true, mode: 'shared' }]);
  });

  test.each(['', '{"mode":"sha', '{}', '{"taker":"00"}'])(
    'that cannot be read (%j) excludes all, as it may be of another host',
    async (content) => {
      await left(content);
      expect(await heldBy('shared')).toMatchObject([{ user: 'unknown', elsewhere: true }]);
      expect(await files()).toEqual(['store.00.claim', 'store.00.lock']);
    },
  );

  test('with the name of another one cannot be read', async () => {
    await left({ ...OTHER_PID, taker: '../../elsewhere' });
    const [holder] = await heldBy('shared');
    expect(holder?.files).toEqual((await files()).map((name) => join(store, 'locks', name)));
  });
});

describe('the lock of a store', () => {
  test('that does not exist is refused, and the store is not made', async () => {
    store = join(root, 'none');
    const error = await ask('shared').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EffectFailed);
    expect(String(error)).toContain(`${store} cannot be locked: ENOENT`);
    expect(await localHost.storeHolders(store)).toEqual([]);
  });

  test('is not taken through a link', async () => {
    await mkdir(join(store, 'elsewhere'));
    await symlink('elsewhere', join(store, 'locks'));
    await expect(ask('shared')).rejects.toThrow(`${store}/locks is not a folder`);
    expect(await readdir(join(store, 'elsewhere'))).toEqual([]);
  });
});

describe('several processes', () => {
  const program = join(root, 'take-store-lock.mjs');
  beforeAll(async () => {
    await build({
      entryPoints: ['test/unit/host-io/take-store-lock.ts'],
      ...{ bundle: true, platform: 'node', target: 'node20', format: 'esm', outfile: program },
      logLevel: 'error',
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
  });

  function taker(mode: LockMode, user: string) {
    const child = spawn(process.execPath, [program, store, mode, user], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, line: async () => String((await lines.next()).value) };
  }

  test('that are killed leave the store free', async () => {
    const { child, line } = taker('shared', 'bob');
    await line();
    child.stdin.write('go\n');
    expect(await line()).toBe('taken');
    expect(await heldBy('exclusive')).toMatchObject([{ user: 'bob', pid: child.pid }]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await taken('exclusive')).release();
    expect(await files()).toEqual([]);
  });

  test.each(['free', 'left by a dead process'])(
    'get a store that is %s at once: many to share it, or one alone',
    async (how) => {
      for (let round = 0; round < 3; round++) {
        store = join(root, `race-${how}-${round}`);
        await mkdir(store);
        if (how !== 'free') await left({ ...OTHER_PID, mode: 'exclusive' });
        const modes: LockMode[] = ['shared', 'exclusive', 'shared', 'exclusive', 'shared'];
        const takers = modes.map((mode, at) => ({ mode, ...taker(mode, `u${at}`) }));
        await Promise.all(takers.map(({ line }) => line()));
        for (const { child } of takers) child.stdin.write('go\n');
        const answers = await Promise.all(takers.map(({ line }) => line()));
        const winners = takers.filter((_, at) => answers[at] === 'taken');
        const alone = winners.some(({ mode }) => mode === 'exclusive');
        expect(winners.length, answers.join()).toBeGreaterThan(0);
        if (alone) expect(winners, answers.join()).toHaveLength(1);
        // All that got it are still there, and nothing else is.
        expect(await files()).toHaveLength(2 * winners.length);
        const held = await localHost.storeHolders(store);
        expect(held.map(({ pid }) => pid).sort()).toEqual(
          winners.map(({ child }) => child.pid).sort(),
        );
        for (const { child } of takers) child.kill('SIGKILL');
      }
    },
  );
});
