/** `blockplan throttle` on a real copy: the limit that virsh reports, and the copy's pace. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { command } from '../../src/lab/command.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import {
  codes,
  expectEnd,
  expectWrites,
  planText,
  startCli,
  startRun,
  stateDir,
  writePlan,
} from './support.ts';
import { FILL, jobInfo, MIB, startThrottled } from './throttled-guest.ts';

let host: LabHost;
let guest: Guest;

beforeAll(async () => {
  host = await startHost();
  guest = await startThrottled(host);
});
afterAll(() => host.stop());

const throttle = (...words: string[]) => startCli(host, ['throttle', ...words]).ended;
const isProgress = ({ event }: RunEvent) => event === 'progress';

test('limits the job of an active run, raises the limit and removes it', async () => {
  const dest = join(host.images, 'copy.qcow2');
  const copy = { disk: 'vda', dest, finish: true, bandwidth: 2, 'buf-size': MIB };
  const running = await startRun(host, { text: planText('throttled', [{ blockcopy: copy }]) });
  await running.event(isProgress);
  const [run = ''] = readdirSync(join(stateDir(host), 'runs'));
  const journal = () => readFileSync(join(stateDir(host), 'runs', run, 'journal.jsonl'), 'utf8');
  expect(await jobInfo(host, 'bandwidth')).toBe(2 * MIB);
  const before = journal();

  // So slow that the job waits until the limit is changed again.
  const slow = await throttle(run, '64KiB');
  expect(slow.exitCode, slow.told).toBe(0);
  expect(slow.stdout).toBe('lab-plan on throttled: the job on vda is limited to 64 KiB/s\n');
  expect(await jobInfo(host, 'bandwidth')).toBe(64 * 1024);
  const at = Number(await jobInfo(host, 'cur'));
  await delay(2000);
  // QEMU may finish what it has begun; at 2 MiB/s this would be 4 MiB.
  expect(Number(await jobInfo(host, 'cur')) - at).toBeLessThan(2 * MIB);

  const decimal = await throttle('last', '1MB');
  expect(decimal.stdout).toContain('is limited to 977 KiB/s');
  expect(await jobInfo(host, 'bandwidth')).toBe(1_000_000);
  const plain = await throttle('last', '3');
  expect(plain.stdout).toContain('is limited to 3 MiB/s');
  expect(await jobInfo(host, 'bandwidth')).toBe(3 * MIB);
  expect(journal()).toBe(before);

  const free = await throttle(run, '0');
  expect(free.stdout).toContain('the job on vda has no speed limit');
  expectEnd(await running.ended, 0);
  await expectWrites(host, guest);
  const log = readFileSync(join(stateDir(host), 'runs', run, 'events.jsonl'), 'utf8');
  expect(log.match(/with blockplan throttle/g)).toHaveLength(4);

  const over = await throttle(run, '1M');
  expect([over.exitCode, ...codes(over)]).toEqual([3, 'BP211']);
  const report = JSON.parse(readFileSync(join(stateDir(host), 'runs', run, 'report.json'), 'utf8'));
  expect(report.standing.outcome).toBe('succeeded');
  expect(report.copiedBytes).toBeGreaterThanOrEqual(FILL);
});

test('is refused while qemu-img copies, and for a run that was killed', async () => {
  const source = join(host.images, 'quiet.qcow2');
  await host.qemuImg('create', '-q', '-f', 'qcow2', source, '32M');
  // qemu-img copies zeros at once, whatever its limit.
  await command('qemu-io', ['-f', 'qcow2', '-c', 'write -P 1 0 32M', source]);
  const convert = {
    source,
    dest: join(host.images, 'made.qcow2'),
    'source-format': 'qcow2',
    'rate-limit': MIB,
  };
  const text = planText('throttled', [{ convert }]);
  const running = await startRun(host, { text });
  await running.event(isProgress);
  const refused = await throttle('last', '1M');
  expect([refused.exitCode, ...codes(refused)], refused.told).toEqual([3, 'BP224']);
  expect(refused.stderr).toContain('rate-limit');
  running.child.kill('SIGKILL');
  await running.ended;
  const dead = await throttle('last', '1M');
  expect([dead.exitCode, ...codes(dead)], dead.told).toEqual([3, 'BP221']);
  expectEnd(await startCli(host, ['rollback', '--format', 'json']).ended, 0);
});

test('a detached run notifies when it ends, and writes its metrics', async () => {
  const sent = join(host.dir, 'sent.json');
  const metrics = join(host.dir, 'blockplan.prom');
  const notify = join(host.dir, 'notify.yaml');
  await writeFile(
    notify,
    `notify: blockplan/v1\ntargets:\n  - command: [/bin/sh, -c, 'cat > "$1.new" && mv "$1.new" "$1"', sh, ${sent}]\n`,
  );
  const dest = join(host.images, 'detached.qcow2');
  const plan = await writePlan(
    host,
    planText('throttled', [{ blockcopy: { disk: 'vda', dest, finish: true, bandwidth: 12 } }]),
  );
  const words = ['--detach', '--yes', '--notify', notify, '--metrics', metrics, '-c', host.uri];
  const begun = await startCli(host, ['run', plan, ...words]).ended;
  expect(begun.exitCode, begun.told).toBe(0);
  expectEnd(await startCli(host, ['attach', '--format', 'json']).ended, 0);
  // Both are written after the lock is released, when attach may have ended already.
  const isWritten = () => [sent, metrics].every(existsSync);
  for (let tries = 0; tries < 500 && !isWritten(); tries++) await delay(20);
  expect(JSON.parse(readFileSync(sent, 'utf8'))).toMatchObject({
    ...{ subject: 'SUCCEEDED: throttled, plan lab-plan', outcome: 'succeeded', exitCode: 0 },
  });
  expect(readFileSync(metrics, 'utf8')).toContain(
    'blockplan_last_run_outcome{domain="throttled",plan="lab-plan",outcome="succeeded"} 1\n',
  );
  await expectWrites(host, guest);
});
