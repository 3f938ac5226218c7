/**
 * What happens to a guest from inside, or through another user, in the middle of a run on real libvirt. Each case is
 * recognised from what is observed and reported in one sentence, the run ends as it should, and nothing that the guest
 * wrote is lost.
 */

import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { virshCommand, virshLine } from '../../src/command.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { until } from '../../src/lab/poll.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { type Fault, runWithFault } from './fault-run.ts';
import { sampled } from './sample.ts';
import { expectNextStart, startCli } from './support.ts';

let host: LabHost;
let small: string;

beforeAll(async () => {
  host = await startHost();
  small = await host.tmpfs(96 * 1024 * 1024);
});
afterAll(() => host.stop());

interface Paths {
  readonly active: string;
  readonly dest: string;
  readonly overlay: string;
}

type Steps = (paths: Paths) => readonly string[];

const slowCopy: Steps = ({ dest }) => [
  `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, pivot: true, bandwidth: 2 } }`,
];
const migration: Steps = ({ dest }) => [
  `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, shallow: true, pivot: true } }`,
];
const backup: Steps = ({ active, dest, overlay }) => [
  `{ id: snap, snapshot-create-as: { name: tmp, disk-only: true, atomic: true, no-metadata: true, diskspec: [{ disk: vda, file: ${overlay} }] } }`,
  `{ id: conv, convert: { source: ${active}, dest: ${dest} } }`,
  `{ id: commit, blockcommit: { disk: vda, base: ${active}, active: true, pivot: true, delete: true } }`,
];

interface Row {
  readonly name: string;
  readonly steps: Steps;
  readonly at: readonly [phase: string, tool: string, moment: Fault['moment']];
  readonly strike: (guest: Guest) => Promise<unknown>;
  readonly exit: number;
  /** The one sentence. */
  readonly told: RegExp;
  /** Further checks after the run. */
  readonly after?: (guest: Guest, next: readonly string[]) => Promise<unknown>;
  readonly smallOverlay?: true;
  readonly kills?: true;
}

const inCopy = ['copy/mirror', 'await-job', 'during'] as const;
const beforePivot = ['copy/pivot', 'blockjob', 'before'] as const;
const inBackup = ['conv/convert', 'qemu-img', 'before'] as const;

const ROWS: readonly Row[] = [
  {
    name: 'it shuts down while it is copied',
    steps: slowCopy,
    at: inCopy,
    strike: shutDown,
    exit: 5,
    told: /^"GUEST" shut down during the run$/,
    after: startAgain,
  },
  {
    name: 'it shuts down before the pivot',
    steps: migration,
    at: beforePivot,
    strike: shutDown,
    exit: 5,
    told: /^"GUEST" shut down during the run$/,
    after: startAgain,
  },
  {
    name: 'its QEMU dies',
    steps: slowCopy,
    at: inCopy,
    strike: (guest) => guest.killQemu(),
    kills: true,
    exit: 5,
    told: /^"GUEST" (crashed|stopped) during the run/,
    after: startAgain,
  },
  {
    name: 'it is stopped and renamed',
    steps: slowCopy,
    at: inCopy,
    async strike(guest) {
      await guest.destroy();
      await host.virsh('domrename', guest.name, `${guest.name}-new`);
    },
    exit: 5,
    told: /^"GUEST" was renamed to "GUEST-new" during the run/,
    async after({ name }, next) {
      expect(next).toEqual([
        virshCommand({ connect: host.uri }, 'dominfo', `${name}-new`),
        'blockplan rollback lab',
      ]);
      await host.virsh('domrename', `${name}-new`, name);
    },
  },
  {
    name: 'its overlay runs out of space, and space is freed',
    steps: backup,
    at: inBackup,
    smallOverlay: true,
    async strike(guest) {
      await fillUntilPaused(guest);
      await makeRoom();
      await host.virsh('resume', guest.name);
    },
    exit: 0,
    told: /^"GUEST" is paused because a write failed, .*free some space, then run virsh -c \S+ resume GUEST/,
  },
  {
    name: 'its overlay runs out of space, and none is freed',
    steps: backup,
    at: inBackup,
    smallOverlay: true,
    strike: fillUntilPaused,
    exit: 5,
    told: /^"GUEST" is paused because a write failed, .*free some space, then run virsh -c \S+ resume GUEST/,
    async after({ name }, next) {
      await makeRoom();
      expect(next).toContain(virshCommand({ connect: host.uri }, 'resume', name));
      await host.virsh('resume', name);
    },
  },
  {
    name: 'another user cancels the job',
    steps: slowCopy,
    at: inCopy,
    strike: ({ name }) => host.virsh('blockjob', name, 'vda', '--abort'),
    exit: 4,
    told: /^the job on vda was cancelled by another process$/,
  },
  {
    name: 'another user pivots the job',
    steps: migration,
    at: beforePivot,
    strike: ({ name }) => host.virsh('blockjob', name, 'vda', '--pivot'),
    exit: 4,
    told: /^the job on vda no longer exists: another process ended it, or it failed$/,
  },
  {
    name: 'another user makes a snapshot',
    steps: backup,
    at: inBackup,
    strike: ({ name }) => host.virsh('snapshot-create-as', name, 'theirs', '--disk-only'),
    exit: 5,
    told: /^conv\/convert failed: vda has a layer that this run did not create, .*theirs: another user or tool created a snapshot/,
  },
];

