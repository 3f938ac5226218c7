/** A guest that was moved, stopped, and started again from its former file: what it wrote to the new one is kept. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { expectEnd, planText, startCli, startRun } from './support.ts';

let host: LabHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

interface Scene {
  readonly guest: Guest;
  /** Its definition before the run. */
  readonly definition: string;
  readonly old: string;
  readonly dest: string;
}

async function scene(): Promise<Scene> {
  const guest = await host.createGuest({
    disks: [{ target: 'vda', chain: ['base'], fill: 8_000_000 }],
  });
  await guest.waitForWrites(1);
  const definition = await host.virsh('dumpxml', guest.name, '--inactive', '--security-info');
  const [old = ''] = await liveChain(host, guest.name, 'vda');
  return { guest, definition, old, dest: join(host.images, `${guest.name}-copy.qcow2`) };
}

const copy = (id: string, dest: string, bandwidth?: number) => ({
  id,
  blockcopy: { disk: 'vda', dest, pivot: true, ...(bandwidth ? { bandwidth } : {}) },
});

const defined = (source: string) => ({ redefine: { disk: 'vda', source } });

/** Starts a run, and kills it once the copy of that step has begun. */
async function killedIn(guest: Guest, step: string, steps: Parameters<typeof planText>[1]) {
  const running = await startRun(host, { text: planText(guest.name, steps) });
  const started = await running.event(({ event }) => event === 'run-started');
  await running.event(
    (event) => event.event === 'progress' && event.step === step && event.current > 1_000_000,
  );
  running.child.kill('SIGKILL');
  await running.ended;
  return started.event === 'run-started' ? started.run : '';
}

/** Rolls back twice: each attempt is refused, and changes nothing. */
async function expectRefused(run: string, says: string): Promise<void> {
  for (const _attempt of [1, 2]) {
    const ended = await startCli(host, ['rollback', run, '--format', 'json']).ended;
    expect(saidIn(expectEnd(ended, 5)).join('\n')).toContain(says);
  }
}

test('after a pivot: neither the copy nor the former file is changed', async () => {
  const { guest, definition, old, dest } = await scene();
  const next = join(host.images, `${guest.name}-next.qcow2`);
  const steps = [{ undefine: {} }, copy('first', dest), copy('second', next, 2), defined(next)];
  const run = await killedIn(guest, 'second', steps);
  expect((await liveChain(host, guest.name, 'vda'))[0]).toBe(dest);
  const onCopy = await guest.waitForWrites(3);
  await host.virsh('destroy', guest.name);
  const file = join(host.dir, 'former.xml');
  await writeFile(file, definition);
  await host.virsh('define', file);
  await guest.start();
  await delay(5_000);
  await expectRefused(
    run,
    `vda: "${guest.name}" wrote to ${dest} before it was stopped, and now runs on ${old}`,
  );
  expect(await liveChain(host, guest.name, 'vda')).toEqual([old]);
  await guest.destroy();
  await guest.verifyLog(dest, onCopy);
});

test('after a pivot by hand: the copy is kept, and the definition is not called certain', async () => {
  const { guest, dest } = await scene();
  const steps = [{ undefine: {} }, copy('copy', dest, 8), defined(dest)];
  const run = await killedIn(guest, 'copy', steps);
  await expect
    .poll(() => host.virsh('dumpxml', guest.name), { timeout: 60_000, interval: 500 })
    .toContain("ready='yes'");
  await host.virsh('blockjob', guest.name, 'vda', '--pivot');
  // Longer than between two reports of progress.
  await delay(16_000);
  const onCopy = await guest.waitForWrites(3);
  await host.virsh('destroy', guest.name);
  await expectRefused(run, 'it is unknown where the guest last wrote');
  await guest.verifyLog(dest, onCopy);
});
