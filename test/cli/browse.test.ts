/** `blockplan browse` on a store with data: what it serves, how it ends, and that it leaves nothing. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import { MadeFiles } from '../../src/libvirt/made-files.ts';
import { performPrune } from '../../src/libvirt/prune-backups.ts';
import { fillBackup, fillWeek } from '../filled-stores.ts';
import { isolated } from '../isolation.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { copyStore, UUID } from '../stores.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const folder = scratchFolder('browse');
const STORE = join(folder, 'web1');

beforeAll(async () => {
  await fillWeek(STORE);
  await fillBackup(STORE, { name: 'two', sequence: 4, targets: ['vda', 'vdb'] });
});

/** What the command prints as JSON. */
interface Browsed {
  readonly backup: string;
  readonly disks: readonly { target: string; capacity: number; socket: string; uri: string }[];
  readonly open: readonly string[];
  readonly findings: readonly { code: string; severity: string }[];
}

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Starts the command, below another program if there are `before` words. */
function start(argv: readonly string[], before: readonly string[] = []) {
  const [program = '', ...words] = [...before, process.execPath, join(ROOT, 'dist/cli.js')];
  const child = spawn(program, [...words, 'browse', ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...isolated(folder) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  /** Resolves once it has printed that. */
  const printed = async (text: string) => {
    while (!said.stdout.includes(text)) {
      const end = await Promise.race([ended, delay(20)]);
      if (end) throw new Error(`it has ended: ${JSON.stringify(end)}`);
    }
    return said.stdout;
  };
  return { child, ended, printed };
}

/** Starts the command, and waits until the disks are served. */
async function browse(word: string, options: readonly string[] = [], before?: readonly string[]) {
  const running = start([word, ...options, '--format', 'json'], before);
  const line = await running.printed('\n');
  const browsed = JSON.parse(line) as Browsed;
  const [disk] = browsed.disks;
  if (!disk) throw new Error('no disk is served');
  return { ...running, browsed, sockets: dirname(disk.socket), servers: serversOf(browsed) };
}

/** The process ids of the qemu-nbd. */
function serversOf({ disks }: Browsed): number[] {
  return disks.map(({ socket }) => Number(readFileSync(socket.replace(/sock$/, 'pid'), 'utf8')));
}

function run(program: string, ...argv: string[]) {
  return spawnSync(program, argv, { encoding: 'utf8' });
}

/** The SHA-256 of a disk as the guest saw it, by qemu-img. */
function contentOf(format: string, image: string): string {
  const raw = join(folder, 'content.raw');
  const { status, stderr } = run('qemu-img', 'convert', '-f', format, '-O', 'raw', image, raw);
  expect(status, stderr).toBe(0);
  const sum = createHash('sha256').update(readFileSync(raw)).digest('hex');
  rmSync(raw);
  return sum;
}

/** Whether a process exists that is no zombie. */
function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'));
}

/** What is in the store, without the files of its lock. */
function filesOf(store: string): string[] {
  const names = readdirSync(store, { recursive: true }) as string[];
  return names
    .filter((name) => !name.startsWith('locks'))
    .map((name) => `${name} ${statSync(join(store, name)).mtimeMs}`)
    .sort();
}

function expectNothingLeft(store: string, sockets: string, servers: readonly number[]): void {
  expect(existsSync(sockets)).toBe(false);
  expect(servers.filter(isRunning)).toEqual([]);
  expect(readdirSync(join(store, 'locks'))).toEqual([]);
}

function prune(store: string): Promise<unknown> {
  return performPrune(
    { tool: 'mark-prune', store, keep: { last: 1 }, guest: UUID, checkpoints: [], why: 'w' },
    { io: localHost, made: new MadeFiles(localHost, []), requireUnused: async () => {} },
    { folder: '/runs/r1', onProgress: () => {}, onNotice: () => {}, onMade: async () => {} },
  );
}

test('each disk has the content of the backup and cannot be written to, and a prune is refused', async () => {
  const before = filesOf(STORE);
  const { child, ended, browsed, sockets, servers } = await browse(`${STORE}@wed`);
  const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/browse.schema.json'), 'utf8'));
  const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  expect(valid(browsed), JSON.stringify(valid.errors)).toBe(true);
  expect(browsed).toMatchObject({ backup: 'wed', disks: [{ target: 'vda' }], findings: [] });

  const [{ uri } = { uri: '' }] = browsed.disks;
  expect(contentOf('raw', uri)).toBe(contentOf('qcow2', join(STORE, 'wed/vda.qcow2')));
  expect(contentOf('raw', uri)).not.toBe(contentOf('qcow2', join(STORE, 'tue/vda.qcow2')));
  const write = run('qemu-io', '-f', 'raw', '-c', 'write -P 9 0 512', uri);
  expect(write.status, write.stdout).not.toBe(0);
  expect(statSync(sockets).mode & 0o777).toBe(0o700);
  await expect(prune(STORE)).rejects.toThrow(
    new RegExp(`is in use since .* by browse \\(.*, pid ${child.pid}\\)`),
  );

  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  expectNothingLeft(STORE, sockets, servers);
  expect(filesOf(STORE)).toEqual(before);
});

test('two can browse one store, and each ends alone', async () => {
  const first = await browse(`${STORE}@latest`);
  const second = await browse(`${STORE}@two`, ['--disk', 'vdb']);
  expect(first.browsed.disks.map(({ target }) => target)).toEqual(['vda', 'vdb']);
  expect(second.browsed.disks.map(({ target }) => target)).toEqual(['vdb']);
  const [, vdb] = first.browsed.disks;
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  expect(existsSync(first.sockets)).toBe(false);
  expect(contentOf('raw', second.browsed.disks[0]?.uri ?? '')).toBe(
    contentOf('qcow2', join(STORE, 'two/vdb.qcow2')),
  );
  expect(vdb?.socket).not.toBe(second.browsed.disks[0]?.socket);
  second.child.kill('SIGHUP');
  expect((await second.ended).code).toBe(0);
  expectNothingLeft(STORE, second.sockets, [...first.servers, ...second.servers]);
});

test('as text, it prints commands that a shell accepts, and its end', async () => {
  const running = start([`${STORE}@mon`]);
  const text = await running.printed('Then press Ctrl-C here.\n');
  expect(text).toMatch(/^web1, backup mon of 2026-11-01 02:00:00Z in .*\/web1, read-only:\nDISK /);
  const commands = [...text.matchAll(/^ {2}\$ (.*)$/gm)].map(([, command]) => command ?? '');
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) expect(run('bash', '-n', '-c', command).status).toBe(0);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({
    ...{ code: 0, stderr: '', stdout: `${text}\nThe backup is no longer served.\n` },
  });
});

