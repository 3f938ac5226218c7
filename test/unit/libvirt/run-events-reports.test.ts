/** Before a job is ended, it is proven that QEMU's report on its end will arrive. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JobEnds } from '../../../src/libvirt/complete-job.ts';
import { OWN, runEventsScene, SUBSCRIBED } from './run-events-scene.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A run that is marked, and the wait for the reports on its job. */
async function awaited(receives: readonly boolean[], isStarted = false) {
  const all = await runEventsScene(receives);
  await all.within(100, all.events.mark(all.virsh, OWN));
  if (isStarted) all.events.begin({ job: 'copy', disks: ['vda'] });
  const leave = new AbortController();
  return { ...all, leave, reports: all.events.reportsOf(all.virsh, 'vda', leave.signal) };
}

test('reports of a job that is ready already are proven by the answer to the registration', async () => {
  const { monitors, started, within, reports } = await awaited([true]);
  expect(await within(5_000, reports)).toBe('pending');
  monitors[0]?.log(SUBSCRIBED);
  expect(await within(10, reports)).toBeInstanceOf(JobEnds);
  expect([started.length, monitors.length]).toEqual([1, 1]);
});

test('reports of a started job are proven by the one that it is ready', async () => {
  const { monitors, within, reports } = await awaited([true], true);
  monitors[0]?.log(SUBSCRIBED);
  expect(await within(5_000, reports)).toBe('pending');
  const device = 'copy-vda-libvirt-2-format';
  monitors[0]?.print(`event BLOCK_JOB_READY for domain 'vm': {"device":"${device}"}`);
  expect(await within(10, reports)).toBeInstanceOf(JobEnds);
});

test.each(['is deaf', 'has ended'])(
  'reports are followed again if the process that prints them %s',
  async (how) => {
    const { monitors, within, reports } = await awaited([true, true], true);
    if (how === 'has ended') monitors[0]?.kill();
    expect(await within(how === 'has ended' ? 11_000 : 71_000, reports)).toBe('pending');
    expect(monitors).toHaveLength(2);
    monitors[1]?.log(SUBSCRIBED);
    expect(await within(10, reports)).toBeInstanceOf(JobEnds);
  },
);

test('reports that never come leave the job alone', async () => {
  const { monitors, within, reports } = await awaited([true, true, true, true, true]);
  const said = await within(10 * 60_000, reports);
  expect(said).toMatch(/^the job on vda was not ended: libvirt does not pass on how QEMU ends it/);
  await expect(reports).rejects.toMatchObject({ begun: false });
  expect(monitors).toHaveLength(5);
});

test('an abort ends the wait for reports', async () => {
  const { leave, within, reports } = await awaited([true]);
  expect(await within(5_000, reports)).toBe('pending');
  leave.abort(new Error('Ctrl-C'));
  expect(await within(10, reports)).toBe('Ctrl-C');
});
