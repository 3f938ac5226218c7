/**
 * A long copy whose blockplan dies in the middle: resume continues the job that QEMU has kept running, and makes no second
 * copy. It stands for an hour's job, with the copy limited to a few MiB a second. The kernel counts what QEMU writes.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { expectEnd, expectWrites, planText, startCli, startRun, stateDir } from '../lab/support.ts';
import { FILL, jobInfo, MIB, startThrottled } from '../lab/throttled-guest.ts';

let host: LabHost;
let guest: Guest;

beforeAll(async () => {
  host = await startHost();
  guest = await startThrottled(host);
});
afterAll(() => host.stop());

test('resume continues the job, and nothing is copied twice', async () => {
  const dest = join(host.images, 'copy.qcow2');
  const copy = { disk: 'vda', dest, pivot: true, bandwidth: 6, 'buf-size': MIB };
  const wrote = await bytesWritten();
  const progress = watchJob();
  const running = await startRun(host, { text: planText('throttled', [{ blockcopy: copy }]) });
  await running.event((told) => told.event === 'progress' && told.current > FILL / 2);
  running.child.kill('SIGKILL');
  await running.ended;
  const [run = ''] = await readdir(join(stateDir(host), 'runs'));
  expectEnd(await startCli(host, ['resume', run, '--format', 'json']).ended, 0);
  const seen = await progress.stop();
  expect(await liveChain(host, 'throttled', 'vda')).toEqual([dest]);
  // One job from start to end: its progress never went back.
  expect(seen.length).toBeGreaterThan(5);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  // A second copy would have begun when more than half of the first was done. The guest's own writes go to both files.
  const written = (await bytesWritten()) - wrote;
  process.stdout.write(`throttled: ${Math.round(written / MIB)} MiB written for ${FILL / MIB}\n`);
  expect(written).toBeGreaterThan(FILL);
  expect(written).toBeLessThan(FILL * 1.5);
  await expectWrites(host, guest);
});

/** The bytes that the guest's QEMU has passed to the kernel to write (proc(5), wchar). */
async function bytesWritten(): Promise<number> {
  const io = await readFile(`/proc/${await guest.qemuPid()}/io`, 'utf8');
  return Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
}

/** Records the job's progress again and again, until it is stopped. */
function watchJob(): { stop(): Promise<readonly number[]> } {
  const seen: number[] = [];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const current = await jobInfo(host, 'cur');
      if (current !== undefined) seen.push(current);
      await delay(100);
    }
  })();
  return {
    async stop() {
      over.abort();
      await watching;
      return seen;
    },
  };
}
