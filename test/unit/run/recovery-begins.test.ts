/** How a run that was interrupted is resumed: what is looked at first, and what keeps it from going on. */
import { describe, expect, test } from 'vitest';
import { commandText } from '../../../src/commands/effect-text.ts';
import { BlockplanError } from '../../../src/errors.ts';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { guestDies, jobsDie } from '../../../src/simulate/host-faults.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned, shipped } from '../../plans.ts';

const MOVE = planned(['blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }']);
const WAYS = ['resume', 'rollback'] as const;
const lost = () =>
  new BlockplanError('uncertain', [
    { code: 'BP198', severity: 'error', message: 'libvirt is away.' },
  ]);

const between = (entry: JournalEntry) =>
  entry.type === 'phase-finished' && entry.phase === 'mirror';

async function killed(at: (entry: JournalEntry) => boolean): Promise<Runs> {
  const runs = new Runs(hostForPlans());
  await runs.killed(MOVE, at);
  return runs;
}

/** Has a method of the driver throw, the first times that it is called. */
function failing(
  runs: Runs,
  method: 'observe' | 'headers' | 'marker' | 'mark',
  error: Error,
  times = 1,
) {
  const real = runs.driver[method].bind(runs.driver) as (...args: unknown[]) => Promise<unknown>;
  let left = times;
  Object.assign(runs.driver, {
    [method]: async (...args: unknown[]) => {
      if (left-- > 0) throw error;
      return real(...args);
    },
  });
}

describe.each(WAYS)('%s', (how) => {
  const ends = how === 'resume' ? 'succeeded' : 'rolled-back';

  test('is announced with its steps, and says how the guest is', async () => {
    const runs = await killed(between);
    runs.events.length = 0;
    await runs.again(how);
    expect(runs.events.slice(0, 2)).toMatchObject([
      {
        ...{ event: 'run-started', run: 'r', plan: 'test', domain: 'testvm', again: how },
        ...{ journal: runs.folder, steps: [{ id: 'blockcopy', kind: 'blockcopy' }] },
      },
      { event: 'guest-state', state: 'running' },
    ]);
    expect(runs.entries.find(({ type }) => type === 'run-resumed')).toMatchObject({
      ...{ how, user: 'u', pid: process.pid, version: '0' },
    });
  });

  test('looks for libvirt where contact is lost at first', async () => {
    const runs = await killed(between);
    failing(runs, 'observe', lost());
    expect((await runs.again(how)).finish?.end).toBe(ends);
  });

  test.each([
    ['observe', 2],
    ['headers', 1],
  ] as const)('knows nothing where contact is lost for good: %s', async (method, times) => {
    const runs = await killed(between);
    failing(runs, method, lost(), times);
    const { finish, commands } = await runs.again(how);
    expect(finish).toMatchObject({
      end: 'uncertain',
      state: [
        'libvirt is away.',
        'what became of the domain is not known',
        'whether a job of "testvm" still runs is not known either',
      ],
    });
    expect(commands).toEqual([]);
  });

  test('a bug in the first look is none of libvirt', async () => {
    const runs = await killed(between);
    failing(runs, 'observe', new TypeError('a bug'));
    await expect(runs.again(how)).rejects.toThrow('a bug');
  });

  test('does nothing where another run has marked the domain, and stays what it was', async () => {
    const runs = await killed(between);
    const before = runs.entries;
    runs.driver.marker = async () => ({ run: 'r9', host: 'h9', user: 'ann', pid: 9, since: '' });
    const { finish, commands } = await runs.again(how);
    const state = ['run r9 (ann on h9) has taken the domain'];
    expect(finish).toMatchObject({ end: 'preflight-refused', exitCode: 3, state, next: [] });
    expect(commands).toEqual([]);
    expect(runs.driver.marked).toBe(true);
    expect(runs.entries).toEqual(before);
    expect(runs.events.at(-1)).toMatchObject({ event: 'run-finished', end: 'preflight-refused' });
  });

  test('keeps the marker that the run has where it cannot be written again', async () => {
    const runs = await killed(between);
    failing(runs, 'mark', new EffectFailed('no metadata'));
    const { finish } = await runs.again(how);
    expect(finish).toMatchObject({ end: 'preflight-refused', state: ['no metadata'] });
    expect(runs.driver.marked).toBe(true);
  });

  test('marks no guest that is off', async () => {
    const runs = await killed(between);
    runs.befalls(guestDies);
    failing(runs, 'mark', new EffectFailed('it is off'), 99);
    const { finish } = await runs.again(how);
    expect(finish?.state).not.toContain('it is off');
    expect(finish?.end).toBe('stranded');
  });
});

