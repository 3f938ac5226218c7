/** A wait for a block job goes on while libvirt refuses to report on the job, but not without end. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SILENT_MS } from '../../../src/libvirt/silence.ts';
import { equal, halfway, jobEvent, jobScene } from './job-scene.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const held = new Error('cannot acquire state change lock (held by agent=remoteDispatch)');
const HOUR = 3_600_000;

describe('while another command holds the domain', () => {
  test.each(['ready', 'ended'] as const)('the wait goes on, until it is %s', async (until) => {
    const { wait, pass, end, answers } = jobScene(until, { job: held, ready: true }, HOUR);
    wait();
    await pass(SILENT_MS - 10_000);
    expect(end()).toBeUndefined();
    if (until === 'ready') answers.job = equal;
    else delete answers.job;
    await pass(1_000);
    expect(end()).toBe('done');
  });

  test('also if only the live XML is refused', async () => {
    const { wait, tell, pass, end, answers } = jobScene('ready', { job: halfway, xml: held }, HOUR);
    wait();
    await tell(jobEvent('ready'));
    await pass(60_000);
    expect(end()).toBeUndefined();
    delete answers.xml;
    answers.ready = true;
    // The guest writes: the progress is never complete, so only the event can end the wait.
    await pass(1_000);
    expect(end()).toBe('done');
  });

  test('what an event has reported of the end is not forgotten', async () => {
    const { wait, tell, pass, end, answers } = jobScene('ready', { job: held });
    wait();
    await tell(jobEvent('canceled'));
    await pass(2_000);
    expect(end()).toBeUndefined();
    delete answers.job;
    await pass(1_000);
    expect(end()).toBe('failed: the job on vda was cancelled by another process');
  });

  test.each([
    ['the job on vda', { job: held }],
    ['the domain', { job: equal, xml: held }],
  ] as const)('%s that cannot be read for too long ends it', async (what, answers) => {
    const { wait, pass, end } = jobScene('ready', answers, HOUR);
    wait();
    await pass(SILENT_MS - 1_000);
    expect(end()).toBeUndefined();
    await pass(2_000);
    expect(end()).toBe(`failed: ${what} could not be read for 10 min: ${held.message}`);
  });

  test('each answer begins the silence anew', async () => {
    const { wait, pass, end, answers } = jobScene('ready', { job: held }, HOUR);
    wait();
    for (let round = 0; round < 3; round++) {
      answers.job = held;
      await pass(SILENT_MS - 10_000);
      answers.job = halfway;
      await pass(1_000);
    }
    expect(end()).toBeUndefined();
  });

  test('the timeout of the effect and an abort end it', async () => {
    const { wait, pass, end } = jobScene('ready', { job: held }, 9_000);
    wait();
    await pass(10_000);
    expect(end()).toBe('failed: the job on vda timed out after 9 s');
    const other = jobScene('ready', { job: held });
    other.wait();
    await other.pass(1_000);
    other.abort.abort(new Error('Ctrl-C'));
    await other.pass(500);
    expect(other.end()).toBe('Error: Ctrl-C');
  });

  test('queries wait longer than the 30 s after which libvirt refuses them', async () => {
    const { wait, pass, limits } = jobScene('ready', { job: equal });
    wait();
    await pass(1_000);
    for (const verb of ['blockjob', 'dumpxml']) expect(limits.get(verb)).toBeGreaterThan(45_000);
  });
});
