/**
 * Backups that begin while the guest is frozen, on real libvirt with a guest that writes. Whether it was frozen is judged by its
 * writes and by the file system in the copy: ext4 needs no recovery where it was frozen. How long, the guest says itself.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { agentConnected } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { freezesIn, measureFreezes, stopAgent } from './frozen-guest.ts';
import {
  type Ended,
  expectEnd,
  expectNothingLeft,
  expectWrites,
  planText,
  type Running,
  runSteps,
  startCli,
  startRun,
  tool,
} from './support.ts';

const NAME = 'testvm';
/** After this many seconds the guard thaws; what is promised is at most as many more milliseconds. */
const THAW_AFTER = 20;
const SLACK_MS = 5_000;

let host: LabHost;
let guest: Guest;
let store: string;
let stores = 0;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    name: NAME,
    disks: [
      { target: 'vda', chain: ['base', 'top'] },
      { target: 'vdb', chain: ['data'], format: 'raw' },
    ],
  });
  await agentConnected(host, NAME);
  await measureFreezes(host, NAME);
});
afterAll(() => host.stop());

beforeEach(async () => {
  await agentConnected(host, NAME);
  await guest.waitForWrites(1);
  store = join(host.images, `store-${stores++}`);
  await mkdir(store, { mode: 0o711 });
});

const backup = (quiesce: string) => ({
  'backup-begin': { store, name: 'monday', quiesce, 'thaw-after': THAW_AFTER },
});
const manifest = async (): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(store, 'monday', 'manifest.json'), 'utf8'));
const sends =
  (command: string) =>
  (event: RunEvent): boolean =>
    event.event === 'command' && event.command.startsWith(command);
const notices = ({ events }: Ended) =>
  events.flatMap((event) => (event.event === 'notice' ? [event.message] : []));

/** Whether the file systems in the copies of both disks are as after a freeze: their journals are empty. */
async function isClean(): Promise<boolean[]> {
  const found: boolean[] = [];
  for (const disk of ['vda', 'vdb']) {
    const raw = join(host.images, 'judged.raw');
    await host.qemuImg('convert', '-O', 'raw', join(store, 'monday', `${disk}.qcow2`), raw);
    const features = await tool('dumpe2fs', '-h', raw);
    found.push(!features.includes('needs_recovery'));
    await rm(raw);
  }
  return found;
}

interface FrozenRun {
  readonly running: Running;
  readonly run: string;
  /** When blockplan was about to freeze the guest, as `performance.now`. */
  readonly since: number;
  /** Waits until the guest is thawed; how long it was frozen by its own clock, in milliseconds. */
  frozenMs(): Promise<number>;
}

/** Starts a run, and waits until the guest is frozen and the backup is being started. */
async function frozenRun(quiesce: string): Promise<FrozenRun> {
  const former = (await freezesIn(guest)).length;
  const running = await startRun(host, { text: planText(NAME, [backup(quiesce)]) });
  const started = await running.event(({ event }) => event === 'run-started');
  await running.event(sends('virsh domfsfreeze'));
  const since = performance.now();
  await running.event(sends('virsh backup-begin'));
  const frozenMs = async () => {
    await guest.waitForWrites(5);
    // A freeze that was shorter than two seconds is not printed.
    return Math.max(0, ...(await freezesIn(guest)).slice(former));
  };
  const run = started.event === 'run-started' ? started.run : '';
  return { running, run, since, frozenMs };
}

/** The longest time without a write while the work lasts, and what of it is longer than usual. */
async function longestPause(work: Promise<unknown>): Promise<number> {
  let [isOver, longest, last, since] = [false, 0, await guest.acknowledged(), performance.now()];
  void work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await delay(20);
    const now = await guest.acknowledged();
    longest = Math.max(longest, performance.now() - since);
    if (now !== last) [last, since] = [now, performance.now()];
  }
  return longest;
}

const LONG = { timeout: 600_000 };

test('without quiesce, the file systems in the copies need recovery', LONG, async () => {
  expectEnd(await runSteps(host, NAME, [backup('no')].map(withoutLimit)), 0);
  expect(await isClean()).toEqual([false, false]);
  expect((await manifest())['quiesced']).toBe(false);
});

function withoutLimit({ 'backup-begin': step }: ReturnType<typeof backup>) {
  const { 'thaw-after': _limit, ...rest } = step;
  return { 'backup-begin': rest };
}

test(
  'required: the copies are of frozen file systems, and the guest writes again',
  LONG,
  async () => {
    const running = runSteps(host, NAME, [backup('required')]);
    const pause = await longestPause(running);
    const ended = await running;
    expectEnd(ended, 0);
    console.log(
      `${notices(ended).join()} The longest time without a write: ${Math.round(pause)} ms.`,
    );
    expect(notices(ended).join()).toMatch(/The file systems were frozen for \d+\.\d s\./);
    expect(await isClean()).toEqual([true, true]);
    const { quiesced, 'not-quiesced': why } = await manifest();
    expect([quiesced, why]).toEqual([true, undefined]);
    await expectWrites(host, guest);
  },
);

