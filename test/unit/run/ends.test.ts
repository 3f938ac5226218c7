/** How a run ends, in the words that an operator reads, and what it says to type next. */
import { describe, expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { updateDomain, withHostState } from '../../../src/host/simulated-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { withDomain, withFile } from '../../../src/model/host-state.ts';
import { guestDies } from '../../../src/simulate/host-faults.ts';
import type { Fault } from '../../driver-double.ts';
import { wordsIn } from '../../effects.ts';
import { intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { BASE, SNAP1, SNAP2 } from '../../worlds.ts';

const COPY = '/new/copy.qcow2';
const MOVE = `blockcopy: { disk: vda, dest: ${COPY}, shallow: true, pivot: true }`;
const CHAIN = `vda: ${BASE} <- ${SNAP1} <- ${SNAP2}`;
const MOVED = `vda: ${BASE} <- ${SNAP1} <- ${COPY}`;
const UNMARK = 'virsh metadata testvm --uri urn:blockplan:run:1 --remove --live';
const WAYS = ['blockplan resume r', 'blockplan rollback r'];

const gone = () =>
  new BlockplanError('uncertain', [
    { code: 'BP198', severity: 'error', message: 'libvirt is away.' },
  ]);
const throwing = (error: Error) => async () => {
  throw error;
};

/** The place of the first effect that has that word, in a run without a fault. */
async function placeOf(yaml: readonly string[], word: string, onFailure?: string): Promise<number> {
  const runs = new Runs(hostForPlans());
  await runs.whole(planned(yaml, onFailure));
  const at = runs.driver.asked.findIndex((effect) => wordsIn(effect).includes(word));
  if (at < 0) throw new Error(`no effect has ${word}`);
  return at;
}

/** A run in which that goes wrong at the first effect with that word. */
async function faulty(yaml: readonly string[], word: string, fault: Fault, onFailure?: string) {
  const at = await placeOf(yaml, word, onFailure);
  const runs = new Runs(hostForPlans(), [{ at, fault }]);
  return { runs, finish: await runs.whole(planned(yaml, onFailure)) };
}

describe('a run that has succeeded', () => {
  test('says where the disks are, and which files it needs no more', async () => {
    const finish = await new Runs(hostForPlans()).whole(planned([MOVE]));
    expect(finish).toEqual({
      ...{ end: 'succeeded', exitCode: 0, interrupted: false, next: [] },
      state: [MOVED, `${SNAP2} is not used by this guest any more; it is kept`],
    });
  });

  test('does not name what it has removed', async () => {
    const commit =
      'blockcommit: { disk: vda, shallow: true, active: true, pivot: true, delete: true }';
    const { state } = await new Runs(hostForPlans()).whole(planned([commit]));
    expect(state).toEqual([`vda: ${BASE} <- ${SNAP1}`]);
  });

  test('says that others still see it where its marker cannot be taken out', async () => {
    const runs = new Runs(hostForPlans());
    runs.driver.unmark = throwing(new EffectFailed('libvirt said no'));
    const finish = await runs.whole(planned([MOVE]));
    expect(finish.end).toBe('succeeded');
    expect(finish.state.at(-1)).toBe(
      'other operators still see the run on the domain: libvirt said no',
    );
    expect(finish.next).toEqual([UNMARK]);
  });

  test('but for a guest that stands still is stranded, and says what it has made', async () => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (entry.type === 'phase-finished' && entry.phase === 'finish')
        runs.befalls((host) => updateDomain(host, { state: 'paused' }));
    };
    const backup = `blockcopy: { disk: vda, dest: ${COPY}, finish: true }`;
    expect(await runs.whole(planned([backup]))).toEqual({
      ...{ end: 'stranded', exitCode: 5, interrupted: false },
      state: [
        'all steps are done, but:',
        'the guest is paused; it was running',
        CHAIN,
        `${COPY} was made by this run, and is kept`,
      ],
      next: ['virsh domblkerror testvm', 'virsh resume testvm', ...WAYS],
    });
  });
});

