/** When a wait for a block job ends: neither an event nor its absence is trusted alone, and the wait times out. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { equal, halfway, jobEvent, jobScene } from './job-scene.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('until it is ready', () => {
  test('ends at the event, once the live XML says so', async () => {
    const { wait, tell, end } = jobScene('ready', { job: equal, ready: true });
    wait();
    await tell(jobEvent('ready'));
    expect(end()).toBe('done');
  });

  test('trusts neither an event that the live XML contradicts, nor full progress', async () => {
    const { wait, tell, pass, end, answers } = jobScene('ready', { job: equal, ready: false });
    wait();
    await tell(jobEvent('ready'));
    await pass(5_000);
    expect(end()).toBeUndefined();
    answers.ready = true;
    await pass(500);
    expect(end()).toBe('done');
  });

  test('ends without an event, which may be lost, and reports progress until then', async () => {
    const { wait, pass, end, answers, progress } = jobScene('ready', {
      job: halfway,
      ready: false,
    });
    wait();
    await pass(1_000);
    expect([end(), progress[0]]).toEqual([undefined, halfway]);
    answers.job = equal;
    answers.ready = true;
    await pass(500);
    expect(end()).toBe('done');
  });

  test('does not end for a half-done job that the live XML reports as ready', async () => {
    const { wait, pass, end } = jobScene('ready', { job: halfway, ready: true });
    wait();
    await pass(5_000);
    expect(end()).toBeUndefined();
  });

  test("does not end at another disk's event, nor at one from before the job", async () => {
    const { watch, wait, tell, end, virsh } = jobScene('ready', { job: halfway, ready: true });
    await tell(jobEvent('ready'));
    watch.begin({ into: '/b' });
    wait();
    await tell(jobEvent('ready', 'vdb'), jobEvent('completed'));
    expect([end(), virsh.asked]).toEqual([undefined, []]);
  });

  test('fails when the job disappears, even without an event', async () => {
    const { wait, pass, end } = jobScene('ready', {});
    wait();
    await pass(200);
    const said = 'failed: the job on vda no longer exists: another process ended it, or it failed';
    await vi.waitFor(() => expect(end()).toBe(said));
  });

  test('fails as cancelled when the event arrives after a poll found no job', async () => {
    const { wait, tell, pass, end } = jobScene('ready', {});
    wait();
    await pass(200);
    await tell(jobEvent('canceled'));
    await pass(200);
    expect(end()).toBe('failed: the job on vda was cancelled by another process');
  });
});

describe('until it has ended', () => {
  test('ends at the event, once there is no job', async () => {
    const { wait, tell, pass, end, answers } = jobScene('ended', { job: equal });
    wait();
    await tell(jobEvent('completed'));
    expect(end()).toBeUndefined();
    delete answers.job;
    await pass(500);
    expect(end()).toBe('done');
  });

  test('does not end when the job is only ready', async () => {
    const { wait, tell, pass, end } = jobScene('ended', { job: equal, ready: true });
    wait();
    await tell(jobEvent('ready'));
    await pass(2_000);
    expect(end()).toBeUndefined();
  });
});

describe('fails', () => {
  test.each([
    ['failed', 'the job on vda failed'],
    ['canceled', 'the job on vda was cancelled by another process'],
  ])('when the event says %s and the job is gone', async (status, said) => {
    const { wait, tell, end } = jobScene('ready', {});
    wait();
    await tell(jobEvent(status));
    await vi.waitFor(() => expect(end()).toMatch(new RegExp(`^failed: ${said}`)));
  });

  test("with QEMU's own error, if one was received", async () => {
    const { wait, tell, end } = jobScene('ready', {});
    wait();
    await tell({ kind: 'job-error', disk: 'vda', reason: 'No space left' }, jobEvent('failed'));
    const said = 'failed: the job on vda failed: QEMU reports "No space left"';
    await vi.waitFor(() => expect(end()).toBe(said));
  });

  test('not at the late event of an earlier job', async () => {
    const { wait, tell, pass, end, answers } = jobScene('ready', { job: halfway });
    wait();
    await tell(jobEvent('failed'));
    await pass(1_000);
    expect(end()).toBeUndefined();
    answers.job = equal;
    answers.ready = true;
    await tell(jobEvent('ready'));
    expect(end()).toBe('done');
  });

  test('when the guest stops', async () => {
    const { wait, tell, end } = jobScene('ready', { job: halfway });
    wait();
    await tell({ kind: 'lifecycle', event: 'Stopped', detail: 'Crashed' });
    expect(end()).toBe('failed: the guest stopped (crashed), which ended the job on vda');
  });

  test('when the timeout expires, and not before', async () => {
    const { wait, pass, end } = jobScene('ready', { job: halfway }, 9_000);
    wait();
    await pass(8_900);
    expect(end()).toBeUndefined();
    await pass(1_000);
    expect(end()).toBe('failed: the job on vda timed out after 9 s');
  });

  test('when the guest stops, also if libvirt refuses a query before it reports that', async () => {
    const { wait, tell, pass, end } = jobScene('ready', {
      job: new Error('domain is not running'),
    });
    wait();
    await tell(jobEvent('failed'));
    await pass(50);
    await tell(jobEvent('canceled'));
    await pass(50);
    expect(end()).toBeUndefined();
    await tell({ kind: 'lifecycle', event: 'Stopped', detail: 'Destroyed' });
    expect(end()).toBe('failed: the guest stopped (destroyed), which ended the job on vda');
  });

  test.each([
    ['is off', 'domain is not running', 'shut off\n'],
    ['is gone', "failed to get domain 'testvm'", new Error("failed to get domain 'testvm'")],
  ])('as a stop whose event was missed, when the guest %s', async (_, said, state) => {
    const { wait, pass, end } = jobScene('ended', { job: new Error(said), state });
    wait();
    await pass(1_000);
    expect(end()).toBe(
      'failed: the guest stopped (while no event could be received), which ended the job on vda',
    );
  });
});

test('an abort ends the wait at once, with its own reason', async () => {
  const { wait, pass, abort, end } = jobScene('ready', { job: halfway });
  wait();
  await pass(10);
  abort.abort(new Error('Ctrl-C'));
  await pass(0);
  expect(end()).toBe('Error: Ctrl-C');
});

test('the end of the subscription wakes up the wait', async () => {
  const { wait, close, pass, virsh } = jobScene('ready', { job: halfway });
  wait();
  close();
  await pass(0);
  expect(virsh.asked.length).toBeLessThanOrEqual(1);
  await pass(500);
  expect(virsh.asked.length).toBeGreaterThan(0);
});

test('the watch unsubscribes when it ends', () => {
  const { watch, listeners } = jobScene('ready', {});
  expect(listeners.size).toBe(1);
  watch.end();
  expect(listeners.size).toBe(0);
});
