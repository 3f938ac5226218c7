/**
 * The same work by plan, and by a simple script or by virsh alone, on the same guest, in turn. It prints the ratio, because
 * seconds depend more on the machine than on blockplan. The whole process counts, including Node's start.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { isolated } from '../isolation.ts';

const PAIRS = Number(process.argv[2] ?? 11);
const MIB = 1024 * 1024;
if (!(PAIRS >= 7)) throw new Error('a median needs at least 7 pairs');

const host = await startHost();
try {
  const empty = await guestOf(host, 'empty', 64);
  await compare('migration, almost empty disk', PAIRS, empty, migration(host, empty, blockcopy));
  await empty.destroy();
  const busy = await guestOf(host, 'busy', 256, 64);
  await putToWork(host, busy);
  await compare('migration, 64 MiB, busy', PAIRS, busy, migration(host, busy, script));
  await compare('backup, 64 MiB, busy', PAIRS, busy, backup(host, busy));
  await busy.destroy();
  const large = await guestOf(host, 'large', 3072);
  await write(host, large, 2048);
  await compare('migration, 2 GiB', PAIRS, large, migration(host, large, blockcopy));
} finally {
  await host.stop();
}

/** A guest with three layers; sizes in MiB, `fill` is the amount of data in the base. */
async function guestOf(host: LabHost, name: string, size: number, fill = 0): Promise<Guest> {
  const chain = ['base', 'snap1', 'snap2'] as const;
  const disk = { target: 'vda', chain, size: size * MIB, fill: fill * MIB };
  const guest = await host.createGuest({ name, disks: [disk] });
  await guest.waitForWrites(3);
  return guest;
}

/** Makes the guest write this many MiB to its disk's active layer, which a migration then copies. */
async function write(host: LabHost, guest: Guest, mib: number): Promise<void> {
  const dd = `dd if=/dev/zero of=/disk/vda/large bs=1M count=${mib} conv=fsync`;
  await inGuest(host, guest, `/bin/busybox ${dd}`);
  const file = activeFile(host, guest);
  const deadline = Date.now() + 600_000;
  while (statSync(file).size < mib * MIB) {
    if (Date.now() > deadline) throw new Error(`the guest has not written ${mib} MiB in 600 s`);
    await delay(1000);
  }
}

async function inGuest(host: LabHost, guest: Guest, script: string): Promise<void> {
  const path = '/bin/busybox';
  const command = { execute: 'guest-exec', arguments: { path, arg: ['sh', '-c', script] } };
  await host.virsh('qemu-agent-command', guest.name, JSON.stringify(command));
}

/**
 * Real guests are busy, so this one writes 8 MiB again and again, with pauses, and a commit or a copy has something to do.
 * With an idle guest the overlay is empty, and whether `virsh --wait` has to wait is up to chance.
 */
async function putToWork(host: LabHost, guest: Guest): Promise<void> {
  const dd = 'dd if=/dev/zero of=/disk/vda/load bs=1M count=8 conv=fsync';
  await inGuest(host, guest, `while true; do /bin/busybox ${dd}; /bin/busybox usleep 50000; done`);
  await guest.waitForWrites(10);
}

/** One kind of work, done in several ways; `clean` restores the guest's host, outside the measured time. */
interface Contest {
  plan(turn: string): void;
  script(turn: string): void;
  clean(turn: string): void;
}

/** The command that a person types: it waits, but does not check the result. */
function blockcopy(host: LabHost, guest: Guest, dest: string): void {
  const words = ['--shallow', '--transient-job', '--wait', '--pivot'];
  run(host, 'virsh', ['blockcopy', guest.name, 'vda', dest, ...words]);
}

function script(host: LabHost, guest: Guest, dest: string): void {
  bash(host, 'migrate.sh', guest.name, dest);
}

function migration(host: LabHost, guest: Guest, otherwise: typeof blockcopy): Contest {
  let active = guest.disks[0]?.files.at(-1) ?? '';
  const dest = (turn: string) => join(host.images, `${guest.name}-${turn}.qcow2`);
  return {
    plan: (turn) =>
      blockplan(host, 'live-storage-migration', { domain: guest.name, dest: dest(turn) }),
    script: (turn) => otherwise(host, guest, dest(turn)),
    clean(turn) {
      rmSync(active);
      active = dest(turn);
    },
  };
}

function backup(host: LabHost, guest: Guest): Contest {
  const source = activeFile(host, guest);
  const dest = (turn: string) => join(host.images, `backup-${turn}.qcow2`);
  const overlay = join(host.images, 'overlay.qcow2');
  return {
    plan: (turn) =>
      blockplan(host, 'live-backup', { domain: guest.name, dest: dest(turn), overlay }),
    script: (turn) => bash(host, 'backup.sh', guest.name, source, dest(turn), overlay),
    clean: (turn) => rmSync(dest(turn)),
  };
}

function activeFile(host: LabHost, guest: Guest): string {
  const list = run(host, 'virsh', ['domblklist', guest.name]);
  const file = /^\s*vda\s+(.+)$/m.exec(list)?.[1]?.trim();
  if (file === undefined) throw new Error(`domblklist does not list vda:\n${list}`);
  return file;
}

/** Alternates the order from turn to turn, so that no way has the warmer caches. */
async function compare(name: string, pairs: number, guest: Guest, contest: Contest): Promise<void> {
  const ratios: number[] = [];
  const seconds = { plan: [] as number[], script: [] as number[] };
  for (let pair = 0; pair < pairs; pair++) {
    for (const way of pair % 2 === 0
      ? (['plan', 'script'] as const)
      : (['script', 'plan'] as const)) {
      const turn = `${pair}-${way}`;
      // A guest that stopped writing would make both look fast.
      await guest.waitForWrites(3);
      // What the turn before has written would otherwise be paid for by this one.
      spawnSync('sync');
      const began = performance.now();
      contest[way](turn);
      seconds[way].push((performance.now() - began) / 1000);
      contest.clean(turn);
    }
    ratios.push((seconds.plan.at(-1) ?? 0) / (seconds.script.at(-1) ?? 1));
  }
  const text = (values: number[]) => `${median(values).toFixed(2)} s`;
  process.stdout.write(
    `${name}: plan / script = ${median(ratios).toFixed(2)} (median of ${pairs} pairs; ${Math.min(...ratios).toFixed(2)} to ` +
      `${Math.max(...ratios).toFixed(2)}; plan ${text(seconds.plan)}, script ${text(seconds.script)})\n`,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function blockplan(host: LabHost, plan: string, settings: Record<string, string>): void {
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  run(host, process.execPath, ['dist/cli.js', 'run', `plans/${plan}.yaml`, '--yes', ...set]);
}

function bash(host: LabHost, script: string, ...args: string[]): void {
  run(host, 'bash', [`test/bench/${script}`, ...args]);
}

function run(host: LabHost, command: string, args: readonly string[]): string {
  const env = {
    ...process.env,
    LIBVIRT_DEFAULT_URI: host.uri,
    ...isolated(join(host.dir, 'state')),
  };
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}