describe('a run that was rolled back', () => {
  test('says what failed, and that all is as before', async () => {
    const { finish, runs } = await faulty([MOVE], '--pivot', 'refused');
    expect(finish).toEqual({
      ...{ end: 'rolled-back', exitCode: 4, interrupted: false, next: [] },
      state: ['blockcopy/pivot failed: the host says no', 'all is as it was before the run'],
    });
    expect(runs.events.filter(({ event }) => event === 'rollback-started')).toMatchObject([
      { reason: 'the host says no', interrupted: false },
    ]);
  });

  test('by the user says where it was interrupted', async () => {
    const { finish, runs } = await faulty([MOVE], '--pivot', 'interrupted before');
    expect(finish).toMatchObject({
      ...{ end: 'rolled-back', exitCode: 4, interrupted: true, next: [] },
      state: ['interrupted in blockcopy/pivot', 'all is as it was before the run'],
    });
    expect(runs.events.filter(({ event }) => event === 'rollback-started')).toMatchObject([
      { interrupted: true },
    ]);
  });
});

describe('a run that is stranded', () => {
  test('where its plan says so, in the middle, without a rollback', async () => {
    const { finish, runs } = await faulty([MOVE], '--pivot', 'refused', 'stop');
    expect(finish).toEqual({
      ...{ end: 'stranded', exitCode: 5, interrupted: false },
      state: [
        'blockcopy/pivot failed: the host says no',
        'a job (copy) runs on vda',
        `${COPY} is there; it was not`,
        CHAIN,
      ],
      next: ['virsh domblklist testvm', ...WAYS],
    });
    expect(runs.events.some(({ event }) => event === 'rollback-started')).toBe(false);
  });

  test('and was interrupted has the shell’s exit code', async () => {
    const { finish } = await faulty([MOVE], '--pivot', 'interrupted before', 'stop');
    expect(finish).toMatchObject({ end: 'stranded', exitCode: 130, interrupted: true });
  });

  test('since its rollback failed says both, and offers the rollback alone', async () => {
    const at = await placeOf([MOVE], '--pivot');
    const back = new Runs(hostForPlans(), [{ at, fault: 'refused' }]);
    await back.whole(planned([MOVE]));
    const injections = [at, at + 1].map((each) => ({ at: each, fault: 'refused' }) as const);
    const finish = await new Runs(hostForPlans(), injections).whole(planned([MOVE]));
    expect(finish).toEqual({
      ...{ end: 'stranded', exitCode: 5, interrupted: false },
      state: [
        'blockcopy/pivot failed: the host says no',
        'the way back from blockcopy/mirror failed: the host says no',
        'a job (copy) runs on vda',
        `${COPY} is there; it was not`,
        CHAIN,
      ],
      next: ['virsh domblklist testvm', 'blockplan rollback r'],
    });
  });

  test('since the guest has stopped says how to start it', async () => {
    const { finish } = await faulty([MOVE], 'blockcopy', 'the guest dies before');
    expect(finish.end).toBe('stranded');
    expect(finish.state).toContain('the guest is shut off; it was running');
    expect(finish.next).toEqual(['virsh start testvm', 'blockplan rollback r']);
  });

  test('since the guest has stopped in a pivot says how to start it: its definition is the one from before', async () => {
    const { finish } = await faulty([MOVE], '--pivot', 'the guest dies before');
    expect(finish.end).toBe('stranded');
    expect(finish.next).toEqual(['virsh start testvm', 'blockplan rollback r']);
  });

  test('since the guest has stopped, and its definition names another file, says where to look first', async () => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (intends('--pivot')(entry))
        runs.befalls((host) => {
          const dead = guestDies(host);
          return updateDomain(dead, {
            disks: dead.state.domain.disks.map((each) => ({ ...each, persistentSource: BASE })),
          });
        });
    };
    const finish = await runs.whole(planned([MOVE]));
    expect(finish.end).toBe('stranded');
    expect(finish.state).toContain(
      `vda: it is not known where the guest wrote last, to ${SNAP2} or to ${COPY}; the definition names ${BASE}: compare them before it is started`,
    );
    expect(finish.next).toEqual([`qemu-img compare ${SNAP2} ${COPY}`, 'blockplan rollback r']);
  });

  test('since a transient guest is gone says where to look for it', async () => {
    const runs = new Runs(withDomain(hostForPlans(), { persistent: false, autostart: false }));
    const { definition: _none, ...domain } = runs.host.state.domain;
    runs.befalls((host) => withHostState(host, { ...host.state, domain }));
    runs.onAppend = (entry) => {
      if (intends('--pivot')(entry)) runs.befalls(guestDies);
    };
    const finish = await runs.whole(planned([MOVE]));
    expect(finish.end).toBe('stranded');
    expect(finish.next).toContain('virsh list --all');
  });

  test('since somebody has renamed the guest names it as it is called now', async () => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (intends('--pivot')(entry))
        runs.befalls((host) =>
          updateDomain(host, { state: 'gone', calledNow: 'web 2', persistent: false, disks: [] }),
        );
    };
    const finish = await runs.whole(planned([MOVE]));
    expect(finish.end).toBe('stranded');
    expect(finish.next[0]).toBe("virsh dominfo 'web 2'");
  });
});

