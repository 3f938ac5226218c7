/** Runs with phases that commit: what they completed is kept, and a rollback ends behind it. */
import { describe, expect, test } from 'vitest';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import type { Finish } from '../../../src/run/run-state.ts';
import { guestDies, guestStarts } from '../../../src/simulate/host-faults.ts';
import { committing, type Phases } from '../../committing.ts';
import type { Injection } from '../../driver-double.ts';
import { intends, Runs } from '../../killed-runs.ts';
import { hostForPlans } from '../../plans.ts';

const BACKUP = { backup: ['draft', 'publish!', 'retire'], prune: ['mark', 'merge'] };

/** The files that the run has created and not removed. */
function left({ host }: Runs): string[] {
  return Object.keys(host.state.files).filter(
    (file) => file.startsWith('/new/') && host.state.files[file],
  );
}

async function ended(
  steps: Readonly<Record<string, Phases>>,
  injections: readonly Injection[],
  onFailure: 'rollback' | 'stop' = 'rollback',
) {
  const runs = new Runs(hostForPlans(), injections);
  const finish = await runs.whole(committing(steps, onFailure));
  return { runs, finish, left: left(runs) };
}

const refused = (at: number): Injection[] => [{ at, fault: 'refused' }];
const DRAFT = '/new/backup.draft';
const PUBLISH = '/new/backup.publish';
const RETIRE = '/new/backup.retire';
const KEPT = `the file ${PUBLISH} is kept`;
const AS_AFTER = 'everything is as it was after backup/publish';
const AS_BEFORE = 'everything is as it was before the run';

describe('a failed phase', () => {
  test.each([
    ['before the commit is rolled back as a whole', 0, [], AS_BEFORE],
    ['that should commit is rolled back as a whole', 1, [], AS_BEFORE],
    ['behind the commit is rolled back to it', 2, [DRAFT, PUBLISH], AS_AFTER],
    ['of a later step is rolled back to it', 4, [DRAFT, PUBLISH], AS_AFTER],
  ])('%s', async (_title, at, files, said) => {
    const { finish, left } = await ended(BACKUP, refused(at));
    expect(finish).toMatchObject({ end: 'rolled-back', exitCode: 4 });
    expect(finish.state[0]).toBe(said);
    expect(finish.state.includes(KEPT)).toBe(files.length > 0);
    expect(left).toEqual(files);
  });

  test('behind the last of two commits is rolled back to that one', async () => {
    const { finish, left } = await ended({ a: ['x!', 'y'], b: ['z!', 'end'] }, refused(3));
    expect(finish.state.slice(0, 3)).toEqual([
      'everything is as it was after b/z',
      'the file /new/a.x is kept',
      'the file /new/b.z is kept',
    ]);
    expect(left).toEqual(['/new/a.x', '/new/a.y', '/new/b.z']);
  });

  test('names of each step the last result only, also in a successful run', async () => {
    const steps = { a: ['x!', 'y!'], b: ['end'] };
    const failed = await ended(steps, refused(2));
    const { finish } = await ended(steps, []);
    for (const { state } of [failed.finish, finish]) {
      expect(state).toContain('the file /new/a.y is kept');
      expect(state.join()).not.toContain('a.x is kept');
    }
  });

  test('behind a point of no return after the commit strands the run', async () => {
    const { finish } = await ended({ a: ['x!', 'burn|', 'end'] }, refused(2));
    expect(finish.end).toBe('stranded');
    expect(finish.state).toContain('the file /new/a.x is kept, even after a rollback');
    expect(finish.happened).toEqual([
      'a/end failed: the host says no',
      'the rollback of a/burn failed: /new/a.burn cannot be removed',
    ]);
  });

  test('behind a commit after a point of no return is rolled back', async () => {
    const { finish } = await ended({ a: ['burn|', 'x!', 'end'] }, refused(2));
    expect(finish.end).toBe('rolled-back');
  });

  test('leaves everything in a plan that stops on failure, and a rollback leads to the commit', async () => {
    const { runs, finish, left: all } = await ended(BACKUP, refused(4), 'stop');
    expect(finish.end).toBe('stranded');
    expect(finish.state).toContain(`${KEPT}, even after a rollback`);
    expect(all).toEqual([DRAFT, PUBLISH, RETIRE, '/new/prune.mark']);
    runs.driver.injections = [];
    const { finish: back } = await runs.again('rollback');
    expect(back).toMatchObject({ end: 'rolled-back', exitCode: 0 });
    expect(back?.state[0]).toBe(AS_AFTER);
    expect(left(runs)).toEqual([DRAFT, PUBLISH]);
  });
});

test('a guest that stops before the commit is missed at the end', async () => {
  const { finish } = await ended(BACKUP, [
    { at: 1, fault: 'the guest dies before' },
    ...refused(2),
  ]);
  expect(finish.end).toBe('stranded');
  expect(finish.state).toContain('the guest is shut off; it was running');
});