test(
  'killed while the guest is frozen: it is thawed at once, and resume makes the backup',
  LONG,
  async () => {
    const { running, run, since, frozenMs } = await frozenRun('required');
    running.child.kill('SIGKILL');
    const killed = performance.now() - since;
    await running.ended;
    const frozen = await frozenMs();
    console.log(`Killed ${Math.round(killed)} ms after the freeze: frozen for ${frozen} ms.`);
    expect(frozen).toBeLessThan(killed + SLACK_MS);
    const ended = await startCli(host, ['resume', run, '--format', 'json']).ended;
    expect(expectEnd(ended, 0).end).toBe('succeeded');
    expect(await isClean()).toEqual([true, true]);
    expect((await manifest())['quiesced']).toBe(true);
    await expectWrites(host, guest);
  },
);

test(
  'blockplan hangs while the guest is frozen: thawed in time, and not called frozen',
  LONG,
  async () => {
    const { running, frozenMs } = await frozenRun('required');
    running.child.kill('SIGSTOP');
    const frozen = await frozenMs();
    running.child.kill('SIGCONT');
    console.log(`blockplan was stopped: frozen for ${frozen} ms.`);
    expect(frozen).toBeGreaterThan((THAW_AFTER * 1000) / 2);
    expect(frozen).toBeLessThan(THAW_AFTER * 1000 + SLACK_MS);
    const ended = await running.ended;
    expect(expectEnd(ended, 4).end).toBe('rolled-back');
    expect(ended.told).toContain('they were thawed before, because the time was over');
    expect(await readdir(store)).toEqual([]);
    await expectWrites(host, guest);
  },
);

test(
  'killed with libvirtd: thawed once libvirt answers, and nothing is left after a rollback',
  LONG,
  async () => {
    const { running, run, since, frozenMs } = await frozenRun('required');
    running.child.kill('SIGKILL');
    await host.killDaemon();
    await running.ended;
    // Longer than the guard has: it must not give up.
    await delay(THAW_AFTER * 1000);
    const off = performance.now() - since;
    await host.startDaemon();
    await agentConnected(host, NAME);
    const answering = performance.now() - since;
    const frozen = await frozenMs();
    console.log(
      `libvirt answered ${Math.round(answering)} ms after the freeze: frozen for ${frozen} ms.`,
    );
    expect(frozen).toBeGreaterThan(off - SLACK_MS);
    expect(frozen).toBeLessThan(answering + SLACK_MS);
    const ended = await startCli(host, ['rollback', run, '--format', 'json']).ended;
    expect(expectEnd(ended, 0).end).toBe('rolled-back');
    expect(await readdir(store)).toEqual([]);
    await expectWrites(host, guest);
  },
);

test('libvirtd is killed while the guest is frozen: rolled back, and thawed', LONG, async () => {
  const { running } = await frozenRun('required');
  await host.killDaemon();
  await host.startDaemon();
  const ended = await running.ended;
  expect([0, 4], ended.told).toContain(ended.exitCode);
  expect(await readdir(store), ended.told).toEqual(ended.exitCode === 0 ? ['monday'] : []);
  await expectWrites(host, guest);
});

test('a guest that another tool has frozen stays frozen', LONG, async () => {
  await host.virsh('domfsfreeze', NAME);
  const ended = await runSteps(host, NAME, [backup('required')]);
  expect(expectEnd(ended, 4).end).toBe('rolled-back');
  expect(ended.told).toContain('frozen state');
  const stuck = await guest.acknowledged();
  await delay(SLACK_MS);
  expect(await guest.acknowledged()).toBe(stuck);
  expect(await host.virsh('domfsthaw', NAME)).toContain('Thawed 2');
  expect(await readdir(store)).toEqual([]);
  await expectWrites(host, guest);
});

test(
  'an agent that does not answer: the report says that the guest may be frozen',
  LONG,
  async () => {
    const wake = await stopAgent(host, NAME);
    const ended = await runSteps(host, NAME, [backup('preferred')]);
    const last = expectEnd(ended, 5);
    expect(last.state.join('\n'), ended.told).toContain("the guest's file systems may be frozen");
    expect(last.next.join('\n')).toContain('domfsthaw');
    const { quiesced, 'not-quiesced': why } = await manifest();
    expect([quiesced, why]).toEqual([false, expect.stringMatching(/agent/)]);
    await wake();
    await guest.waitForWrites(2);
    const started = ended.events.find(({ event }) => event === 'run-started');
    const run = started?.event === 'run-started' ? started.run : '';
    const again = await startCli(host, ['resume', run, '--format', 'json']).ended;
    expect(expectEnd(again, 0).end).toBe('succeeded');
    await until('the thaw guard to end', 60_000, () =>
      expectNothingLeft(host, NAME).then(
        () => true,
        () => false,
      ),
    );
  },
);

test(
  'preferred without an agent: a backup that says why it is not of frozen file systems',
  LONG,
  async () => {
    const stop = {
      execute: 'guest-exec',
      arguments: { path: '/bin/busybox', arg: ['killall', 'qemu-ga'] },
    };
    await host.virsh('qemu-agent-command', NAME, JSON.stringify(stop)).catch(() => '');
    await until('the agent to be gone', 60_000, async () =>
      (await host.virsh('dumpxml', NAME)).includes("state='disconnected'"),
    );
    const refused = await runSteps(host, NAME, [backup('required')]);
    expect(refused.exitCode, refused.told).toBe(3);
    const ended = await runSteps(host, NAME, [backup('preferred')]);
    expectEnd(ended, 0);
    const { quiesced, 'not-quiesced': why } = await manifest();
    expect([quiesced, why]).toEqual([false, 'the guest agent is not connected']);
    expect(await isClean()).toEqual([false, false]);
  },
);