describe('a run that has lost contact', () => {
  test('for good says that nothing is known', async () => {
    const { finish } = await faulty([MOVE], '--pivot', 'contact gone before');
    expect(finish).toEqual({
      ...{ end: 'uncertain', exitCode: 6, interrupted: false },
      state: [
        'blockcopy/pivot failed: contact to libvirt is lost It was looked for in vain for 60 s.',
        'what became of the domain is not known',
        'whether a job of "testvm" still runs is not known either',
      ],
      next: ['virsh dominfo testvm', ...WAYS],
    });
  });

  test.each([
    ['once, and finds it again, ends well', 1, true, 'succeeded'],
    ['twice in its last look knows nothing', 2, true, 'uncertain'],
    ['once, and does not find it again, knows nothing', 1, false, 'uncertain'],
  ] as const)('at its end %s', async (_title, times, back, end) => {
    const runs = new Runs(hostForPlans());
    const { driver } = runs;
    const observe = driver.observe.bind(driver);
    let left = 0;
    runs.onAppend = (entry) => {
      if (entry.type === 'phase-finished' && entry.phase === 'pivot') left = times;
    };
    driver.observe = async (files) => {
      if (left-- > 0) throw gone();
      return observe(files);
    };
    driver.reconnect = async () => back;
    const finish = await runs.whole(planned([MOVE]));
    expect(finish.end).toBe(end);
    if (end === 'uncertain') expect(finish.state[0]).toBe('libvirt is away.');
  });

  test('a bug at its end is told as one', async () => {
    const runs = new Runs(hostForPlans());
    runs.driver.unmark = throwing(new TypeError('x is no function'));
    const { end, state } = await runs.whole(planned([MOVE]));
    expect(end).toBe('uncertain');
    expect(state[0]).toBe('a bug in blockplan: x is no function');
  });

  test('after it has written into a file that was there says that its content is lost', async () => {
    const reused = `blockcopy: { disk: vda, dest: ${COPY}, format: raw, reuse-external: true, finish: true }`;
    const lost = `the former content of ${COPY} is lost: the run has written into it`;
    const there = { size: 10_240 * 1024 * 1024, format: 'raw' };
    const host = () => withFile(hostForPlans(), COPY, there);
    const runs = new Runs(host());
    runs.driver.injections = [{ at: 1, fault: 'contact gone before' }];
    expect((await runs.whole(planned([reused]))).state).toContain(lost);
    const back = new Runs(host());
    back.driver.injections = [{ at: 1, fault: 'refused' }];
    expect((await back.whole(planned([reused]))).state).toEqual([
      'blockcopy/mirror failed: the host says no',
      lost,
      'all else is as it was before the run',
    ]);
  });
});
