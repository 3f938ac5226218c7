/**
 * The same work by plan and by a straightforward script, on the same guest, taking turns. What is printed is the ratio:
 * seconds alone say more of the machine than of blockplan. The whole process counts, Node's start included.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Guest } from '../../src/lab/guest.ts';
import { type Host, startHost } from '../../src/lab/host.ts';

const PAIRS = Number(process.argv[2] ?? 15);
if (!(PAIRS >= 7)) throw new Error('a median wants at least 7 pairs');

const host = await startHost();
try {
  const guest = await host.createGuest({
    name: 'bench',
    disks: [
      {
        target: 'vda',
        chain: ['base', 'snap1', 'snap2'],
        size: 256 * 1024 * 1024,
        fill: 64 * 1024 * 1024,
      },
    ],
  });
  await guest.waitForWrites(3);
  await putToWork(host, guest);
  await compare('migration', PAIRS, guest, migration(host, guest));
  await compare('backup', PAIRS, guest, backup(host, guest));
} finally {
  await host.stop();
}

/**
 * Live work is done on guests that work: this one writes 8 MiB again and again, with pauses, so that a commit or a copy
 * has something to do. An idle guest's overlay is empty, and then it is chance whether `virsh --wait` has to wait.
 */
async function putToWork(host: Host, guest: Guest): Promise<void> {
  const dd = 'dd if=/dev/zero of=/disk/vda/load bs=1M count=8 conv=fsync';
  const script = `while true; do /bin/busybox ${dd}; /bin/busybox usleep 50000; done`;
  const path = '/bin/busybox';
  const command = { execute: 'guest-exec', arguments: { path, arg: ['sh', '-c', script] } };
  await host.virsh('qemu-agent-command', guest.name, JSON.stringify(command));
  await guest.waitForWrites(10);
}

/** One kind of work, done either way; `clean` puts the guest's host back in order, outside the measured time. */
interface Contest {
  plan(turn: string): void;
  script(turn: string): void;
  clean(turn: string): void;
}

function migration(host: Host, guest: Guest): Contest {
  let active = guest.disks[0]?.files.at(-1) ?? '';
  const dest = (turn: string) => join(host.images, `copy-${turn}.qcow2`);
  return {
    plan: (turn) =>
      blockplan(host, 'live-storage-migration', { domain: guest.name, dest: dest(turn) }),
    script: (turn) => bash(host, 'migrate.sh', guest.name, dest(turn)),
    clean(turn) {
      rmSync(active);
      active = dest(turn);
    },
  };
}

function backup(host: Host, guest: Guest): Contest {
  const source = String(activeFile(host, guest));
  const dest = (turn: string) => join(host.images, `backup-${turn}.qcow2`);
  const overlay = join(host.images, 'overlay.qcow2');
  return {
    plan: (turn) =>
      blockplan(host, 'live-backup', { domain: guest.name, source, dest: dest(turn), overlay }),
    script: (turn) => bash(host, 'backup.sh', guest.name, source, dest(turn), overlay),
    clean: (turn) => rmSync(dest(turn)),
  };
}

function activeFile(host: Host, guest: Guest): string | undefined {
  const list = run(host, 'virsh', ['domblklist', guest.name]);
  return /^\s*vda\s+(.+)$/m.exec(list)?.[1]?.trim();
}

/** Takes turns, each time the other way first, so that neither finds the caches warmer. */
async function compare(name: string, pairs: number, guest: Guest, contest: Contest): Promise<void> {
  const ratios: number[] = [];
  const seconds = { plan: [] as number[], script: [] as number[] };
  for (let pair = 0; pair < pairs; pair++) {
    for (const way of pair % 2 === 0
      ? (['plan', 'script'] as const)
      : (['script', 'plan'] as const)) {
      const turn = `${pair}-${way}`;
      // A guest that stands still would make both look quick.
      await guest.waitForWrites(3);
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

function blockplan(host: Host, plan: string, settings: Record<string, string>): void {
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  run(host, process.execPath, ['dist/cli.js', 'run', `plans/${plan}.yaml`, '--yes', ...set]);
}

function bash(host: Host, script: string, ...args: string[]): void {
  run(host, 'bash', [`test/bench/${script}`, ...args]);
}

function run(host: Host, command: string, args: readonly string[]): string {
  const env = {
    ...process.env,
    LIBVIRT_DEFAULT_URI: host.uri,
    BLOCKPLAN_STATE_DIR: join(host.dir, 'state'),
  };
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}