test('a run that succeeds reports what it keeps', async () => {
  const { finish } = await ended(BACKUP, []);
  expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
  expect(finish.state).toContain(KEPT);
});

test('an interruption right behind the commit undoes nothing', async () => {
  const { finish, left } = await ended(BACKUP, [{ at: 1, fault: 'interrupted after' }]);
  expect(finish).toMatchObject({ end: 'rolled-back', interrupted: true });
  expect(finish.state[0]).toBe(AS_AFTER);
  expect(left).toEqual([DRAFT, PUBLISH]);
});

test('a rollback behind the commit that leaves something is not called complete', async () => {
  const runs = new Runs(hostForPlans(), refused(4));
  runs.driver.onEffect = (effect) => {
    if (effect.tool === 'remove-file')
      runs.befalls((host) => updateDomain(host, { autostart: false }));
  };
  const finish = await runs.whole(committing(BACKUP));
  expect(finish.end).toBe('stranded');
  expect(finish.state).toContain('autostart is off; it was on');
});

/** A record, counted from 0. */
const nth = (number: number) => {
  let seen = 0;
  return () => seen++ === number;
};

async function killed(at: (entry: JournalEntry) => boolean, injections: readonly Injection[] = []) {
  const runs = new Runs(hostForPlans(), injections);
  await runs.killed(committing(BACKUP), at);
  runs.driver.injections = [];
  return runs;
}

/** Whether a journal shows a commit. */
const hasCommitted = (entries: readonly JournalEntry[]) =>
  entries.some((entry) => 'committed' in entry);

describe('killed at any record', () => {
  const expectEnd = (runs: Runs, finish: Finish | undefined, how: 'resume' | 'rollback') => {
    expect(finish?.exitCode).toBe(how === 'resume' && finish?.end === 'rolled-back' ? 4 : 0);
    if (finish?.end === 'succeeded') return;
    expect(finish?.end).toBe('rolled-back');
    const commits = hasCommitted(runs.entries);
    expect(finish?.state[0]).toBe(commits ? AS_AFTER : AS_BEFORE);
    expect(left(runs)).toEqual(commits ? [DRAFT, PUBLISH] : []);
  };

  test.each([
    ['of a run', []],
    ['of a run that fails behind the commit', refused(4)],
    ['of a run that fails before the commit', refused(1)],
  ])('%s, it can be resumed and rolled back', async (_title, injections) => {
    const whole = new Runs(hostForPlans(), injections);
    await whole.whole(committing(BACKUP));
    for (let number = 0; number < whole.entries.length - 1; number++)
      for (const how of ['resume', 'rollback'] as const) {
        const runs = await killed(nth(number), injections);
        expectEnd(runs, (await runs.again(how)).finish, how);
      }
  });

  test('of its rollback, it is rolled back to the commit', async () => {
    for (let number = 0; ; number++) {
      const runs = await killed(intends('prune.merge'));
      const { finish } = await runs.again('rollback', nth(number));
      if (finish) break;
      expectEnd(runs, (await runs.again('rollback')).finish, 'rollback');
    }
  });
});

describe('killed before the commit was recorded', () => {
  const afterPublish = (entry: JournalEntry) =>
    entry.type === 'outcome' && entry.phase === 'publish';

  test('a rollback observes that it took effect, and keeps it', async () => {
    const runs = await killed(afterPublish);
    const { finish } = await runs.again('rollback');
    expect(finish?.state[0]).toBe(AS_AFTER);
    expect(left(runs)).toEqual([DRAFT, PUBLISH]);
  });

  test.each(['resume', 'rollback'] as const)(
    'a %s keeps it although the guest has stopped since, and reports that',
    async (how) => {
      const runs = await killed(afterPublish);
      runs.befalls(guestDies);
      const { finish } = await runs.again(how);
      expect(finish?.end).toBe('stranded');
      expect(finish?.state).toContain('the guest is shut off; it was running');
      runs.befalls(guestStarts);
      const { finish: back } = await runs.again('rollback');
      expect(back?.state[0]).toBe(AS_AFTER);
      expect(left(runs)).toEqual([DRAFT, PUBLISH]);
    },
  );

  test('a rollback that was killed then as well can be resumed', async () => {
    const runs = await killed(afterPublish);
    await runs.again('rollback', (entry) => 'committed' in entry);
    const { finish } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
  });

  test('a rollback undoes a commit that did not take effect', async () => {
    const runs = await killed(intends('backup.publish'));
    const { finish } = await runs.again('rollback');
    expect(finish?.state[0]).toBe(AS_BEFORE);
    expect(left(runs)).toEqual([]);
  });

  test('the record is on disk before anything else is done', async () => {
    const runs = new Runs(hostForPlans());
    const synced: boolean[] = [];
    runs.onAppend = (entry, sync) => {
      if ('committed' in entry) synced.push(sync);
    };
    await runs.whole(committing(BACKUP));
    expect(synced).toEqual([true]);
  });
});
