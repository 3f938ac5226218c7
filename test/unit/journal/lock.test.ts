import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Lock } from '../../../src/claims.ts';
import {
  filesOutOfSight,
  type LockOwner,
  livingHolders,
  lockOwner,
  takeLock,
} from '../../../src/journal/lock.ts';
import { isProcessAlive } from '../../../src/processes.ts';

const root = mkdtempSync(join(tmpdir(), 'blockplan-lock-'));
const KEY = '4dea22b3';
let state = '';
let count = 0;
const children: ChildProcess[] = [];

beforeEach(() => {
  state = join(root, String(count++));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(() => rm(root, { recursive: true }));

async function taken(run: string): Promise<Lock> {
  const lock = await takeLock(state, KEY, run, 'tester');
  if ('heldBy' in lock) throw new Error(`held by ${lock.heldBy.run}`);
  return lock;
}

/** The files of a taker, whose name has a random part. */
function filesOf(run: string): string[] {
  return readdirSync(join(state, 'locks')).filter((name) => name.startsWith(`${KEY}.${run}.`));
}

function file(run: string): string {
  return join(state, 'locks', filesOf(run).find((name) => name.endsWith('.lock')) ?? '');
}

/** Writes a lock as another process would have left it. */
async function left(content: string | Partial<LockOwner>): Promise<void> {
  const mine = { ...(await ownOwner()), run: 'other', taker: 'other' };
  await mkdir(join(state, 'locks'), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify({ ...mine, ...content });
  for (const ending of ['claim', 'lock'])
    writeFileSync(join(state, 'locks', `${KEY}.other.${ending}`), text);
}

/** This process as an owner. */
async function ownOwner(): Promise<LockOwner> {
  const lock = await taken('probe');
  const owner = await lockOwner(state, KEY);
  await lock.release();
  if (!owner) throw new Error('a lock has an owner');
  return owner;
}

interface Taker {
  readonly child: ChildProcess;
  line(): Promise<string>;
}

/** Starts a process that takes the lock; Node reads TypeScript by a loader only from 22 on, so esbuild makes it plain. */
async function taker(script: string, run: string, within: readonly string[] = []): Promise<Taker> {
  const [program = '', ...words] = [...within, process.execPath, script, state, KEY, run];
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => String((await lines.next()).value) };
}

let bundled: Promise<string> | undefined;

function script(): Promise<string> {
  bundled ??= (async () => {
    const { build } = await import('esbuild');
    const outfile = join(root, 'take-lock.mjs');
    await build({
      entryPoints: ['test/unit/journal/take-lock.ts'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'error',
    });
    return outfile;
  })();
  return bundled;
}

describe('a lock', () => {
  test('is held by one, reported to the other, and free after its release', async () => {
    const lock = await taken('first');
    expect(await takeLock(state, KEY, 'second', 'tester')).toMatchObject({
      heldBy: { run: 'first', pid: process.pid, user: 'tester' },
    });
    expect(await takeLock(state, 'other-domain', 'third', 'tester')).toHaveProperty('release');
    await lock.release();
    expect(await lockOwner(state, KEY)).toBeUndefined();
    await (await taken('second')).release();
  });

  test('is kept by one of two processes that work for the same run', async () => {
    const lock = await taken('first');
    expect(await takeLock(state, KEY, 'first', 'tester')).toMatchObject({
      heldBy: { run: 'first' },
    });
    expect(filesOf('first')).toHaveLength(2);
    expect((await lockOwner(state, KEY))?.run).toBe('first');
    await lock.release();
    expect(await lockOwner(state, KEY)).toBeUndefined();
  });

  test('is awaited whatever the clock does', async () => {
    const other = { ...(await ownOwner()), taker: 'zz', run: 'other' };
    const claim = join(state, 'locks', `${KEY}.zz.claim`);
    writeFileSync(claim, JSON.stringify(other));
    let hours = 0;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => 3_600_000 * hours++);
    setTimeout(() => rmSync(claim), 100);
    const lock = await takeLock(state, KEY, 'next', 'tester').finally(() => clock.mockRestore());
    expect(lock).toHaveProperty('release');
    if ('release' in lock) await lock.release();
  });

  test('is private, and leaves no other file', async () => {
    const lock = await taken('first');
    await takeLock(state, KEY, 'second', 'tester');
    const own = expect.stringMatching(/^4dea22b3\.first\.[\da-f]{6}\.(claim|lock)$/);
    expect(readdirSync(join(state, 'locks'))).toEqual([own, own]);
    expect(statSync(file('first')).mode & 0o777).toBe(0o600);
    expect(statSync(join(state, 'locks')).mode & 0o777).toBe(0o700);
    await lock.release();
    expect(readdirSync(join(state, 'locks'))).toEqual([]);
  });

  test.each([
    ['a process that has ended', { pid: 2 ** 22 + 1 }],
    ['a process whose PID another one has now', { started: '1' }],
    ['a process from before the last boot', { boot: 'another' }],
  ])('of %s is taken over', async (_title, change) => {
    await left(change);
    const owner = await lockOwner(state, KEY);
    expect(owner && isProcessAlive(owner)).toBe(false);
    const lock = await taken('next');
    expect((await lockOwner(state, KEY))?.run).toBe('next');
    await lock.release();
  });

  test.each([
    ['another name and no machine id', { host: 'elsewhere', machine: '' }],
    ['another machine id', { machine: '0123456789abcdef0123456789abcdef' }],
  ])(
    'of a host with %s is never taken over, but can be removed by hand',
    async (_title, change) => {
      await left({ ...change, pid: 2 ** 22 + 1, boot: 'another' });
      const lock = await takeLock(state, KEY, 'next', 'tester');
      expect(lock).toMatchObject({ heldBy: { run: 'other', ...change } });
      if (!('heldBy' in lock)) return;
      expect((await livingHolders(state)).get('other')).toMatchObject(change);
      const files = filesOutOfSight(state, KEY, lock.heldBy);
      expect(files.map((each) => basename(each))).toEqual([
        `${KEY}.other.claim`,
        `${KEY}.other.lock`,
      ]);
      for (const each of files) await rm(each);
      await (await taken('next')).release();
    },
  );

  test('of an older version names no host, and is one of this host', async () => {
    const { host: _h, machine: _m, namespace: _n, ...older } = await ownOwner();
    await left(JSON.stringify({ ...older, taker: 'other', pid: 2 ** 22 + 1 }));
    await (await taken('next')).release();
    await left(JSON.stringify({ ...older, taker: 'other', run: 'other' }));
    expect(await takeLock(state, KEY, 'next', 'tester')).toMatchObject({
      heldBy: { run: 'other' },
    });
    expect(filesOutOfSight(state, KEY, { ...older, taker: 'other' })).toEqual([]);
  });

  test.runIf(process.getuid?.() === 0)(
    'of a process in another PID namespace is kept until that namespace has no process',
    async () => {
      const inside = await taker(await script(), 'first', [
        'unshare',
        '--pid',
        '--fork',
        '--mount-proc',
      ]);
      await inside.line();
      inside.child.stdin?.write('go\n');
      expect(await inside.line()).toBe('taken');
      const lock = await takeLock(state, KEY, 'second', 'tester');
      expect(lock).toMatchObject({ heldBy: { run: 'first', pid: 1 } });
      expect('heldBy' in lock && filesOutOfSight(state, KEY, lock.heldBy)).toHaveLength(2);
      inside.child.stdin?.end();
      await once(inside.child, 'exit');
      await (await taken('second')).release();
    },
  );

  test('of a living process is not taken over', async () => {
    await left({});
    expect(await takeLock(state, KEY, 'next', 'tester')).toMatchObject({
      heldBy: { run: 'other' },
    });
  });

  test.each(['', '{"run":"half', '{}'])(
    'that is half-written (%j) has no owner',
    async (content) => {
      await left(content);
      const lock = await taken('next');
      expect((await lockOwner(state, KEY))?.run).toBe('next');
      await lock.release();
    },
  );

  test('of a process that is killed is taken over by another process', async () => {
    const first = await taker(await script(), 'first');
    await first.line();
    first.child.stdin?.write('go\n');
    expect(await first.line()).toBe('taken');
    expect(await takeLock(state, KEY, 'second', 'tester')).toMatchObject({
      heldBy: { run: 'first' },
    });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await (await taken('second')).release();
  });

  test.each(['free', 'left by a dead process'])(
    'that is %s goes to exactly one of many takers',
    async (how) => {
      for (let round = 0; round < 4; round++) {
        state = join(root, `race-${how}-${round}`);
        if (how !== 'free') await left({ pid: 2 ** 22 + 1 });
        const takers = await Promise.all(
          Array.from({ length: 6 }, async (_, at) => taker(await script(), `run${at}`)),
        );
        await Promise.all(takers.map((each) => each.line()));
        for (const { child } of takers) child.stdin?.write('go\n');
        const answers = await Promise.all(takers.map((each) => each.line()));
        const winner = `run${answers.indexOf('taken')}`;
        expect(
          answers.filter((answer) => answer === 'taken'),
          answers.join(),
        ).toHaveLength(1);
        for (const answer of answers) expect(['taken', `held by ${winner}`]).toContain(answer);
        expect(JSON.parse(readFileSync(file(winner), 'utf8'))).toMatchObject({ run: winner });
        expect(readdirSync(join(state, 'locks'))).toEqual(filesOf(winner));
        expect(filesOf(winner)).toHaveLength(2);
        for (const { child } of takers) child.kill('SIGKILL');
      }
    },
  );
});
