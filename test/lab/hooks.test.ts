/** Hooks of runs on real libvirt: they run around the steps, and a failing one leaves the guest alone. */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { JOURNAL_FILE } from '../../src/journal/journal.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { picture } from '../../src/lab/picture.ts';
import { MARKER_URI } from '../../src/model/marker.ts';
import { shellQuote } from '../../src/shell-quote.ts';
import { codes, expectEnd, expectWrites, planText, startCli, startRun } from './support.ts';

let host: LabHost;
let guest: Guest;
let runs = 0;
let log: string;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base', 'active'] }] });
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());
beforeEach(() => {
  log = join(host.dir, `hooks-${++runs}.log`);
});

/** Writes a script that logs its name, and returns the hook. */
async function hook(name: string, body = ''): Promise<{ command: string[]; timeout: string }> {
  const file = join(host.dir, `hook-${runs}-${name}`);
  await writeFile(file, `#!/bin/sh\necho ${name} >>${log}\n${body}\n`, { mode: 0o755 });
  return { command: [file], timeout: '30s' };
}

const logged = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);

/** Copies the disk and stays on the source. */
function plan(hooks: object): string {
  const dest = join(host.images, `hooked-${runs}.qcow2`);
  return planText(guest.name, [{ blockcopy: { disk: 'vda', dest, finish: true } }], { hooks });
}

test('hooks run before and after the steps, while the marker is on the domain', async () => {
  const words = ['virsh', '-c', host.uri, 'metadata', guest.name, '--uri', MARKER_URI, '--live'];
  const marker = `${shellQuote(words)} >>${log}.marker 2>&1`;
  const text = plan({
    before: [await hook('first', marker), await hook('second')],
    after: await hook('done'),
    'on-failure': await hook('failed'),
  });
  const ended = await (await startRun(host, { text })).ended;
  expect(expectEnd(ended, 0).end).toBe('succeeded');
  expect(logged()).toEqual(['first', 'second', 'done']);
  expect(readFileSync(`${log}.marker`, 'utf8')).toContain('run=');
  await expectWrites(host, guest);
});

test('a failing hook before the first step leaves the guest as it was', async () => {
  const before = await picture(host, guest.name);
  const text = plan({
    before: [await hook('bad', 'echo no room; exit 3'), await hook('never')],
    'on-failure': await hook('failed'),
  });
  const ended = await (await startRun(host, { text })).ended;
  expect(expectEnd(ended, 3).happened?.[0]).toMatch(/exited with status 3: no room$/);
  expect(logged()).toEqual(['bad', 'failed']);
  expect(await picture(host, guest.name), ended.told).toEqual(before);
  // Neither the lock nor the marker is left.
  const again = await (await startRun(host, { text: plan({}) })).ended;
  expectEnd(again, 0);
  await expectWrites(host, guest);
});

test('a missing program is a finding of preflight, and no hook runs', async () => {
  const missing = { command: [join(host.dir, 'no-such-hook')] };
  const text = plan({ before: [await hook('first')], after: missing });
  const ended = await (await startRun(host, { text })).ended;
  expect(ended.exitCode, ended.told).toBe(3);
  expect(codes(ended), ended.told).toEqual(['BP151']);
  expect(logged()).toEqual([]);
});

/** Runs the plan until a hook has begun, kills blockplan, and ends the hook, which outlives it. */
async function killedIn(text: string, name: string): Promise<void> {
  const running = await startRun(host, { text });
  const started = await running.event(
    (event) => event.event === 'hook-started' && event.command.endsWith(`-${name}`),
  );
  expect(started).toBeDefined();
  const { journal } = (await running.event(({ event }) => event === 'run-started')) as {
    readonly journal: string;
  };
  // Before its process is recorded, the hook counts as one of an unknown result.
  const isRecorded = () =>
    readFileSync(join(journal, JOURNAL_FILE), 'utf8').includes('"hook-process"');
  while (!logged().includes(name) || !isRecorded())
    await new Promise((resolve) => setTimeout(resolve, 50));
  running.child.kill('SIGKILL');
  await running.ended;
  // While the hook still runs, nothing continues the run.
  const early = await startCli(host, ['resume', '--format', 'json']).ended;
  expect([early.exitCode, codes(early)], early.told).toEqual([3, ['BP218']]);
  const pid = Number(/pid (\d+)/.exec(early.told)?.[1]);
  process.kill(-pid, 'SIGKILL');
  while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('a before hook that ran when blockplan was killed refuses the run', async () => {
  const before = await picture(host, guest.name);
  const text = plan({
    before: [await hook('first', 'exec sleep 600'), await hook('second')],
    'on-failure': await hook('failed'),
  });
  await killedIn(text, 'first');
  const ended = await startCli(host, ['resume', '--format', 'json']).ended;
  expect(expectEnd(ended, 3).happened?.join()).toContain('before hook 1');
  expect(ended.told).toContain('is unknown: blockplan was killed');
  expect(logged()).toEqual(['first', 'failed']);
  expect(await picture(host, guest.name), ended.told).toEqual(before);
  await expectWrites(host, guest);
});

test('an after hook that ran when blockplan was killed does not change the end, whatever it did', async () => {
  const words = ['virsh', '-c', host.uri, 'autostart', guest.name];
  const text = plan({
    after: [await hook('slow', `${shellQuote(words)}\nexec sleep 600`), await hook('done')],
  });
  await killedIn(text, 'slow');
  const ended = await startCli(host, ['resume', '--format', 'json']).ended;
  const finish = expectEnd(ended, 0);
  expect(finish.end).toBe('succeeded');
  expect(finish.happened?.join()).toContain('after hook 1');
  expect(logged()).toEqual(['slow', 'done']);
  await host.virsh('autostart', guest.name, '--disable');
  await expectWrites(host, guest);
});
