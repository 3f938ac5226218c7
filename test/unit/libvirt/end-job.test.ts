/** A job is ended only if its end will be reported; one that ends by itself need not be cancelled. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { endJob } from '../../../src/libvirt/end-job.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { scripted } from './scripted-virsh.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const RUNNING = ' type=Block Copy\n bandwidth=0\n cur=5\n end=10\n';
const refusal = new EffectFailed("virsh blockjob: Job 'x' in state 'concluded' cannot accept");

/** The abort or pivot of a job, with libvirt's answers to the query of the job and of the guest's state. */
async function ended(
  args: { readonly abort: true } | { readonly pivot: true },
  {
    job = '',
    state = 'running\n',
    send = () => Promise.reject(refusal as Error),
    ...more
  }: {
    readonly job?: string | Error | ((asked: number) => string);
    readonly state?: string;
    readonly send?: () => Promise<void>;
    readonly completes?: string;
  },
) {
  const virsh = scripted(([verb], asked) => {
    if (verb === 'domstate') return state;
    return typeof job === 'function' ? job(asked) : job;
  });
  const reportsOf = () => Promise.reject(new EffectFailed('no reports', { begun: false }));
  const end = endJob(
    {
      ...{ tool: 'virsh', verb: 'blockjob', why: 'w' },
      ...more,
      args: { domain: 'testvm', path: 'vda', ...args },
    },
    { io: localHost, virsh, domain: 'testvm', events: { reportsOf } },
    send,
  ).then(
    () => 'done',
    (error: Error) => error.message,
  );
  await vi.advanceTimersByTimeAsync(120_000);
  return end;
}

describe('a cancel that is refused', () => {
  test.each<[string, Parameters<typeof ended>[1]]>([
    ['the job no longer exists', {}],
    ['the job ends soon', { job: (asked) => (asked < 8 ? RUNNING : '') }],
    ['the guest has stopped', { job: new Error('domain is not running'), state: 'shut off\n' }],
  ])('is none if %s', async (_what, host) => {
    expect(await ended({ abort: true }, host)).toBe('done');
  });

  test.each<[string, Parameters<typeof ended>[1]]>([
    ['the job goes on', { job: RUNNING }],
    ['libvirt does not say', { job: new Error('cannot acquire state change lock') }],
  ])('is one if %s', async (_what, host) => {
    expect(await ended({ abort: true }, host)).toBe(refusal.message);
  });

  test('is not mistaken for a lost connection, nor for a pivot', async () => {
    const lost = () => Promise.reject(new Error('lost'));
    expect(await ended({ abort: true }, { send: lost })).toBe('lost');
    expect(await ended({ pivot: true }, {})).toBe(refusal.message);
  });
});

test('a job whose end would not be reported is not ended', async () => {
  const send = vi.fn(async () => {});
  expect(await ended({ abort: true }, { send, completes: '/backup/vda' })).toBe('no reports');
  expect(send).not.toHaveBeenCalled();
});
