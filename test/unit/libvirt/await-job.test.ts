/** When a wait for a block job ends: neither an event nor its absence is trusted alone, and the wait times out. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AwaitJobEffect, Progress } from '../../../src/commands/effect.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { JobWatch } from '../../../src/libvirt/await-job.ts';
import type { DomainEvent } from '../../../src/libvirt/event-text.ts';
import type { DomainEvents } from '../../../src/libvirt/events.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { scripted } from './scripted-virsh.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Until = AwaitJobEffect['until'];

/** What libvirt answers: the job's progress, no job, or an error; and whether the mirror is ready. */
interface Answers {
  job?: Progress | Error;
  ready?: boolean;
  xml?: Error;
}

function liveXml(ready: boolean): string {
  return `<domain type='kvm' id='1'><name>testvm</name><uuid>u</uuid><devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a'/>
      <mirror type='file' job='copy'${ready ? " ready='yes'" : ''}><source file='/b'/></mirror>
      <target dev='vda'/></disk>
  </devices></domain>`;
}

/** A watch on scripted events and answers, and a wait whose end can be inspected. */
function scene(until: Until, answers: Answers, timeoutMs = 60_000) {
  const listeners = new Set<(event: DomainEvent) => void>();
  let close: () => void = () => {};
  const closed = new Promise<never>((resolve) => {
    close = resolve as () => void;
  });
  const events = {
    on: (listener: (event: DomainEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    closed,
  } as unknown as DomainEvents;
  const virsh = scripted(([verb]) => {
    if (verb === 'dumpxml') return answers.xml ?? liveXml(answers.ready === true);
    const { job } = answers;
    if (job instanceof Error) return job;
    return job ? ` type=Block Copy\n bandwidth=0\n cur=${job.current}\n end=${job.total}\n` : '';
  });
  const watch = new JobWatch(events);
  const progress: Progress[] = [];
  const abort = new AbortController();
  const effect: AwaitJobEffect = { tool: 'await-job', disk: 'vda', until, why: 'w', timeoutMs };
  let end: string | undefined;
  const wait = () => {
    watch
      .until({
        io: localHost,
        ...{ virsh, events, domain: 'testvm', effect, signal: abort.signal },
        onProgress: (each) => progress.push(each),
      })
      .then(
        () => {
          end = 'done';
        },
        (error: Error) => {
          end = `${error instanceof EffectFailed ? 'failed' : error.name}: ${error.message}`;
        },
      );
  };
  return {
    ...{ virsh, watch, progress, abort, answers, wait, close, listeners },
    /** Emits events, without time passing. */
    tell: async (...told: object[]) => {
      for (const event of told)
        for (const listener of listeners) listener({ time: 0, ...event } as DomainEvent);
      await vi.advanceTimersByTimeAsync(0);
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    end: () => end,
  };
}

const jobEvent = (status: string, disk = 'vda') => ({
  ...{ kind: 'block-job', disk, type: 'copy', status },
});
const halfway = { current: 5, total: 10 };
const equal = { current: 10, total: 10 };

describe('until it is ready', () => {
  test('ends at the event, once the live XML says so', async () => {
    const { wait, tell, end } = scene('ready', { job: equal, ready: true });
    wait();
    await tell(jobEvent('ready'));
    expect(end()).toBe('done');
  });

  test('trusts neither an event that the live XML contradicts, nor full progress', async () => {
    const { wait, tell, pass, end, answers } = scene('ready', { job: equal, ready: false });
    wait();
    await tell(jobEvent('ready'));
    await pass(5_000);
    expect(end()).toBeUndefined();
    answers.ready = true;
    await pass(500);
    expect(end()).toBe('done');
  });

  test('ends without an event, which may be lost, and reports progress until then', async () => {
    const { wait, pass, end, answers, progress } = scene('ready', { job: halfway, ready: false });
    wait();
    await pass(1_000);
    expect([end(), progress[0]]).toEqual([undefined, halfway]);
    answers.job = equal;
    answers.ready = true;
    await pass(500);
    expect(end()).toBe('done');
  });

  test('does not end for a half-done job that the live XML reports as ready', async () => {
    const { wait, pass, end } = scene('ready', { job: halfway, ready: true });
    wait();
    await pass(5_000);
    expect(end()).toBeUndefined();
  });

  test("does not end at another disk's event, nor at one from before the job", async () => {
    const { watch, wait, tell, end, virsh } = scene('ready', { job: halfway, ready: true });
    await tell(jobEvent('ready'));
    watch.begin({ into: '/b' });
    wait();
    await tell(jobEvent('ready', 'vdb'), jobEvent('completed'));
    expect([end(), virsh.asked]).toEqual([undefined, []]);
  });

  test('fails when the job disappears, even without an event', async () => {
    const { wait, pass, end } = scene('ready', {});
    wait();
    await pass(200);
    const said = 'failed: the job on vda no longer exists: another process ended it, or it failed';
    await vi.waitFor(() => expect(end()).toBe(said));
  });

  test('fails as cancelled when the event arrives after a poll found no job', async () => {
    const { wait, tell, pass, end } = scene('ready', {});
    wait();
    await pass(200);
    await tell(jobEvent('canceled'));
    await pass(200);
    expect(end()).toBe('failed: the job on vda was cancelled by another process');
  });
});

describe('until it has ended', () => {
  test('ends at the event, once there is no job', async () => {
    const { wait, tell, pass, end, answers } = scene('ended', { job: equal });
    wait();
    await tell(jobEvent('completed'));
    expect(end()).toBeUndefined();
    delete answers.job;
    await pass(500);
    expect(end()).toBe('done');
  });

  test('does not end when the job is only ready', async () => {
    const { wait, tell, pass, end } = scene('ended', { job: equal, ready: true });
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
    const { wait, tell, end } = scene('ready', {});
    wait();
    await tell(jobEvent(status));
    await vi.waitFor(() => expect(end()).toMatch(new RegExp(`^failed: ${said}`)));
  });

  test("with QEMU's own error, if one was received", async () => {
    const { wait, tell, end } = scene('ready', {});
    wait();
    await tell({ kind: 'job-error', disk: 'vda', reason: 'No space left' }, jobEvent('failed'));
    const said = 'failed: the job on vda failed: QEMU reports "No space left"';
    await vi.waitFor(() => expect(end()).toBe(said));
  });

  test('not at the late event of an earlier job', async () => {
    const { wait, tell, pass, end, answers } = scene('ready', { job: halfway });
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
    const { wait, tell, end } = scene('ready', { job: halfway });
    wait();
    await tell({ kind: 'lifecycle', event: 'Stopped', detail: 'Crashed' });
    expect(end()).toBe('failed: the guest stopped (crashed), which ended the job on vda');
  });

  test('when the timeout expires, and not before', async () => {
    const { wait, pass, end } = scene('ready', { job: halfway }, 9_000);
    wait();
    await pass(8_900);
    expect(end()).toBeUndefined();
    await pass(1_000);
    expect(end()).toBe('failed: the job on vda timed out after 9 s');
  });

  test('when libvirt refuses a query', async () => {
    const { wait, pass, end } = scene('ready', { job: new Error('no such domain') });
    wait();
    await pass(400);
    expect(end()).toBe('failed: the job on vda cannot be queried: no such domain');
    const other = scene('ready', { job: equal, xml: new Error('no XML') });
    other.wait();
    await other.pass(400);
    expect(other.end()).toBe('failed: the domain cannot be read: no XML');
  });

  test('when the guest stops, also if libvirt refuses a query before it reports that', async () => {
    const { wait, tell, pass, end } = scene('ready', { job: new Error('domain is not running') });
    wait();
    await tell(jobEvent('failed'));
    await pass(50);
    await tell(jobEvent('canceled'));
    await pass(50);
    expect(end()).toBeUndefined();
    await tell({ kind: 'lifecycle', event: 'Stopped', detail: 'Destroyed' });
    expect(end()).toBe('failed: the guest stopped (destroyed), which ended the job on vda');
  });
});

test('an abort ends the wait at once, with its own reason', async () => {
  const { wait, pass, abort, end } = scene('ready', { job: halfway });
  wait();
  await pass(10);
  abort.abort(new Error('Ctrl-C'));
  await pass(0);
  expect(end()).toBe('Error: Ctrl-C');
});

test('the end of the subscription wakes up the wait', async () => {
  const { wait, close, pass, virsh } = scene('ready', { job: halfway });
  wait();
  close();
  await pass(0);
  expect(virsh.asked.length).toBeLessThanOrEqual(1);
  await pass(500);
  expect(virsh.asked.length).toBeGreaterThan(0);
});

test('the watch unsubscribes when it ends', () => {
  const { watch, listeners } = scene('ready', {});
  expect(listeners.size).toBe(1);
  watch.end();
  expect(listeners.size).toBe(0);
});
