/**
 * The fault matrix: for each step kind, in each phase, a fault occurs on real libvirt with the guest writing.
 * Where the guest survives, the run ends rolled back (4) with everything as it was to the byte; where QEMU is killed it
 * ends stranded (5), with a definition that names the file with every acknowledged write.
 */

import { mkdir, open, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { virshCommand, virshLine } from '../../src/command.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { readDomainXml } from '../../src/model/domain-xml.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { SharedGuest, snapshotOf } from './fault-guest.ts';
import { type Fault, type Moment, runWithFault, type StrikeContext } from './fault-run.ts';
import { sampled } from './sample.ts';
import { expectNextStart, expectWrites } from './support.ts';

let host: LabHost;
let shared: SharedGuest;
let full: string;
const table: string[] = [];

beforeAll(async () => {
  host = await startHost();
  shared = new SharedGuest(host);
  full = await host.tmpfs(96 * 1024 * 1024);
});

afterAll(async () => {
  console.log(
    [
      'phase                     fault                                end',
      ...table,
      `${table.length} cases`,
    ].join('\n'),
  );
  await host.stop();
});

/** The paths in a scenario's plan. */
interface Paths {
  readonly name: string;
  readonly active: string;
  readonly below: string;
  readonly deeper: string;
  readonly dest: string;
  readonly overlay: string;
  readonly small: string;
}

type Scenario = (paths: Paths) => string;

const plan = (name: string, ...steps: string[]) =>
  `plan: blockplan/v1\nname: lab\ndomain: ${name}\nsteps:\n${steps.map((step) => `  - ${step}\n`).join('')}`;

const migration: Scenario = ({ name, dest }) =>
  plan(name, `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, shallow: true, pivot: true } }`);
const slowMigration: Scenario = ({ name, dest }) =>
  plan(name, `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, pivot: true, bandwidth: 2 } }`);
const fullMigration: Scenario = ({ name, small }) =>
  plan(name, `{ id: copy, blockcopy: { disk: vda, dest: ${small}, pivot: true } }`);
const mirrorBackup: Scenario = ({ name, dest }) =>
  plan(name, `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, finish: true } }`);
const classic: Scenario = ({ name, dest }) =>
  plan(
    name,
    '{ id: undef, undefine: {} }',
    `{ id: copy, blockcopy: { disk: vda, dest: ${dest}, shallow: true, pivot: true } }`,
    `{ id: redef, redefine: { disk: vda, source: ${dest} } }`,
  );
const backup: Scenario = ({ name, active, dest, overlay }) =>
  plan(
    name,
    `{ id: snap, snapshot-create-as: { name: tmp, disk-only: true, atomic: true, quiesce: true, diskspec: [{ disk: vda, file: ${overlay} }] } }`,
    `{ id: conv, convert: { source: ${active}, dest: ${dest} } }`,
    `{ id: commit, blockcommit: { disk: vda, base: ${active}, active: true, pivot: true, delete: true } }`,
  );
const fullBackup: Scenario = (paths) => backup({ ...paths, dest: paths.small });
const fullOverlay: Scenario = (paths) => backup({ ...paths, overlay: paths.small });
const keep: Scenario = ({ name, below }) =>
  plan(name, `{ id: keep, blockcommit: { disk: vda, base: ${below}, keep-overlay: true } }`);
const middle: Scenario = ({ name, below, deeper }) =>
  plan(
    name,
    `{ id: mid, blockcommit: { disk: vda, top: ${below}, base: ${deeper}, bandwidth: 1 } }`,
  );

interface Row {
  readonly scenario: Scenario;
  readonly fault: Fault;
  readonly exit: number;
  /** Repairs the damage to the host after the run. */
  readonly mend?: () => Promise<unknown>;
  /** Whether the guest cannot be used again, although the run restored everything. */
  readonly spoilt?: true;
  /** Text of the report. */
  readonly says?: string;
  /** Whether libvirt refuses a definition, so that only the journal has it. */
  readonly undefined?: true;
}

/** The values that a strike may need. */
let now: { guest: Guest; paths: Paths };

const interrupt = ({ interrupt }: StrikeContext) => interrupt();
const killDaemon = async () => {
  await host.killDaemon();
  void delay(300).then(() => host.startDaemon());
};
const killQemu = () => now.guest.killQemu();

function at(
  phase: string,
  tool: string,
  moment: Moment,
  name: string,
  strike: Fault['strike'],
  relieve?: Fault['relieve'],
): Fault {
  return { name, phase, tool, moment, strike, ...(relieve ? { relieve } : {}) };
}

/** The faults that can occur everywhere: an interruption, the daemon's death and QEMU's. */
function everywhere(scenario: Scenario, phase: string, tool: string, last = false): Row[] {
  const row = (moment: Moment, name: string, strike: Fault['strike'], exit: number) => ({
    scenario,
    fault: at(phase, tool, moment, `${name} ${moment}`, strike),
    exit,
  });
  return [
    row('before', 'SIGINT', interrupt, 4),
    row('after', 'SIGINT', interrupt, last ? 0 : 4),
    row('before', 'daemon killed', killDaemon, 0),
    row('after', 'daemon killed', killDaemon, 0),
    row('before', 'QEMU killed', killQemu, 5),
    row('after', 'QEMU killed', killQemu, 5),
  ];
}

/** Fills the small file system completely. */
const fill = async () => {
  const filler = await open(join(full, 'filler'), 'w');
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
};
const fillUntilPaused = async (context: StrikeContext) => {
  await fill();
  while ((await now.guest.state()) !== 'paused') await delay(50);
  await empty();
  context.interrupt();
};
const empty = () => rm(join(full, 'filler'), { force: true });
const inGuest = (...arg: string[]) =>
  host.virsh(
    'qemu-agent-command',
    now.guest.name,
    JSON.stringify({ execute: 'guest-exec', arguments: { path: '/bin/busybox', arg } }),
  );
const agentEnds = async () => {
  await inGuest('killall', 'qemu-ga');
  while (readDomainXml(await host.virsh('dumpxml', now.guest.name)).agent) await delay(50);
};
const agentHangs = async () => {
  await inGuest('killall', '-STOP', 'qemu-ga');
  const ping = JSON.stringify({ execute: 'guest-ping' });
  const answers = () => host.virsh('qemu-agent-command', now.guest.name, ping, '--timeout', '1');
  while (
    await answers().then(
      () => true,
      () => false,
    )
  )
    await delay(50);
};
const definitionFile = () => join(host.dir, 'etc/libvirt/qemu', `${now.guest.name}.xml.new`);
const forbidDefine = () => mkdir(definitionFile());
const allowDefine = () => rm(definitionFile(), { recursive: true, force: true });
let held: Awaited<ReturnType<typeof open>> | undefined;
/** To write: what the run's own process only reads is no use of a file. */
const hold = async () => {
  held = await open(now.paths.overlay, 'r+');
};
const letGo = () => held?.close();
const cancelJob = () => host.virsh('blockjob', now.guest.name, 'vda', '--abort');

const ioError = () => {
  throw Object.assign(new Error('EIO: i/o error, stat'), { code: 'EIO' });
};
const CLONE = 'clone-of-the-base';
const cloneBase = async () => {
  const top = join(host.images, now.guest.name, 'clone.qcow2');
  await host.qemuImg('create', '-f', 'qcow2', '-b', now.paths.active, '-F', 'qcow2', top);
  const file = join(host.dir, 'clone.xml');
  const disk = `<disk type='file'><driver name='qemu' type='qcow2'/><source file='${top}'/><target dev='vda'/></disk>`;
  await writeFile(
    file,
    `<domain type='qemu'><name>${CLONE}</name><memory>1024</memory><os><type>hvm</type></os><devices>${disk}</devices></domain>`,
  );
  await host.virsh('define', file);
};
const theirSnapshot = () =>
  host.virsh('snapshot-create-as', now.guest.name, 'theirs', '--disk-only', '--no-metadata');
const removeClone = () => host.virsh('undefine', CLONE);

const rows: Row[] = [
  // blockcopy that pivots
  ...everywhere(migration, 'copy/mirror', 'blockcopy'),
  ...everywhere(migration, 'copy/mirror', 'await-job'),
  ...everywhere(migration, 'copy/pivot', 'blockjob'),
  {
    scenario: slowMigration,
    fault: at('copy/mirror', 'await-job', 'during', 'SIGINT during', interrupt),
    exit: 4,
  },
  {
    scenario: slowMigration,
    fault: at('copy/mirror', 'await-job', 'during', 'daemon killed during', killDaemon),
    exit: 0,
  },
  {
    scenario: slowMigration,
    fault: at('copy/mirror', 'await-job', 'during', 'QEMU killed during', killQemu),
    exit: 5,
  },
  {
    scenario: slowMigration,
    fault: at('copy/mirror', 'await-job', 'during', 'cancelled by another user', cancelJob),
    exit: 4,
  },
  {
    scenario: migration,
    fault: at('copy/mirror', 'await-job', 'before', 'target removed', () => unlink(now.paths.dest)),
    exit: 4,
  },
  {
    scenario: fullMigration,
    fault: at('copy/mirror', 'blockcopy', 'before', 'destination full', fill),
    exit: 4,
    mend: empty,
  },
  {
    scenario: migration,
    fault: at('copy/pivot', 'blockjob', 'before', 'cancelled by another user', cancelJob),
    exit: 4,
  },
  {
    scenario: migration,
    fault: at('copy/pivot', 'define', 'before', 'an unexpected error', ioError),
    exit: 4,
  },
  // blockcopy that finishes
  ...everywhere(mirrorBackup, 'copy/finish', 'blockjob', true),
  // the classic way: undefine, blockcopy, redefine
  ...everywhere(classic, 'undef/undefine', 'undefine'),
  ...everywhere(classic, 'copy/mirror', 'await-job'),
  ...everywhere(classic, 'copy/pivot', 'blockjob'),
  ...everywhere(classic, 'redef/define', 'define'),
  {
    scenario: classic,
    fault: at('redef/define', 'define', 'before', 'redefine refused', forbidDefine, allowDefine),
    exit: 4,
  },
  {
    scenario: classic,
    fault: at('redef/define', 'define', 'before', 'redefine refused, and again', forbidDefine),
    exit: 5,
    mend: allowDefine,
    undefined: true,
  },
  // snapshot-create-as, convert, blockcommit
  ...everywhere(backup, 'snap/snapshot', 'snapshot-create-as'),
  {
    scenario: backup,
    fault: at('snap/snapshot', 'snapshot-create-as', 'before', 'agent off', agentEnds),
    exit: 4,
    spoilt: true,
  },
  {
    scenario: backup,
    fault: at('snap/snapshot', 'snapshot-create-as', 'before', 'agent silent', agentHangs),
    exit: 4,
    spoilt: true,
  },
  {
    scenario: fullOverlay,
    fault: at('snap/snapshot', 'snapshot-create-as', 'before', 'destination full', fill),
    exit: 4,
    mend: empty,
  },
  {
    scenario: fullOverlay,
    fault: at('conv/convert', 'qemu-img', 'before', 'overlay out of space', fillUntilPaused),
    exit: 4,
  },
  {
    scenario: backup,
    fault: at('conv/convert', 'qemu-img', 'before', 'an unexpected error', ioError),
    exit: 4,
  },
  {
    scenario: backup,
    fault: at('conv/convert', 'qemu-img', 'after', 'a clone is created on the base', cloneBase),
    exit: 5,
    mend: removeClone,
  },
  ...everywhere(backup, 'conv/convert', 'qemu-img'),
  {
    scenario: backup,
    fault: at('conv/convert', 'qemu-img', 'before', 'a snapshot by another tool', theirSnapshot),
    exit: 5,
    says: 'another user or tool created a snapshot of the disk',
  },
  {
    scenario: fullBackup,
    fault: at('conv/convert', 'qemu-img', 'before', 'destination full', fill),
    exit: 4,
    mend: empty,
  },
  {
    scenario: backup,
    fault: at('conv/convert', 'qemu-img', 'after', 'target removed', () => unlink(now.paths.dest)),
    exit: 4,
  },
  ...everywhere(backup, 'commit/commit', 'await-job'),
  ...everywhere(backup, 'commit/pivot', 'blockjob'),
  ...everywhere(backup, 'commit/delete', 'remove-file', true),
  {
    scenario: backup,
    fault: at('commit/delete', 'remove-file', 'before', 'overlay held open', hold, letGo),
    exit: 4,
  },
  // a commit that keeps the overlay, and one in the middle of the chain
  ...everywhere(keep, 'keep/commit', 'await-job'),
  ...everywhere(keep, 'keep/finish', 'blockjob', true),
  {
    scenario: middle,
    fault: at('mid/commit', 'await-job', 'during', 'SIGINT during', interrupt),
    exit: 4,
  },
  {
    scenario: middle,
    fault: at('mid/commit', 'await-job', 'during', 'QEMU killed during', killQemu),
    exit: 5,
  },
];

const chosen = sampled('faults', rows, 8);

test.each(
  chosen.map((row) => [`${row.fault.phase} ${row.fault.tool}: ${row.fault.name}`, row] as const),
)('%s', async (title, row) => {
  const guest = await shared.get();
  try {
    await runRow(guest, row, title);
  } catch (error) {
    await shared.spoil();
    throw error;
  } finally {
    await row.mend?.();
  }
});

async function runRow(guest: Guest, row: Row, title: string): Promise<void> {
  const { name } = guest;
  const before = await snapshotOf(host, guest);
  const [active = '', below = '', deeper = ''] = before.chain;
  const folder = join(host.images, name);
  now = {
    guest,
    paths: {
      name,
      active,
      below,
      deeper,
      dest: join(folder, 'dest.qcow2'),
      overlay: join(folder, 'overlay.qcow2'),
      small: join(full, `${name}.qcow2`),
    },
  };
  await guest.waitForWrites(1);
  const { finish, struck, events } = await runWithFault(
    host,
    name,
    row.scenario(now.paths),
    row.fault,
  );
  const { phase, tool } = row.fault;
  table.push(
    `${phase.padEnd(26)}${`${row.fault.name} (${tool})`.padEnd(45)} ${finish.end} (${finish.exitCode})`,
  );
  const told = events.map((event) => JSON.stringify(event)).join('\n');
  expect(struck, 'the fault occurred').toBe(true);
  expect(finish.exitCode, `${title}\n${saidIn(finish).join('\n')}\n${told}`).toBe(row.exit);
  if (row.says) expect(saidIn(finish).join('\n')).toContain(row.says);
  if (row.undefined) return expectKept(guest, before, finish);
  if (row.exit === 4) await expectAsBefore(guest, before);
  else await expectNothingLost(guest, before, finish.next);
  const same = JSON.stringify(await snapshotOf(host, guest)) === JSON.stringify(before);
  if (row.spoilt || !same) await shared.spoil();
}

type Snapshot = Awaited<ReturnType<typeof snapshotOf>>;

async function expectAsBefore(guest: Guest, before: Snapshot) {
  expect(await snapshotOf(host, guest)).toEqual(before);
  await expectWrites(host, guest);
}

/** The definition exists and names the image with every acknowledged write, and the guest can continue from it. */
async function expectNothingLost(guest: Guest, before: Snapshot, next: readonly string[]) {
  const definition = await host.virsh('dumpxml', '--inactive', '--security-info', guest.name);
  const source = readDomainXml(definition).disks[0]?.chain[0]?.file ?? '';
  const same = source === before.chain[0];
  // A definition that names another file no longer has the old file's chain, which would be wrong now.
  expect(same ? definition : withoutChain(definition.replace(source, before.chain[0] ?? ''))).toBe(
    same ? before.definition : withoutChain(before.definition),
  );
  const { autostart, snapshots, checkpoints } = await snapshotOf(host, guest);
  expect({ autostart, snapshots, checkpoints }).toMatchObject({
    autostart: before.autostart,
    snapshots: expect.arrayContaining([...before.snapshots]),
    checkpoints: before.checkpoints,
  });
  const running = (await guest.state()) === 'running';
  const upTo = await guest.acknowledged();
  await expectNextStart(host, guest.name, { upTo, wasKilled: !running });
  if (running) return;
  expect(next).toContain(virshCommand({ connect: host.uri }, 'start', guest.name));
  await guest.start();
  await guest.waitForWrites(2);
}

/** libvirt refuses the definition: the journal has it, complete, and the report says so. */
async function expectKept(
  guest: Guest,
  before: Snapshot,
  finish: { state: readonly string[]; next: readonly string[] },
) {
  expect(saidIn(finish).join('\n')).toContain('transient');
  const define = `${virshLine({ connect: host.uri }, 'define')} `;
  const kept =
    finish.next.find((command) => command.startsWith(define))?.slice(define.length) ?? '';
  await allowDefine();
  await host.virsh('define', kept);
  expect((await snapshotOf(host, guest)).definition).toBe(before.definition);
  await shared.spoil();
}

function withoutChain(definition: string): string {
  return definition.replace(/\s*<backingStore type[\s\S]*<\/backingStore>/, '');
}
