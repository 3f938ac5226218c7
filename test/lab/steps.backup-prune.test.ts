/** Backups of a running guest verified and pruned by whole runs, judged by qemu-img and sha256sum. */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition } from '../../src/lab/picture.ts';
import { DISKS, makeBackup } from './made-backup.ts';
import {
  expectEnd,
  expectNothingLeft,
  planText,
  runOf,
  runSteps,
  startCli,
  startRun,
  tool,
} from './support.ts';

let host: LabHost;
let guest: Guest;
let store: string;

/** The SHA-256 of each disk of a point, by tools that know nothing of blockplan. */
async function content(backup: string): Promise<string[]> {
  const sums: string[] = [];
  for (const disk of DISKS) {
    const raw = join(host.dir, 'content.raw');
    const image = join(store, backup, `${disk}.qcow2`);
    await host.qemuImg('convert', '-f', 'qcow2', '-O', 'raw', image, raw);
    sums.push((await tool('sha256sum', raw)).slice(0, 64));
    await rm(raw);
  }
  return sums;
}

const folders = async () => (await readdir(store)).filter((name) => name !== 'locks').sort();
const prune = (last: number) => ({ 'backup-prune': { store, keep: { last } } });

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base'] }] });
  await guest.waitForWrites(2);
  store = join(host.images, 'store');
  await mkdir(store, { mode: 0o711 });
  const of = {
    ...{ host, store, guest: guest.name },
    uuid: (await host.virsh('domuuid', guest.name)).trim(),
    definition: await definition(host, guest.name),
  };
  const [first, second] = [new Map<string, string>(), new Map<string, string>()];
  await makeBackup({ ...of, roots: first }, 'a', 1);
  await makeBackup({ ...of, roots: first }, 'a1', 2, 'a');
  await makeBackup({ ...of, roots: second }, 'b', 3);
  await makeBackup({ ...of, roots: second }, 'b1', 4, 'b');
});
afterAll(() => host.stop());

test('a new backup is verified, a chain is pruned, and killed meanwhile: resume finishes it', async () => {
  const kept = [await content('b'), await content('b1')];
  const steps = [
    { 'backup-begin': { store, name: 'new', disks: ['vda'] } },
    { 'backup-verify': { store, backup: 'latest' } },
    prune(2),
  ];
  // A program that reads an image delays its removal, and is not waited for forever.
  const reader = await open(join(store, 'a/vda.qcow2'), 'r');
  const running = await startRun(host, { text: planText(guest.name, steps) });
  const isGone = async () => {
    while (existsSync(join(store, 'a1'))) await delay(50);
  };
  await Promise.race([isGone(), running.ended]);
  running.child.kill('SIGKILL');
  const ended = await running.ended;
  await reader.close();
  expect(ended.exitCode, ended.told).toBe(null);
  expect(await folders()).toEqual(['a', 'b', 'b1', 'new', 'prune.json']);
  expect([await content('b'), await content('b1')]).toEqual(kept);
  expect(JSON.parse(await readFile(join(store, 'new/verified.json'), 'utf8'))).toMatchObject({
    disks: [{ target: 'vda' }],
  });

  const doctor = await startCli(host, ['doctor', guest.name, '--connect', host.uri]).ended;
  expect(doctor.stdout.replaceAll(/\s+/g, ' '), doctor.told).toContain(
    `a prune of the backup store ${store} has not finished`,
  );
  const listed = await startCli(host, ['backups', store]).ended;
  expect(listed.stdout, listed.told).toMatch(/^merging +a /m);

  const resumed = startCli(host, ['resume', runOf(ended), '--format', 'json']);
  expectEnd(await resumed.ended, 0);
  expect(await folders()).toEqual(['b', 'b1', 'new']);
  expect([await content('b'), await content('b1')]).toEqual(kept);
  await guest.verifyLog(join(store, 'new/vda.qcow2'), 1);
  await expectNothingLeft(host, guest.name);
});

test('a backup that the definition of another guest names is kept', async () => {
  const other = await host.createGuest({ disks: [{ target: 'vda', chain: ['own'] }] });
  await other.destroy();
  const xml = join(host.dir, 'other.xml');
  const image = join(store, 'b1/vda.qcow2');
  const from = other.disks[0]?.files.at(-1) ?? '';
  await writeFile(xml, (await definition(host, other.name)).replace(from, image));
  await host.virsh('define', xml);
  const ended = await runSteps(host, guest.name, [prune(1)]);
  expectEnd(ended, 0);
  expect(ended.told).toContain(`the backup b1 is kept: ${image} is in the chain of ${other.name}`);
  expect(await folders()).toEqual(['b', 'b1', 'new']);
  await host.virsh('undefine', other.name);
});

test('a damaged backup ends the run, names the disk and the MiB, and nothing is pruned', async () => {
  const path = join(store, 'b1/vdb.qcow2');
  const bytes = await readFile(path);
  // `b1` is number 4, so it wrote byte 5 to the second disk, from 13 MiB on.
  const at = bytes.indexOf(Buffer.alloc(4096, 5));
  expect(at).toBeGreaterThan(0);
  bytes[at] = 0;
  await writeFile(path, bytes);
  const verify = { 'backup-verify': { store, backup: 'b1' } };
  const ended = await runSteps(host, guest.name, [verify, prune(1)]);
  const { happened } = expectEnd(ended, 4);
  expect(happened?.join()).toContain(
    `the backup b1 in ${store} is damaged: vdb is damaged: it first differs from its checksums in the MiB at 13631488 bytes (13 MiB), whose data is in ${path}`,
  );
  expect(await folders()).toEqual(['b', 'b1', 'new']);
  const listed = await startCli(host, ['backups', store]).ended;
  expect(listed.stdout, listed.told).toMatch(/^broken +b1 .* damaged$/m);
  expect(listed.stdout).toMatch(/^complete +new .* 20\d\d-\d\d-\d\d$/m);
  await expectNothingLeft(host, guest.name);
});
