import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { assertComplete, listFiles, readLog } from '../../src/lab/log.ts';

/** What is left of a host: processes that name its folder, mounts below it, the folder itself. */
async function traces(dir: string): Promise<string[]> {
  const found: string[] = existsSync(dir) ? [dir] : [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (words.includes(dir)) found.push(`${pid} ${words.replaceAll('\0', ' ').slice(0, 80)}`);
  }
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return [...found, ...mounts.split('\n').filter((line) => line.includes(dir))];
}

describe('one host', () => {
  let host: LabHost;
  let guest: Guest;

  beforeAll(async () => {
    host = await startHost();
    guest = await host.createGuest({
      disks: [{ target: 'vda', chain: ['base', 'snap1', 'snap2'] }],
      autostart: true,
    });
    await guest.waitForWrites();
  });
  afterAll(async () => {
    await host.stop();
    expect(await traces(host.dir)).toEqual([]);
  });

  const active = () => guest.disks[0]!.files.at(-1)!;

  test('the log holds every acknowledged write, also while the guest runs', async () => {
    const acknowledged = await guest.acknowledged();
    expect(await guest.verifyLog(active(), acknowledged)).toBeGreaterThanOrEqual(acknowledged);
    expect(await guest.state()).toBe('running');
    await guest.waitForWrites();
  });

  test('the chain is base <- snap1 <- snap2, and each layer adds its mark', async () => {
    const info = await host.qemuImg('info', '--backing-chain', '-U', '--output=json', active());
    const chain = (JSON.parse(info) as { filename: string }[]).map((image) => image.filename);
    expect(chain).toEqual([...guest.disks[0]!.files].reverse());
    const [base, snap1] = guest.disks[0]!.files;
    expect(await listFiles(base!)).toEqual(['lost+found', 'base.layer']);
    expect(await listFiles(snap1!)).toEqual(['lost+found', 'base.layer', 'snap1.layer']);
  });

  test('the guest agent freezes and thaws the file system', async () => {
    expect(await host.virsh('domfsfreeze', guest.name)).toContain('Froze 1 filesystem');
    const frozen = await guest.acknowledged();
    expect(await host.virsh('domfsthaw', guest.name)).toContain('Thawed 1 filesystem');
    await guest.waitForWrites();
    expect(await guest.acknowledged()).toBeGreaterThan(frozen);
  });

  test('a virsh outside reaches the host, and a failed command reports the reason', async () => {
    expect(await host.virsh('list', '--name')).toContain(guest.name);
    await expect(host.virsh('domstate', 'nobody')).rejects.toThrow('failed to get domain');
  });

  test('the guest keeps writing while libvirtd is dead, and is found again', async () => {
    const pid = await guest.qemuPid();
    await host.killDaemon();
    await expect(host.virsh('list')).rejects.toThrow('Failed to connect');
    await guest.waitForWrites();
    await host.startDaemon();
    expect(await guest.state()).toBe('running');
    expect(await guest.qemuPid()).toBe(pid);
  });

  test('a killed QEMU leaves every acknowledged write', async () => {
    await guest.waitForWrites();
    await guest.killQemu();
    const acknowledged = await guest.acknowledged();
    assertComplete(await readLog(active()), acknowledged);
    await guest.start();
    expect(await guest.waitForWrites()).toBeGreaterThan(acknowledged);
  });

  test('after a power failure the same disks and definitions exist', async () => {
    await guest.waitForWrites();
    await host.powerOff();
    expect((await traces(host.dir)).filter((trace) => trace.includes('qemu-system'))).toEqual([]);
    const acknowledged = await guest.acknowledged();
    assertComplete(await readLog(active()), acknowledged);
    await host.boot();
    // The guest was marked for autostart, so the host's boot has started it.
    expect(await guest.waitForWrites()).toBeGreaterThan(acknowledged);
    await guest.verifyLog(active(), await guest.acknowledged());
  });

  test('the guest shuts down on request', async () => {
    await host.virsh('shutdown', guest.name, '--mode', 'acpi');
    await expect.poll(() => guest.state(), { timeout: 60_000 }).toBe('shut off');
    assertComplete(await readLog(active()), await guest.acknowledged());
  });

  test('a small file system fills up inside the host and is visible outside', async () => {
    const at = await host.tmpfs(4 * 1024 * 1024);
    await writeFile(join(at, 'outside'), Buffer.alloc(3 * 1024 * 1024));
    await expect(writeFile(join(at, 'more'), Buffer.alloc(2 * 1024 * 1024))).rejects.toThrow(
      'ENOSPC',
    );
    await rm(join(at, 'more'));
    await host.virsh('attach-disk', guest.name, join(at, 'outside'), 'vdb', '--config');
    expect(await host.virsh('domblkinfo', guest.name, 'vdb')).toMatch(/Capacity: +3145728\n/);
  });
});

test('two hosts side by side: a raw disk here, two disks there', async () => {
  await using one = await startHost({ name: 'one' });
  await using two = await startHost({ name: 'two' });
  const raw = await one.createGuest({
    name: 'same-name',
    disks: [{ target: 'vda', chain: ['plain'], format: 'raw', fill: 1024 * 1024 }],
  });
  const both = await two.createGuest({
    name: 'same-name',
    disks: [
      { target: 'vda', chain: ['system'] },
      { target: 'vdb', chain: ['data', 'data-top'], relativeBacking: true },
    ],
  });
  await Promise.all([raw.waitForWrites(), both.waitForWrites()]);
  expect((await stat(raw.disks[0]!.files[0]!)).size).toBe(64 * 1024 * 1024);
  for (const guest of [raw, both]) {
    await guest.destroy();
    const acknowledged = await guest.acknowledged();
    for (const disk of guest.disks) {
      assertComplete(await readLog(disk.files.at(-1)!), acknowledged);
    }
  }
  const info = await two.qemuImg('info', '--output=json', both.disks[1]!.files[1]!);
  expect(JSON.parse(info)).toMatchObject({ 'backing-filename': 'data.qcow2' });
  expect(await one.virsh('hostname')).toBe('one\n\n');
  expect(await two.virsh('hostname')).toBe('two\n\n');
});

test('nothing is left when the owner is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blockplan-owner-'));
  try {
    const owner = await startOwner(folder);
    const dir = await firstLine(owner);
    expect((await traces(dir)).length).toBeGreaterThan(3);
    owner.kill('SIGKILL');
    await expect.poll(() => traces(dir), { timeout: 60_000 }).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** A Node process that starts a host with a guest and a file system, prints its folder and waits. */
async function startOwner(folder: string): Promise<ChildProcess> {
  const outfile = join(folder, 'owner.mjs');
  const script = `
    import { startHost } from './src/lab/host.ts';
    const host = await startHost();
    const guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base'] }] });
    await host.tmpfs(1024 * 1024);
    await guest.waitForWrites(1);
    console.log(host.dir);
  `;
  await build({
    stdin: { contents: script, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile,
  });
  return spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout!.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the owner exited with ${code}`)));
  });
}
