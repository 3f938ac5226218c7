/** One phase: what it emits, and how it handles a lost connection. */
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { jobsDie } from '../../../src/simulate/host-faults.ts';
import { has, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { commands, is, lost, runWith, times } from '../../troubled-runs.ts';

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';

const notices = (events: readonly RunEvent[]) =>
  events.flatMap((each) => (each.event === 'notice' ? [each.message] : []));

test('a phase is announced with its summary, and its rollback with how it is undone', async () => {
  const runs = runWith(times('--pivot', 1, () => new EffectFailed('no')));
  await runs.whole(planned([MOVE]));
  const phases = runs.events.filter(({ event }) => event.startsWith('phase-'));
  expect(phases).toMatchObject(
    [
      { event: 'phase-started', phase: 'mirror', direction: 'do', summary: /copy vda/ },
      { event: 'phase-finished', phase: 'mirror', direction: 'do' },
      { event: 'phase-started', phase: 'pivot', direction: 'do', summary: /switch the guest to/ },
      { event: 'phase-failed', phase: 'pivot', direction: 'do', message: 'no' },
      { event: 'phase-started', phase: 'pivot', direction: 'undo', summary: /mirror back/ },
      { event: 'phase-finished', phase: 'pivot', direction: 'undo' },
      { event: 'phase-started', phase: 'mirror', direction: 'undo', summary: /cancel the copy/ },
      { event: 'phase-finished', phase: 'mirror', direction: 'undo' },
    ].map(({ summary, ...each }) =>
      summary ? { ...each, summary: expect.stringMatching(summary) } : each,
    ),
  );
  expect(runs.entries.filter(({ type }) => type.startsWith('phase-'))).toMatchObject([
    { type: 'phase-started', direction: 'do', step: 'blockcopy', phase: 'mirror', done: 0 },
    { type: 'phase-finished', direction: 'do', phase: 'mirror', result: 'DONE' },
    { type: 'phase-started', direction: 'do', phase: 'pivot', done: 0 },
    { type: 'phase-finished', direction: 'do', phase: 'pivot', result: 'FAILED', error: 'no' },
    { type: 'phase-started', direction: 'undo', phase: 'pivot' },
    { type: 'phase-finished', direction: 'undo', phase: 'pivot', result: 'DONE' },
    { type: 'phase-started', direction: 'undo', phase: 'mirror' },
    { type: 'phase-finished', direction: 'undo', phase: 'mirror', result: 'DONE' },
  ]);
  expect(JSON.stringify(runs.entries)).not.toContain('"stays"');
});

test('a phase that stays where it failed is recorded as such', async () => {
  const runs = runWith(times('--pivot', 1, () => new EffectFailed('no')));
  await runs.whole(planned([MOVE], 'stop'));
  const ends = runs.entries.filter(({ type }) => type === 'phase-finished');
  expect(ends).toMatchObject([{ result: 'DONE' }, { result: 'FAILED', stays: true }]);
  expect(ends[0]).not.toHaveProperty('stays');
});

test('a phase whose beginning cannot be recorded is not performed', async () => {
  const runs = new Runs(hostForPlans());
  runs.onAppend = (entry) => {
    if (entry.type === 'phase-started' && entry.phase === 'pivot' && entry.direction === 'do')
      throw new Error('ENOSPC');
  };
  expect(await runs.whole(planned([MOVE]))).toMatchObject({
    ...{ end: 'rolled-back', exitCode: 4 },
    happened: ['blockcopy/pivot failed: the journal cannot be written: ENOSPC'],
  });
  expect(commands(runs).filter(has('--pivot'))).toEqual([]);
});

test('no further effect of a phase is begun after an interruption', async () => {
  const runs = new Runs(hostForPlans(), [{ at: 0, fault: 'interrupted after' }]);
  expect(await runs.whole(planned([MOVE]))).toMatchObject({
    ...{ end: 'rolled-back', interrupted: true, happened: ['interrupted in blockcopy/mirror'] },
  });
  const begun = runs.entries.filter((entry) => entry.type === 'intent' && entry.direction === 'do');
  expect(begun).toHaveLength(1);
});

describe('a connection that is lost', () => {
  test('behind the last effect of a phase, and restored, repeats nothing', async () => {
    const runs = runWith((effect, { driver }) => {
      if (!is('--pivot')(effect)) return undefined;
      const { observe } = driver;
      driver.observe = async () => {
        driver.observe = observe;
        throw lost();
      };
      return undefined;
    });
    expect((await runs.whole(planned([MOVE]))).end).toBe('succeeded');
    expect(commands(runs).filter(has('--pivot'))).toHaveLength(1);
    expect(notices(runs.events)).toEqual(['libvirt is away. Reconnecting.']);
  });

  test.each([
    [1, 'succeeded'],
    [10, 'succeeded'],
    [11, 'rolled-back'],
  ] as const)('%i times in a phase, and restored each time: %s', async (often, end) => {
    const runs = runWith(times('# wait', often, lost));
    const finish = await runs.whole(planned([MOVE]));
    expect(finish.end).toBe(end);
    expect(notices(runs.events)).toEqual(Array(often).fill('libvirt is away. Reconnecting.'));
    if (end === 'rolled-back')
      expect(finish.happened?.[0]).toBe('blockcopy/mirror failed: libvirt is away.');
  });

  test.each([
    [3, 'rolled-back'],
    [4, 'uncertain'],
  ] as const)('%i times in a rollback, and restored each time: %s', async (often, end) => {
    const away = times('--abort', often, lost);
    const refused = times('--pivot', 1, () => new EffectFailed('no'));
    const runs = runWith((effect) => away(effect) ?? refused(effect));
    const finish = await runs.whole(planned([MOVE]));
    expect(finish.end).toBe(end);
    if (end === 'uncertain')
      expect(finish.happened?.[1]).toBe(
        'the rollback of blockcopy/mirror failed: libvirt is away.',
      );
  });

  test('in a rollback, and not restored, leaves the run where it is', async () => {
    const away = times('--abort', 1, lost);
    const refused = times('--pivot', 1, () => new EffectFailed('no'));
    const runs = runWith((effect) => away(effect) ?? refused(effect));
    runs.driver.reconnect = async () => false;
    expect(await runs.whole(planned([MOVE]))).toMatchObject({
      end: 'uncertain',
      happened: [
        'blockcopy/pivot failed: no',
        'the rollback of blockcopy/mirror failed: libvirt is away. Reconnecting timed out after 60 s.',
      ],
      state: [
        'the state of the domain is unknown',
        'it is also unknown whether a block job of "testvm" is still running',
      ],
    });
  });

  test('while the job fails does not let the phase continue from another state', async () => {
    const away = times('# wait', 1, lost);
    const runs = runWith((effect, { driver }) => {
      const error = away(effect);
      if (error) driver.host = jobsDie(driver.host);
      return error;
    });
    expect(await runs.whole(planned([MOVE]))).toMatchObject({
      end: 'rolled-back',
      happened: [
        'blockcopy/mirror failed: the connection to libvirt was lost, and the state found afterwards does not match this phase',
      ],
      state: ['everything is as it was before the run'],
    });
  });
});