describe('a journal that cannot be written', () => {
  const full = (runs: Runs) => {
    runs.onAppend = ({ type }) => {
      if (type === 'run-resumed') throw new Error('ENOSPC');
    };
    return runs;
  };

  test('keeps a run from being resumed', async () => {
    const runs = full(await killed(between));
    const { finish, commands } = await runs.again('resume');
    expect(finish).toMatchObject({
      ...{ end: 'preflight-refused', state: ['the journal cannot be written: ENOSPC'] },
    });
    expect(commands).toEqual([]);
  });

  test('keeps none from being rolled back', async () => {
    const runs = full(await killed(between));
    expect((await runs.again('rollback')).finish?.end).toBe('rolled-back');
  });
});

describe('what has changed since the run was killed', () => {
  test('between two phases takes the run back', async () => {
    const runs = await killed(between);
    runs.befalls(jobsDie);
    const { finish } = await runs.again('resume');
    expect(finish).toMatchObject({
      end: 'rolled-back',
      state: [
        'blockcopy/pivot failed: what is seen is not what the journal tells of',
        'all is as it was before the run',
      ],
    });
  });

  test('before the first phase takes the run back', async () => {
    const runs = await killed(({ type }) => type === 'run-started');
    runs.befalls((host) => updateDomain(host, { disks: host.state.domain.disks.slice(1) }));
    const { finish } = await runs.again('resume');
    expect(finish?.state[0]).toBe(
      'blockcopy/mirror failed: what is seen is not what the journal tells of',
    );
  });

  test('in a phase has it undone and done once more', async () => {
    const runs = await killed(intends('# wait'));
    runs.befalls(jobsDie);
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.filter(has('rm /new/c'))).toHaveLength(1);
    expect(commands.filter(has('blockcopy'))).toHaveLength(1);
    const anew = runs.entries.filter((entry) => 'anew' in entry);
    expect(anew).toMatchObject([
      { type: 'phase-started', direction: 'undo', phase: 'mirror', anew: true },
      { type: 'phase-finished', direction: 'undo', phase: 'mirror', result: 'DONE', anew: true },
    ]);
  });

  test('in a phase that cannot be undone ends the run', async () => {
    const runs = await killed(intends('# wait'));
    runs.befalls(jobsDie);
    runs.driver.injections = [{ at: runs.driver.asked.length, fault: 'refused' }];
    const { finish } = await runs.again('resume');
    expect(finish?.state[0]).toBe('blockcopy/mirror failed: the host says no');
  });
});

describe('a domain that libvirtd has made persistent again in the middle of a phase', () => {
  const CLASSIC = shipped('live-storage-migration-classic.yaml');
  const UNDEFINE = 'undefine --domain testvm';

  async function cameBack(what?: Error, times = 1) {
    const runs = new Runs(hostForPlans());
    await runs.killed(CLASSIC, intends('# wait'));
    const kept = runs.entries.find((entry) => entry.type === 'kept');
    const { definition } = (kept as Extract<JournalEntry, { type: 'kept' }>).bundle;
    runs.befalls((host) => updateDomain(host, { persistent: true, definition }));
    const perform = runs.driver.perform.bind(runs.driver);
    let left = what ? times : 0;
    runs.driver.perform = async (each, context) => {
      if (commandText(each).includes(UNDEFINE) && left-- > 0) throw what;
      await perform(each, context);
    };
    return runs;
  }

  test('is made transient again, and the phase goes on', async () => {
    const runs = await cameBack();
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.filter(has(UNDEFINE))).toHaveLength(1);
    expect(commands.filter(has('blockcopy'))).toEqual([]);
  });

  test('also where contact is lost in that, and found again', async () => {
    const { finish, commands } = await (await cameBack(lost())).again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.filter(has('blockcopy'))).toEqual([]);
  });

  test('which is not known where contact is lost for good', async () => {
    const { finish } = await (await cameBack(lost(), 2)).again('resume');
    expect(finish).toMatchObject({
      ...{ end: 'uncertain', exitCode: 6 },
      state: expect.arrayContaining(['mirror/mirror failed: libvirt is away.']),
    });
  });

  test('and cannot be made transient takes the run back', async () => {
    const { finish } = await (await cameBack(new EffectFailed('no'))).again('resume');
    expect(finish?.state[0]).toBe('mirror/mirror failed: no');
    expect(finish?.end).toBe('rolled-back');
  });

  test('between two phases counts in the same way', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(
      CLASSIC,
      (entry) => entry.type === 'phase-finished' && entry.phase === 'undefine',
    );
    const kept = runs.entries.find((entry) => entry.type === 'kept');
    const { definition } = (kept as Extract<JournalEntry, { type: 'kept' }>).bundle;
    runs.befalls((host) => updateDomain(host, { persistent: true, definition }));
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.filter(has(UNDEFINE))).toHaveLength(1);
  });
});
