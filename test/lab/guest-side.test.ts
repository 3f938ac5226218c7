/**
 * What befalls a guest from its own side, or by somebody else's hand, in the middle of a run on real libvirt: each is
 * recognised by what is observed, told in one sentence, and nothing that the guest wrote is lost.
 */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type Host, startHost } from '../../src/lab/host.ts';
import { until } from '../../src/lab/poll.ts';
import { SharedGuest, snapshotOf } from './fault-guest.ts';
import { type Fault, runWithFault } from './fault-run.ts';

let host: Host;
let shared: SharedGuest;
let full: string;

beforeAll(async () => {
  host = await startHost();
  shared = new SharedGuest(host);
  full = await host.tmpfs(96 * 1024 * 1024);
});
afterAll(() => host.stop());

const text = (name: string, ...steps: string[]) =>
  `plan: blockplan/v1\nname: lab\ndomain: ${name}\nsteps:\n${steps.map((step) => `  - ${step}\n`).join('')}`;

interface Paths {
  readonly active: string;
  readonly dest: string;
  readonly overlay: string;
}

const slow = ({ dest }: Paths) => [
  `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, pivot: true, bandwidth: 2 } }`,
];
const migration = ({ dest }: Paths) => [
  `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, shallow: true, pivot: true } }`,
];
const backup = ({ active, dest, overlay }: Paths) => [
  `{ id: snap, snapshot-create-as: { name: tmp, disk-only: true, atomic: true, no-metadata: true, diskspec: [{ disk: vda, file: ${overlay} }] } }`,
  `{ id: conv, convert: { source: ${active}, dest: ${dest} } }`,
  `{ id: commit, blockcommit: { disk: vda, base: ${active}, active: true, pivot: true, delete: true } }`,
];

async function fill() {
  const filler = await open(join(full, 'filler'), 'w');
  try {
    for (const piece of [1024 * 1024, 4096]) {
      const block = Buffer.alloc(piece, 1);
      await (async () => {
        for (;;) await filler.writeFile(block);
      })().catch(() => {});
    }
  } finally {
    await filler.close();
  }
}
const isState = (guest: Guest, state: string) =>
  until(`the guest to be ${state}`, 20_000, async () => (await guest.state()) === state);

interface Row {
  readonly name: string;
  readonly steps: (paths: Paths) => string[];
  readonly at: [phase: string, tool: string, moment: Fault['moment']];
  readonly strike: (guest: Guest, paths: Paths) => Promise<unknown>;
  readonly overlayFull?: boolean;
}

const rows: Row[] = [
  {
    name: 'shuts down',
    steps: slow,
    at: ['copy/mirror', 'await-job', 'during'],
    async strike(guest) {
      await host.virsh('shutdown', guest.name);
      await isState(guest, 'shut off');
    },
  },
  {
    name: 'shuts down between',
    steps: migration,
    at: ['copy/pivot', 'blockjob', 'before'],
    async strike(guest) {
      await host.virsh('shutdown', guest.name);
      await isState(guest, 'shut off');
    },
  },
  {
    name: 'shut down and renamed',
    steps: slow,
    at: ['copy/mirror', 'await-job', 'during'],
    async strike(guest) {
      await guest.destroy();
      await host.virsh('domrename', guest.name, `${guest.name}-new`);
    },
  },
  {
    name: 'paused for want of space',
    steps: backup,
    at: ['conv/convert', 'qemu-img', 'before'],
    overlayFull: true,
    async strike(guest) {
      await fill();
      await isState(guest, 'paused');
    },
  },
  {
    name: 'paused for want of space, resumed by operator',
    steps: backup,
    at: ['conv/convert', 'qemu-img', 'before'],
    overlayFull: true,
    async strike(guest) {
      await fill();
      await isState(guest, 'paused');
      await rm(join(full, 'filler'));
      await host.virsh('resume', guest.name);
    },
  },
  {
    name: 'job aborted by another',
    steps: slow,
    at: ['copy/mirror', 'await-job', 'during'],
    strike: (guest) => host.virsh('blockjob', guest.name, 'vda', '--abort'),
  },
  {
    name: 'job pivoted by another',
    steps: migration,
    at: ['copy/pivot', 'blockjob', 'before'],
    strike: (guest) => host.virsh('blockjob', guest.name, 'vda', '--pivot'),
  },
  {
    name: 'snapshot by another',
    steps: backup,
    at: ['conv/convert', 'qemu-img', 'before'],
    strike: (guest) => host.virsh('snapshot-create-as', guest.name, 'theirs', '--disk-only'),
  },
];

test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
  const guest = await shared.get();
  const { name } = guest;
  const before = await snapshotOf(host, guest);
  const folder = row.overlayFull ? full : join(host.images, name);
  const paths = {
    active: before.chain[0] ?? '',
    dest: join(host.images, name, 'dest.qcow2'),
    overlay: join(folder, 'overlay.qcow2'),
  };
  const [phase, tool, moment] = row.at;
  const fault = { name: row.name, phase, tool, moment, strike: () => row.strike(guest, paths) };
  const { finish, events } = await runWithFault(host, name, text(name, ...row.steps(paths)), fault);
  process.stdout.write(
    `### ${row.name}: ${finish.end}\n${finish.state.join('\n')}\nnext: ${finish.next}\n${events
      .filter(({ event }) => ['phase-failed', 'notice', 'guest-state'].includes(event))
      .map((event) => JSON.stringify(event))
      .join('\n')}\n`,
  );
  await rm(join(full, 'filler'), { force: true });
  await delay(0);
  shared.forget();
  await host.virsh('destroy', name).catch(() => '');
});
