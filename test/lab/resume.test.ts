/** A run that is killed or interrupted on real libvirt, with the guest writing, and resumed by another process. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { readRunLog } from '../../src/journal/run-log.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { type Picture, picture } from '../../src/lab/picture.ts';
import {
  type CliOptions,
  codes,
  type Ended,
  expectEnd,
  expectWrites,
  planText,
  type Running,
  startCli,
  startRun,
  stateDir,
} from './support.ts';

let host: LabHost;
let guest: Guest;
let before: Picture;
let copies = 0;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    autostart: true,
    disks: [{ target: 'vda', chain: ['base', 'active'], fill: 8_000_000 }],
  });
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());
beforeEach(async () => {
  before = await picture(host, guest.name);
});

/** The classic way, with a copy that takes several seconds: the MiB per second, of the disk's 64 MiB. */
function plan(bandwidth: number): { text: string; dest: string } {
  const dest = join(host.images, `copy-${copies++}.qcow2`);
  const text = planText(guest.name, [
    { undefine: {} },
    { blockcopy: { disk: 'vda', dest, pivot: true, bandwidth } },
    { redefine: { disk: 'vda', source: dest } },
  ]);
  return { text, dest };
}

const progressing = (event: RunEvent) => event.event === 'progress' && event.current > 1_000_000;

/** Starts a run and waits until its copy has begun. */
async function copying(
  text: string,
  options: CliOptions = {},
): Promise<{ running: Running; run: string }> {
  const running = await startRun(host, { text }, options);
  const started = await running.event(({ event }) => event === 'run-started');
  await running.event(progressing);
  return { running, run: started.event === 'run-started' ? started.run : '' };
}

async function killed(text: string): Promise<string> {
  const { running, run } = await copying(text);
  running.child.kill('SIGKILL');
  await running.ended;
  return run;
}

const takeUp = (how: 'resume' | 'rollback', ...run: string[]) =>
  startCli(host, [how, ...run, '--format', 'json']).ended;

const commandsOf = (ended: Ended) =>
  ended.events.flatMap((event) => (event.event === 'command' ? [event.command] : []));

async function expectAsBefore(ended: Ended): Promise<void> {
  expect(await picture(host, guest.name), ended.told).toEqual(before);
  await expectWrites(host, guest);
}

test('a run killed in the middle of a copy is rolled back: all is as it was, and nothing is left', async () => {
  const { text } = plan(2);
  const run = await killed(text);
  const another = await (await startRun(host, { text })).ended;
  expect(codes(another), another.told).toEqual(['BP120']);
  expect(another.stderr).toContain(`blockplan rollback ${run}`);
  const ended = await takeUp('rollback');
  expect(expectEnd(ended, 0).end).toBe('rolled-back');
  await expectAsBefore(ended);
  const again = await takeUp('rollback', run);
  expect(codes(again), again.told).toEqual(['BP211']);
});

test('a run continues when libvirtd, killed in the middle of a copy, is back', async () => {
  const { text, dest } = plan(12);
  const { running } = await copying(text);
  await host.killDaemon();
  await host.startDaemon();
  const ended = await running.ended;
  expectEnd(ended, 0);
  expect(commandsOf(ended).filter((command) => command.includes('blockcopy'))).toHaveLength(1);
  await expectWrites(host, guest);
  expect((await picture(host, guest.name)).chains['vda']?.[0]).toBe(dest);
});

test('a run interrupted twice continues from there; an edit of its plan is reported and changes nothing', async () => {
  const { text } = plan(2);
  const { running, run } = await copying(text);
  running.child.kill('SIGINT');
  await running.event(({ event }) => event === 'rollback-started');
  running.child.kill('SIGINT');
  const left = await running.ended;
  if (left.exitCode === 4)
    throw new Error(`the rollback ended before the second signal: ${left.told}`);
  expect(left.exitCode, left.told).toBe(130);
  expect(left.events.at(-1)).toMatchObject({
    event: 'run-left',
    // The run alone has the definition.
    next: [`blockplan rollback ${run}`, `blockplan rescue ${run}`],
  });
  // Once its rollback has begun, no report offers to resume the plan.
  for (const argv of [['status'], ['show', run], ['doctor', guest.name, '-c', host.uri]]) {
    const { stdout } = await startCli(host, argv).ended;
    expect(stdout, argv[0]).toContain(`blockplan rollback ${run}`);
    expect(stdout, argv[0]).not.toContain(`blockplan resume ${run}`);
  }
  const file = join(stateDir(host), 'runs', run, 'plan.yaml');
  const source = await readFile(file, 'utf8');
  await writeFile(file, `${source}# edited\n`);
  const ended = await takeUp('resume', run.slice(0, -1));
  expect(ended.events).toContainEqual(
    expect.objectContaining({
      event: 'finding',
      finding: expect.objectContaining({ code: 'BP214', severity: 'warning' }),
    }),
  );
  expectEnd(ended, 4);
  await expectAsBefore(ended);
});

test('a run killed in the middle of a copy is resumed: it waits for the running copy, and makes no other', async () => {
  const { text, dest } = plan(12);
  const run = await killed(text);
  const ended = await takeUp('resume', run);
  expectEnd(ended, 0);
  expect(commandsOf(ended).filter((command) => command.includes('blockcopy'))).toEqual([]);
  expect(commandsOf(ended).filter((command) => command.includes('undefine'))).toEqual([]);
  await expectWrites(host, guest);
  const now = await picture(host, guest.name);
  expect(now.chains['vda']).toEqual([dest]);
  expect(now.autostart).toBe(before.autostart);
  expect(now.definition).toContain(dest);
});

test('a state directory without space refuses a run before it begins', async () => {
  const state = await host.tmpfs(256 * 1024);
  const ended = await (
    await startRun(host, { text: plan(12).text }, { env: { BLOCKPLAN_STATE_DIR: state } })
  ).ended;
  expect(ended.exitCode, ended.told).toBe(3);
  expect(codes(ended)).toEqual(['BP121']);
  expect(await picture(host, guest.name)).toEqual(before);
});

test('a state directory that fills up causes a rollback, which is recorded', async () => {
  const state = await host.tmpfs(4 * 1024 * 1024);
  const { running, run } = await copying(plan(12).text, { env: { BLOCKPLAN_STATE_DIR: state } });
  await writeFile(join(state, 'filler'), Buffer.alloc(4 * 1024 * 1024)).catch(
    (error: NodeJS.ErrnoException) => expect(error.code).toBe('ENOSPC'),
  );
  const ended = await running.ended;
  expectEnd(ended, 4);
  await expectAsBefore(ended);
  const { last, damage } = await readRunLog(join(state, 'runs', run));
  expect(damage).toBe('none');
  expect(last).toMatchObject({ type: 'run-finished', end: 'rolled-back' });
});
