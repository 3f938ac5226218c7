/** The hooks before the first step: what comes between them and the run, and what their log shows. */
import { describe, expect, test } from 'vitest';
import { withHostState } from '../../../src/host/simulated-host.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { withLoggedHooks } from '../../../src/run/hooks.ts';
import type { StartedHook } from '../../../src/run/run-state.ts';
import { runStateIn } from '../../answered.ts';
import { hookRecord as at, everywhere, hooked, Scripts, twice } from '../../hooked-runs.ts';
import { ended, logOf } from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans } from '../../plans.ts';
import { lost } from '../../troubled-runs.ts';

const stop = new Error('interrupted by SIGINT');
const FULL = { '/new': { writable: true, free: 0 } };

describe('an interruption', () => {
  test('before the first hook starts none, and the run is rolled back', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    runs.interrupt.abort(stop);
    const finish = await runs.whole(everywhere(scripts));
    expect(finish).toMatchObject({
      ...{ end: 'rolled-back', exitCode: 4, interrupted: true },
      happened: ['interrupted in blockcopy/mirror'],
    });
    expect(runs.entries.filter(({ type }) => type === 'hook-started')).toMatchObject([
      { point: 'on-failure', number: 1 },
      { point: 'on-failure', number: 2 },
    ]);
    expect(scripts.names).toEqual(['failed', 'failed-2']);
  });

  test('that comes when a hook has passed is all that is reported', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    runs.onAppend = ({ type }) => {
      if (type === 'hook-finished' && !runs.interrupt.signal.aborted) runs.interrupt.abort(stop);
    };
    const finish = await runs.whole(everywhere(scripts));
    expect(finish.happened).toEqual(['interrupted in blockcopy/mirror']);
    expect(scripts.names).toEqual(['first', 'failed', 'failed-2']);
  });
});

describe('after the hooks', () => {
  /** Every observation throws it once the second hook has passed. */
  const observing = (error: Error) => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (!at('hook-finished', 'before', 2)(entry)) return;
      runs.driver.observe = async () => {
        throw error;
      };
    };
    return runs;
  };

  test('a run whose guest cannot be observed is refused', async () => {
    const scripts = new Scripts();
    const runs = observing(lost());
    const finish = await runs.whole(everywhere(scripts));
    expect(finish).toMatchObject({
      ...{ end: 'preflight-refused', exitCode: 3, happened: ['libvirt is away.'] },
    });
    expect([runs.driver.asked, runs.driver.marked]).toEqual([[], false]);
  });

  test('the first step is checked again: the destination may be full by now', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (at('hook-finished', 'before', 2)(entry))
        runs.befalls((host) => withHostState(host, { ...host.state, folders: FULL }));
    };
    const finish = await runs.whole(everywhere(scripts));
    expect(finish).toMatchObject({
      ...{ end: 'rolled-back', exitCode: 4 },
      happened: [expect.stringMatching(/^blockcopy\/mirror failed: .*\/new/)],
    });
    expect(runs.driver.asked).toEqual([]);
  });

  test('a bug is not taken for a lost connection', async () => {
    const runs = observing(new TypeError('a bug'));
    await expect(runs.whole(everywhere(new Scripts()))).rejects.toThrow('a bug');
  });
});

test('the start of each hook is on disk before its program runs', async () => {
  const runs = new Runs(hostForPlans());
  const synced: boolean[] = [];
  runs.onAppend = ({ type }, sync) => {
    if (type === 'hook-started') synced.push(sync);
  };
  await runs.whole(everywhere(new Scripts()));
  expect(synced).toEqual([true, true, true, true]);
});

test('a hook that was repeated has its last result, and is not run a third time', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  await runs.killed(twice(scripts, true), at('hook-started', 'before', 1));
  await runs.again('resume', at('hook-started', 'before', 2));
  const { finish } = await runs.again('resume');
  expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
  expect(finish).not.toHaveProperty('happened');
  expect(scripts.names).toEqual(['b-1', 'b-2', 'a-1', 'a-2']);
});

test('a log with an end keeps the hooks before the first step, and drops those of a former end', () => {
  const passed = (point: StartedHook['point']): StartedHook => ({
    ...{ point, number: 1, result: { output: [] } },
  });
  const run = runStateIn(hostForPlans(), hooked({}));
  run.startedHooks = [passed('before'), passed('on-failure')];
  const log = logOf([{ ...ended('rolled-back'), type: 'run-judged' } as JournalEntry]);
  expect(withLoggedHooks(run, log).startedHooks).toEqual([passed('before')]);
  expect(withLoggedHooks(run, logOf([])).startedHooks).toEqual(run.startedHooks);
});
