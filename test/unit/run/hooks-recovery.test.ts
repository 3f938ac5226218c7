/** Hooks of runs that were killed: none is started twice unless its plan allows it, and the others follow. */
import { describe, expect, test } from 'vitest';
import type { HookPoint } from '../../../src/hook.ts';
import { FORMAT, FORMAT_WITHOUT_HOOKS, type JournalEntry } from '../../../src/journal/journal.ts';
import { runningHook } from '../../../src/journal/logged-hooks.ts';
import { readRunLog } from '../../../src/journal/run-log.ts';
import type { End } from '../../../src/outcomes.ts';
import { historyOf } from '../../../src/run/history.ts';
import { graphOfRun } from '../../../src/run/stored-plan.ts';
import { hookRecord as at, hooked, Scripts, twice } from '../../hooked-runs.ts';
import { logOf, writeRun } from '../../journals.ts';
import { intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { lost } from '../../troubled-runs.ts';

const refusing = () => new Runs(hostForPlans(), [{ at: 1, fault: 'refused' }]);
const doubt = (happened: readonly string[]) =>
  happened.filter((said) => said.includes('is unknown: blockplan was killed'));

/** A kill in the first hook of a point, and how the run then ends: the hooks that run, its end and its exit code. */
interface Killed {
  readonly point: HookPoint;
  readonly how: 'resume' | 'rollback';
  /** If the hook is in doubt, if it may be repeated, and if its result is known. */
  readonly doubtful: readonly [string[], End, number];
  readonly repeated: readonly [string[], End, number];
  readonly known: readonly [string[], End, number];
}

const BACK: Killed['known'] = [['f-1', 'f-2'], 'rolled-back', 0];
const KILLED: readonly Killed[] = [
  {
    ...{ point: 'before', how: 'resume' },
    doubtful: [['f-1', 'f-2'], 'preflight-refused', 3],
    repeated: [['b-1', 'b-2', 'a-1', 'a-2'], 'succeeded', 0],
    known: [['b-2', 'a-1', 'a-2'], 'succeeded', 0],
  },
  { point: 'before', how: 'rollback', doubtful: BACK, repeated: BACK, known: BACK },
  {
    ...{ point: 'after', how: 'resume' },
    doubtful: [['a-2'], 'succeeded', 0],
    repeated: [['a-1', 'a-2'], 'succeeded', 0],
    known: [['a-2'], 'succeeded', 0],
  },
  { point: 'after', how: 'rollback', doubtful: BACK, repeated: BACK, known: BACK },
  {
    ...{ point: 'on-failure', how: 'resume' },
    doubtful: [['f-2'], 'rolled-back', 4],
    repeated: [['f-1', 'f-2'], 'rolled-back', 4],
    known: [['f-2'], 'rolled-back', 4],
  },
  {
    ...{ point: 'on-failure', how: 'rollback' },
    doubtful: [['f-2'], 'rolled-back', 0],
    repeated: BACK,
    known: [['f-2'], 'rolled-back', 0],
  },
];

describe.each(KILLED)('blockplan is killed in its first $point hook, then $how', (killed) => {
  const { point, how } = killed;

  /** Kills the run at that record, and continues it: what the report says, if the end is as expected. */
  async function saidAfter(
    type: 'hook-started' | 'hook-finished',
    repeat: boolean,
    [names, end, exitCode]: Killed['known'],
  ): Promise<readonly string[]> {
    const scripts = new Scripts();
    const runs = point === 'on-failure' ? refusing() : new Runs(hostForPlans());
    await runs.killed(twice(scripts, repeat), at(type, point, 1));
    const before = scripts.names.length;
    const { finish } = await runs.again(how);
    expect(finish).toMatchObject({ end, exitCode });
    expect(scripts.names.slice(before)).toEqual(names);
    expect(runs.driver.marked).toBe(false);
    return finish?.happened ?? [];
  }

  test('the hook is not run again, and the report says so', async () => {
    const said = await saidAfter('hook-started', false, killed.doubtful);
    expect(doubt(said)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^the result of the ${point} hook 1 \\(.*\\) is unknown: blockplan was killed while the hook ran. The hook was not run again.$`,
        ),
      ),
    ]);
  });

  test('the hook is run again if the plan says so', async () => {
    const said = await saidAfter('hook-started', true, killed.repeated);
    const isRun = killed.repeated[0].some((name) => name.startsWith(`${point.charAt(0)}-`));
    const isDue = point === 'on-failure' || (isRun && how === 'resume');
    expect(doubt(said)).toHaveLength(isDue ? 0 : 1);
  });

  test('a hook with an outcome is not run again', async () => {
    expect(doubt(await saidAfter('hook-finished', true, killed.known))).toEqual([]);
  });
});

test('the process of a hook that outlives blockplan is known, also if the hook may be repeated', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  const plan = twice(scripts, true, { 'b-1': 'exec sleep 1000' });
  await runs.killed(plan, ({ type }) => type === 'hook-process');
  const hook = runningHook(logOf(runs.entries).hooks);
  expect(hook).toMatchObject({ point: 'before', number: 1 });
  process.kill(-(hook?.process.pid ?? 0), 'SIGKILL');
  while (runningHook(logOf(runs.entries).hooks))
    await new Promise((resolve) => setTimeout(resolve, 20));
});

test('a hook that refused the run still refuses it when blockplan is killed then', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  const plan = twice(scripts, true, { 'b-1': 'echo no room; exit 3' });
  await runs.killed(plan, at('hook-finished', 'before', 1));
  const { finish } = await runs.again('resume');
  expect(finish).toMatchObject({ end: 'preflight-refused', exitCode: 3 });
  expect(finish?.happened?.[0]).toMatch(/^the before hook 1 .* exited with status 3: no room$/);
  expect(scripts.names).toEqual(['b-1', 'f-1', 'f-2']);
  expect([runs.driver.asked, runs.driver.marked]).toEqual([[], false]);
});

test('a hook in doubt that refused the run is reported once, also if blockplan is killed again', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  await runs.killed(twice(scripts, false), at('hook-started', 'before', 1));
  await runs.again('resume', at('hook-finished', 'on-failure', 1));
  const { finish } = await runs.again('resume');
  expect(finish).toMatchObject({ end: 'preflight-refused', exitCode: 3 });
  expect(finish?.happened).toEqual([expect.stringContaining('before hook 1')]);
  expect(scripts.names).toEqual(['f-1', 'f-2']);
});

test('the failure of an after hook is reported although blockplan is killed then', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  const plan = twice(scripts, false, { 'a-1': 'echo no mail server; exit 3' });
  await runs.killed(plan, at('hook-finished', 'after', 2));
  const { finish } = await runs.again('resume');
  expect(finish?.happened?.at(-1)).toMatch(/^warning: the after hook 1 .*: no mail server$/);
});

test('a resume that does not reach libvirt runs no hook before the first step', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  await runs.killed(twice(scripts, true), at('hook-started', 'before', 1));
  runs.driver.observe = async () => {
    throw lost();
  };
  runs.driver.reconnect = async () => false;
  const { finish } = await runs.again('resume');
  expect(finish).toMatchObject({ end: 'uncertain', exitCode: 6 });
  expect(scripts.names).toEqual(['f-1', 'f-2']);
});

test('hooks before the first step are not run once a step has begun', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  await runs.killed(twice(scripts, true), intends('--pivot'));
  const { finish } = await runs.again('resume');
  expect(finish).toMatchObject({ end: 'succeeded' });
  expect(scripts.names).toEqual(['b-1', 'b-2', 'a-1', 'a-2']);
});

test('a run that is killed twice starts each hook once', async () => {
  const scripts = new Scripts();
  const runs = new Runs(hostForPlans());
  await runs.killed(twice(scripts, false), at('hook-started', 'after', 1));
  await runs.again('resume', at('hook-started', 'after', 2));
  const { finish } = await runs.again('resume');
  expect(finish).toMatchObject({ end: 'succeeded' });
  expect(scripts.names).toEqual(['b-1', 'b-2']);
  expect(doubt(finish?.happened ?? [])).toHaveLength(2);
});

test('each recorded end has its own hooks: one that was stranded, and the next', async () => {
  const scripts = new Scripts();
  const runs = refusing();
  const hook = (name: string) => ({ command: [scripts.write(name)] });
  const plan = hooked({ before: hook('b'), after: hook('a'), 'on-failure': hook('f') }, 'stop');
  expect(await runs.whole(plan)).toMatchObject({ end: 'stranded', exitCode: 5 });
  const { finish } = await runs.again('rollback');
  expect(finish).toMatchObject({ end: 'rolled-back', exitCode: 0 });
  expect(scripts.ran.map(({ name, input }) => [name, input['outcome'], input['exitCode']])).toEqual(
    [
      ['b', undefined, undefined],
      ['f', 'stranded', 5],
      ['f', 'rolled-back', 0],
    ],
  );
  const begun = new Set(scripts.ran.map(({ input }) => input['run']));
  expect(begun.size).toBe(1);
});

describe('the journal of a plan with hooks', () => {
  test('has them in its compiled plan, and a format that older versions refuse', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    const { plan, graph } = twice(scripts, true);
    await runs.killed({ plan, graph }, intends('--pivot'));
    const folder = await writeRun(scripts.folder, 'r', runs.entries);
    const log = await readRunLog(folder);
    expect([log.damage, log.started?.format]).toEqual(['none', FORMAT]);
    const stored = await graphOfRun(folder, log.started!, 'resume', log);
    expect(stored.hooks).toEqual(graph.hooks);
    expect(graph.hooks).toHaveLength(6);
  });

  test('without hooks has the format before them', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(planned(['undefine: {}', 'redefine: {}']), intends('undefine'));
    const log = logOf(runs.entries);
    expect(log.started?.format).toBe(FORMAT_WITHOUT_HOOKS);
    expect(log.started?.compiled).not.toHaveProperty('hooks');
    expect((await graphOfRun('/nowhere', log.started!, 'resume', log)).hooks).toEqual([]);
  });

  test('shows them in the history of the run', async () => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    const plan = twice(scripts, false, { 'b-2': 'echo fine', 'a-1': 'exit 1' });
    await runs.killed(plan, at('hook-started', 'after', 2));
    const hooks = historyOf(logOf(runs.entries))?.hooks;
    expect(hooks).toMatchObject([
      { point: 'before', number: 1, answer: 'done', output: [] },
      { point: 'before', number: 2, answer: 'done', output: ['fine'] },
      { point: 'after', number: 1, answer: 'failed', error: 'exited with status 1' },
      { point: 'after', number: 2, command: expect.stringContaining('a-2') },
    ]);
    expect(hooks?.[3]).not.toHaveProperty('answer');
  });

  test.each<readonly [string, object]>([
    ['an unknown point', { point: 'during' }],
    ['no number', { number: undefined }],
    ['no program', { command: [] }],
    ['a program that is a number', { command: [1] }],
  ])('is refused if a hook has %s', async (_what, change) => {
    const scripts = new Scripts();
    const runs = new Runs(hostForPlans());
    await runs.killed(twice(scripts, false), at('hook-started', 'before', 1));
    const [started, hook] = runs.entries;
    const changed = { ...hook, ...change } as JournalEntry;
    const folder = await writeRun(scripts.folder, 'r', [started!, changed]);
    expect(await readRunLog(folder)).toMatchObject({
      damage: 'strange',
      strange: { why: expect.stringContaining('record 2 (hook-started) is malformed') },
    });
  });
});