describe('nothing is left', () => {
  test('where a qemu-nbd dies: the command reports it and fails', async () => {
    const { ended, sockets, servers } = await browse(`${STORE}@two`);
    process.kill(servers[1] ?? Number.NaN, 'SIGKILL');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining('BP158')]);
    expect(stderr).toContain('vdb is no longer served: qemu-nbd was killed by SIGKILL');
    expect(stderr).toContain(`serve the backup again: blockplan browse ${STORE}@two`);
    expectNothingLeft(STORE, sockets, servers);
  });

  test('where an image cannot be opened: qemu-nbd says why', async () => {
    const store = copyStore(STORE, folder);
    // The size of the refcount table, which `blockplan backups` does not read.
    const image = openSync(join(store, 'two/vdb.qcow2'), 'r+');
    writeSync(image, Buffer.from('ffffffff', 'hex'), 0, 4, 56);
    const { code, stdout, stderr } = await start([`${store}@two`]).ended;
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/error BP158: vdb cannot be served: .*vdb\.qcow2/);
    expect(readdirSync(join(store, 'locks'))).toEqual([]);
    expect(await localHost.findProcess([join(store, 'two/vda.qcow2')])).toBeUndefined();
  });

  test('of qemu-nbd where blockplan is killed, and the next one does not mind', async () => {
    const killed = await browse(`${STORE}@mon`);
    killed.child.kill('SIGKILL');
    await killed.ended;
    while (killed.servers.some(isRunning)) await delay(20);
    const next = await browse(`${STORE}@mon`);
    expect(existsSync(killed.sockets)).toBe(true);
    next.child.kill('SIGINT');
    expect((await next.ended).code).toBe(0);
    rmSync(killed.sockets, { recursive: true });
    // Its lock does not count any more.
    const lock = await localHost.lockStore(STORE, 'exclusive', { purpose: 'test', user: 'root' });
    expect('heldBy' in lock).toBe(false);
    if (!('heldBy' in lock)) await lock.release();
    expectNothingLeft(STORE, next.sockets, next.servers);
  });
});

test.runIf(process.getuid?.() === 0)(
  'a store on a read-only mount is browsed without a lock',
  async () => {
    const store = copyStore(STORE, folder, (copy) =>
      rmSync(join(copy, 'locks'), { recursive: true, force: true }),
    );
    const mounted = join(folder, 'mounted');
    mkdirSync(mounted);
    const mount = `mount --bind "$1" "$2" && mount -o remount,ro,bind "$2" && shift 2 && exec "$@"`;
    const before = ['unshare', '--mount', 'sh', '-c', mount, 'sh', store, mounted];
    const { child, ended, browsed, sockets, servers } = await browse(`${mounted}@wed`, [], before);
    expect(browsed.findings).toMatchObject([{ code: 'BP157', severity: 'warning' }]);
    expect(contentOf('raw', browsed.disks[0]?.uri ?? '')).toBe(
      contentOf('qcow2', join(STORE, 'wed/vda.qcow2')),
    );
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('warning BP157: the backup store '),
    ]);
    expect(existsSync(join(store, 'locks'))).toBe(false);
    expect([existsSync(sockets), servers.filter(isRunning)]).toEqual([false, []]);
  },
);
