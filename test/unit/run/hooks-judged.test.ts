/** Runs that were killed in the hooks of their end: the end was judged and recorded before. */
import { describe, expect, test } from 'vitest';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { hookRecord as at, hooked, Scripts, twice } from '../../hooked-runs.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans } from '../../plans.ts';

const refusing = () => new Runs(hostForPlans(), [{ at: 1, fault: 'refused' }]);

describe('an end that was judged is not judged again after a kill in its hooks', () => {
  const updates = {
    'shut off': (runs: Runs) =>
      runs.befalls((host) => updateDomain(host, { state: 'shut off', disks: [] })),
    'with a new snapshot': (runs: Runs) =>
      runs.befalls((host) => updateDomain(host, { snapshots: ['another'] })),
  };

  test.each(Object.entries(updates))('with a guest that is %s', async (_how, change) => {
    for (const [runs, point, how] of [
      [new Runs(hostForPlans()), 'after', 'resume'],
      [refusing(), 'on-failure', 'resume'],
      [refusing(), 'on-failure', 'rollback'],
    ] as const) {
      const scripts = new Scripts();
      await runs.killed(twice(scripts, false), at('hook-started', point, 1));
      const judged = runs.entries.find(({ type }) => type === 'run-judged');
      change(runs);
      const { observe } = runs.driver;
      runs.driver.observe = async () => {
        throw new Error('the guest must not be observed');
      };
      const { finish, commands } = await runs.again(how);
      runs.driver.observe = observe;
      const {
        type: _type,
        happened = [],
        ...end
      } = judged as Extract<JournalEntry, { type: 'run-judged' }>;
      expect(finish).toMatchObject(end);
      expect(finish?.happened).toEqual([
        ...happened,
        expect.stringMatching(`^the result of the ${point} hook 1 .* is unknown`),
      ]);
      expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', ...end });
      expect([commands, runs.driver.marked]).toEqual([[], false]);
    }
  });

  test('not even once it is killed again', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    await runs.killed(twice(scripts, false), at('hook-started', 'after', 1));
    updates['shut off'](runs);
    await runs.again('resume', at('hook-finished', 'after', 2));
    const { finish } = await runs.again('resume');
    expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
    expect(scripts.names).toEqual(['b-1', 'b-2', 'a-2']);
  });

  test('unless the run can be resumed: then it is tried again, and the next end has its hooks', async () => {
    const scripts = new Scripts();
    const runs = refusing();
    const hook = (name: string) => ({ command: [scripts.write(name)] });
    const plan = hooked({ 'on-failure': [hook('f-1'), hook('f-2')] }, 'stop');
    await runs.killed(plan, at('hook-finished', 'on-failure', 1));
    const { finish } = await runs.again('rollback', at('hook-finished', 'on-failure', 1));
    expect(finish).toBeUndefined();
    expect(await runs.again('rollback')).toMatchObject({ finish: { end: 'rolled-back' } });
    expect(scripts.ran.map(({ name, input }) => `${name} ${input['outcome']}`)).toEqual([
      ...['f-1 stranded', 'f-1 rolled-back', 'f-2 rolled-back'],
    ]);
  });

  test('but is judged again if its rollback did not begin: the marker is back and is removed', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    await runs.killed(twice(scripts, false), at('hook-started', 'after', 1));
    await runs.again('rollback', ({ type }) => type === 'run-resumed');
    expect(runs.driver.marked).toBe(true);
    const { finish } = await runs.again('resume');
    expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
    expect(runs.driver.marked).toBe(false);
    // The first one is in doubt, and is not run again.
    expect(scripts.names).toEqual(['b-1', 'b-2', 'a-2']);
  });

  test('and each end has its hooks, however often the run is killed between two ends', async () => {
    const scripts = new Scripts();
    const runs = refusing();
    const plan = hooked({ 'on-failure': [{ command: [scripts.write('f-1')] }] }, 'stop');
    await runs.killed(plan, at('hook-finished', 'on-failure', 1));
    await runs.again('rollback', ({ type }) => type === 'phase-started');
    expect(await runs.again('rollback')).toMatchObject({ finish: { end: 'rolled-back' } });
    expect(scripts.ran.map(({ name, input }) => `${name} ${input['outcome']}`)).toEqual([
      ...['f-1 stranded', 'f-1 rolled-back'],
    ]);
  });

  test('and no hook is run twice if the end could not be recorded before it', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    runs.onAppend = ({ type }) => {
      if (type === 'run-judged') throw new Error('the disk is full');
    };
    await runs.killed(twice(scripts, false), at('hook-finished', 'after', 1));
    runs.onAppend = () => {};
    await runs.again('resume', at('hook-started', 'after', 2));
    await runs.again('resume');
    expect(scripts.names.filter((name) => name === 'a-1')).toHaveLength(1);
  });

  test('nor is a rollback that began after it undone by a resume', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    await runs.killed(twice(scripts, false), at('hook-started', 'after', 1));
    await runs.again('rollback', (entry) => entry.type === 'intent');
    const { finish } = await runs.again('resume');
    expect(finish).toMatchObject({ end: 'rolled-back' });
  });

  test('nor is a run that was refused performed once the guest is as before again', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    const flip = () =>
      runs.befalls((host) => updateDomain(host, { autostart: !host.state.domain.autostart }));
    runs.onAppend = (entry) => {
      if (at('hook-finished', 'before', 2)(entry)) flip();
    };
    await runs.killed(twice(scripts, false), at('hook-finished', 'on-failure', 1));
    flip();
    const { finish, commands } = await runs.again('resume');
    expect(finish).toMatchObject({ end: 'preflight-refused', exitCode: 3 });
    expect(commands).toEqual([]);
    expect(scripts.names).toEqual(['b-1', 'b-2', 'f-1', 'f-2']);
  });

  test('nor is forgotten that the guest was migrated away', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (at('hook-finished', 'before', 2)(entry))
        runs.befalls((host) => updateDomain(host, { state: 'gone', movedAway: true, disks: [] }));
    };
    await runs.killed(twice(scripts, false), at('hook-finished', 'on-failure', 1));
    await runs.again('resume');
    expect(runs.entries.at(-1)).toMatchObject({
      ...{ type: 'run-finished', end: 'preflight-refused', movedAway: true },
    });
  });
});

test('a kill right behind the judgement leaves every hook of the end to the next attempt', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  const plan = hooked({ after: { command: [scripts.write('done')] } });
  await runs.killed(plan, ({ type }) => type === 'run-judged');
  const { finish } = await runs.again('resume');
  expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
  expect(scripts.names).toEqual(['done']);
});

test('an end without hooks is not judged before it is recorded: older versions read the journal', async () => {
  const scripts = new Scripts();
  const hook = { command: [scripts.write('hook')] };
  for (const plan of [hooked({}), hooked({ before: hook, 'on-failure': hook })]) {
    const runs = new Runs(hostForPlans());
    expect(await runs.whole(plan)).toMatchObject({ end: 'succeeded' });
    expect(runs.entries.filter(({ type }) => type === 'run-judged')).toEqual([]);
  }
});
