/** How an interrupted run is resumed: what is checked first, and what prevents it from continuing. */
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

/** Makes the first calls of a method of the driver throw. */
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

  test('is announced with its steps and the state of the guest', async () => {
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

  test('reconnects if the connection is lost at first', async () => {
    const runs = await killed(between);
    failing(runs, 'observe', lost());
    expect((await runs.again(how)).finish?.end).toBe(ends);
  });

  test.each([
    ['observe', 2],
    ['headers', 1],
  ] as const)('is uncertain if the connection is lost for good: %s', async (method, times) => {
    const runs = await killed(between);
    failing(runs, method, lost(), times);
    const { finish, commands } = await runs.again(how);
    expect(finish).toMatchObject({
      end: 'uncertain',
      happened: ['libvirt is away.'],
      state: [
        'the state of the domain is unknown',
        'it is also unknown whether a block job of "testvm" is still running',
      ],
    });
    expect(commands).toEqual([]);
  });

  test('does nothing if the domain cannot be read, and stays as it was', async () => {
    const runs = await killed(between);
    const before = runs.entries;
    const denied = { code: 'BP196', severity: 'error', message: 'access denied' } as const;
    failing(runs, 'observe', new BlockplanError('preflight-refused', [denied]));
    const { finish, commands } = await runs.again(how);
    expect(finish).toMatchObject({ end: 'preflight-refused', happened: ['access denied'] });
    expect(commands).toEqual([]);
    expect(runs.entries).toEqual(before);
  });

  test('does not take a bug in the first observation for a lost connection', async () => {
    const runs = await killed(between);
    failing(runs, 'observe', new TypeError('a bug'));
    await expect(runs.again(how)).rejects.toThrow('a bug');
  });

  test('does nothing if another run has marked the domain, and stays as it was', async () => {
    const runs = await killed(between);
    const before = runs.entries;
    runs.driver.marker = async () => ({ run: 'r9', host: 'h9', user: 'ann', pid: 9, since: '' });
    const { finish, commands } = await runs.again(how);
    const happened = ['run r9 (ann on h9) has locked the domain'];
    expect(finish).toMatchObject({
      ...{
        end: 'preflight-refused',
        exitCode: 3,
        happened,
        state: ['this attempt changed nothing: the guest is as the run left it'],
      },
      next: WAYS.map((way) => `blockplan ${way} r`),
    });
    expect(commands).toEqual([]);
    expect(runs.driver.marked).toBe(true);
    expect(runs.entries).toEqual(before);
    expect(runs.events.at(-1)).toMatchObject({ event: 'run-finished', end: 'preflight-refused' });
  });

  test('reports that only its folder has the definition, also if nothing can be done', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(shipped('live-storage-migration-classic.yaml'), between);
    failing(runs, 'mark', new EffectFailed('no metadata'));
    const { finish } = await runs.again(how);
    expect(finish?.state).toEqual([
      'this attempt changed nothing: the guest is as the run left it',
      `as far as is known, the definition of "testvm" exists only in ${runs.folder}/bundle.json: the guest does not come back after it stops`,
    ]);
    expect(finish?.next).toContain('blockplan rescue r');
  });

  test('keeps the marker of the run if it cannot be written again', async () => {
    const runs = await killed(between);
    failing(runs, 'mark', new EffectFailed('no metadata'));
    const { finish } = await runs.again(how);
    expect(finish).toMatchObject({ end: 'preflight-refused', happened: ['no metadata'] });
    expect(runs.driver.marked).toBe(true);
  });

  test('does not mark a guest that is off', async () => {
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

  test('prevents a resume', async () => {
    const runs = full(await killed(between));
    const { finish, commands } = await runs.again('resume');
    expect(finish).toMatchObject({
      ...{ end: 'preflight-refused', happened: ['the journal cannot be written: ENOSPC'] },
    });
    expect(commands).toEqual([]);
  });

  test('does not prevent a rollback', async () => {
    const runs = full(await killed(between));
    expect((await runs.again('rollback')).finish?.end).toBe('rolled-back');
  });
});

describe('a change since the run was killed', () => {
  test('between two phases rolls the run back', async () => {
    const runs = await killed(between);
    runs.befalls(jobsDie);
    const { finish } = await runs.again('resume');
    expect(finish).toMatchObject({
      end: 'rolled-back',
      happened: ['blockcopy/pivot failed: the observed state does not match the journal'],
      state: ['everything is as it was before the run'],
    });
  });

  test('before the first phase rolls the run back', async () => {
    const runs = await killed(({ type }) => type === 'run-started');
    runs.befalls((host) => updateDomain(host, { disks: host.state.domain.disks.slice(1) }));
    const { finish } = await runs.again('resume');
    expect(finish?.happened?.[0]).toBe(
      'blockcopy/mirror failed: the observed state does not match the journal',
    );
  });

  test('in a phase undoes and repeats the phase', async () => {
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
    expect(finish?.happened?.[0]).toBe('blockcopy/mirror failed: the host says no');
  });
});

describe.each([
  ['during a phase', intends('# wait'), 0],
  [
    'between two phases',
    (entry: JournalEntry) => entry.type === 'phase-finished' && entry.phase === 'undefine',
    1,
  ],
] as const)('a domain that libvirtd has made persistent again %s', (_when, at, copies) => {
  const UNDEFINE = 'undefine --domain testvm';

  async function cameBack(what?: Error, times = 1) {
    const runs = new Runs(hostForPlans());
    await runs.killed(shipped('live-storage-migration-classic.yaml'), at);
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

  test('is made transient again, and the run continues from there', async () => {
    const runs = await cameBack();
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.filter(has(UNDEFINE))).toHaveLength(1);
    expect(commands.filter(has('blockcopy'))).toHaveLength(copies);
    const begun = runs.entries.findLast(
      (entry) => entry.type === 'phase-started' && entry.phase === 'mirror',
    );
    expect(begun).toMatchObject({ before: { domain: { persistent: false } } });
  });

  test('is made transient again even if the connection is lost and restored', async () => {
    const { finish, commands } = await (await cameBack(lost())).again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.filter(has('blockcopy'))).toHaveLength(copies);
  });

  test('ends the run as uncertain if the connection is lost for good', async () => {
    const { finish } = await (await cameBack(lost(), 2)).again('resume');
    expect(finish).toMatchObject({
      ...{ end: 'uncertain', exitCode: 6 },
      happened: expect.arrayContaining(['mirror/mirror failed: libvirt is away.']),
    });
  });

  test('rolls the run back if it cannot be created transient', async () => {
    const { finish } = await (await cameBack(new EffectFailed('no'))).again('resume');
    expect(finish?.happened?.[0]).toBe('mirror/mirror failed: no');
    expect(finish?.end).toBe('rolled-back');
  });
});