test.each(sampled('guest side', ROWS, 3).map((row) => [row.name, row] as const))(
  '%s',
  async (_, row) => {
    const { guest, paths } = await scene(row.smallOverlay ? small : undefined);
    const { name } = guest;
    const { finish, said, struck } = await runWith(guest, row.steps(paths), row.at, () =>
      row.strike(guest),
    );
    const story = said.join('\n');
    expect({ struck, exit: finish.exitCode }, story).toEqual({ struck: true, exit: row.exit });
    const told = said.filter((each) => row.told.test(each.replaceAll(name, 'GUEST')));
    expect(told, story).toHaveLength(1);
    await row.after?.(guest, finish.next);
    await expectNextStart(host, name, {
      upTo: await guest.acknowledged(),
      wasKilled: row.kills === true,
    });
    await guest.destroy();
  },
);

/** A writing guest, and paths for the files of a plan. */
async function scene(overlays?: string): Promise<{ guest: Guest; paths: Paths }> {
  const guest = await host.createGuest({
    disks: [{ target: 'vda', chain: ['base', 'top'], fill: 6_000_000 }],
  });
  await guest.waitForWrites(2);
  const own = join(host.images, guest.name);
  const paths = {
    active: join(own, 'top.qcow2'),
    dest: join(own, 'dest.qcow2'),
    overlay: join(overlays ?? own, `${guest.name}.overlay`),
  };
  return { guest, paths };
}

/** Runs steps with that event in the middle; returns all messages in order. */
async function runWith(
  { name }: Guest,
  steps: readonly string[],
  [phase, tool, moment]: Row['at'],
  strike: () => Promise<unknown>,
) {
  const lines = steps.map((step) => `  - ${step}\n`);
  const plan = `plan: blockplan/v1\nname: lab\ndomain: ${name}\nsteps:\n${lines.join('')}`;
  const fault = { name: phase, phase, tool, moment, strike };
  const { finish, events, struck } = await runWithFault(host, name, plan, fault);
  const told = events.flatMap((event) => ('message' in event ? [event.message] : []));
  const folder = events.flatMap((event) => (event.event === 'run-started' ? event.journal : []))[0];
  return { finish, struck, said: [...told, ...saidIn(finish)], folder: folder ?? '' };
}

async function shutDown(guest: Guest): Promise<void> {
  await host.virsh('shutdown', guest.name);
  await isState(guest, 'shut off');
}

async function startAgain(guest: Guest, next: readonly string[]): Promise<void> {
  expect(next).toContain(virshCommand({ connect: host.uri }, 'start', guest.name));
  await guest.start();
  await guest.waitForWrites(2);
}

function isState(guest: Guest, state: string): Promise<true> {
  return until(`the guest to be ${state}`, 20_000, async () => (await guest.state()) === state);
}

/** Fills the small file system completely. */
async function fillUntilPaused(guest: Guest): Promise<void> {
  const filler = await open(join(small, 'filler'), 'w');
  try {
    for (const piece of [1024 * 1024, 4096]) {
      const block = Buffer.alloc(piece, 1);
      await (async () => {
        for (;;) await filler.writeFile(block);
      })().catch((error: NodeJS.ErrnoException) => expect(error.code).toBe('ENOSPC'));
    }
  } finally {
    await filler.close();
  }
  await isState(guest, 'paused');
}

function makeRoom(): Promise<void> {
  return rm(join(small, 'filler'), { force: true });
}

const classic: Steps = ({ dest }) => [
  '{ id: undef, undefine: {} }',
  `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, shallow: true, pivot: true } }`,
  `{ id: redef, redefine: { disk: vda, source: ${dest} } }`,
];

test.each([
  ['a backup', backup, inBackup],
  ['a move, while it is transient', classic, ['copy/mirror', 'blockcopy', 'before']],
] as const)('it is migrated to another host in the middle of %s', async (_, steps, at) => {
  await using other = await startHost();
  const { guest, paths } = await scene();
  const { name } = guest;
  const strike = () => migrate(name, other);
  const { finish, said, folder } = await runWith(guest, steps(paths), at, strike);
  expect(finish.exitCode, said.join('\n')).toBe(5);
  expect(said.filter((each) => each.includes('was migrated during the run'))).toHaveLength(1);
  expect(saidIn(finish).filter((each) => each.includes('do not start it here'))).toHaveLength(1);
  expect(await other.virsh('domstate', name)).toContain('running');
  // Two instances of it would write to the same disks.
  expect(finish.next).toEqual([
    virshLine({ connect: host.uri }, 'list', '--all'),
    'blockplan rollback lab',
  ]);
  if (steps === classic) {
    // Another process, which does not know of the migration, does not define it here either.
    const rescued = await startCli(host, ['rescue', join(folder, 'bundle.json')]).ended;
    expect(rescued.exitCode, rescued.told).toBe(0);
    expect(rescued.stdout.replace(/\s+/g, ' ')).toMatch(
      /^left alone: .* was migrated to another host/,
    );
  }
  expect(await host.virsh('list', '--all', '--name')).not.toContain(name);
  await guest.waitForWrites(2);
  await other.virsh('destroy', name);
});

/** Without a network between the hosts: libvirt uses a socket in a folder that the test provides. */
function migrate(name: string, to: LabHost): Promise<string> {
  const words = ['--live', '--p2p', '--unsafe', '--persistent', '--undefinesource'];
  const where = ['--desturi', to.uri, '--migrateuri', `unix://${join(to.dir, 'migration')}`];
  return host.virsh('migrate', ...words, name, ...where);
}
