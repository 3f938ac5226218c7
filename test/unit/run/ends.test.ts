/** How a run ends, in the words of the report, and what it says to type next. */
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
const CHAIN = `vda: ${SNAP2}, backed by ${SNAP1}, backed by ${BASE}`;
const MOVED = `vda: ${COPY}, backed by ${SNAP1}, backed by ${BASE}`;
const UNMARK = 'virsh metadata testvm --uri urn:blockplan:run:1 --remove --live';
const WAYS = ['blockplan resume r', 'blockplan rollback r'];

const gone = () =>
  new BlockplanError('uncertain', [
    { code: 'BP198', severity: 'error', message: 'libvirt is away.' },
  ]);
const throwing = (error: Error) => async () => {
  throw error;
};

/** The index of the first effect with that word, in a run without a fault. */
async function placeOf(yaml: readonly string[], word: string, onFailure?: string): Promise<number> {
  const runs = new Runs(hostForPlans());
  await runs.whole(planned(yaml, onFailure));
  const at = runs.driver.asked.findIndex((effect) => wordsIn(effect).includes(word));
  if (at < 0) throw new Error(`no effect has ${word}`);
  return at;
}

/** A run with that fault at the first effect with that word. */
async function faulty(yaml: readonly string[], word: string, fault: Fault, onFailure?: string) {
  const at = await placeOf(yaml, word, onFailure);
  const runs = new Runs(hostForPlans(), [{ at, fault }]);
  return { runs, finish: await runs.whole(planned(yaml, onFailure)) };
}

describe('a run with all steps done', () => {
  test('reports where the disks are and which files are no longer used', async () => {
    const finish = await new Runs(hostForPlans()).whole(planned([MOVE]));
    expect(finish).toEqual({
      ...{ end: 'succeeded', exitCode: 0, interrupted: false, next: [] },
      state: [MOVED, `${SNAP2} is no longer used by this guest; it is kept`],
    });
  });

  test('reports where its copies are, unless the guest uses them', async () => {
    const steps = [
      `blockcopy: { disk: vda, dest: ${COPY}, finish: true }`,
      `convert: { source: ${BASE}, dest: /new/base.qcow2 }`,
    ];
    expect(await new Runs(hostForPlans()).whole(planned(steps))).toMatchObject({
      end: 'succeeded',
      state: [CHAIN, `the copy is in ${COPY}`, 'the copy is in /new/base.qcow2'],
    });
  });

  test('does not report a copy that the guest has left again', async () => {
    const steps = [MOVE, MOVE.replace(COPY, '/new/second.qcow2')];
    expect((await new Runs(hostForPlans()).whole(planned(steps))).state).toEqual([
      `vda: /new/second.qcow2, backed by ${SNAP1}, backed by ${BASE}`,
      `${SNAP2} is no longer used by this guest; it is kept`,
    ]);
  });

  test('does not list removed files', async () => {
    const commit =
      'blockcommit: { disk: vda, shallow: true, active: true, pivot: true, delete: true }';
    const { state } = await new Runs(hostForPlans()).whole(planned([commit]));
    expect(state).toEqual([`vda: ${SNAP1}, backed by ${BASE}`]);
  });

  test('reports a marker that cannot be removed', async () => {
    const runs = new Runs(hostForPlans());
    runs.driver.unmark = throwing(new EffectFailed('libvirt said no'));
    const finish = await runs.whole(planned([MOVE]));
    expect(finish.end).toBe('succeeded');
    expect(finish.state.at(-1)).toBe(
      'the marker of the run could not be removed, and other operators still see it on the domain: libvirt said no',
    );
    expect(finish.next).toEqual([UNMARK]);
  });

  test('is stranded if the guest is paused, and reports the files that it created', async () => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (entry.type === 'phase-finished' && entry.phase === 'finish')
        runs.befalls((host) => updateDomain(host, { state: 'paused' }));
    };
    const backup = `blockcopy: { disk: vda, dest: ${COPY}, finish: true }`;
    expect(await runs.whole(planned([backup]))).toEqual({
      ...{ end: 'stranded', exitCode: 5, interrupted: false },
      happened: ['all steps are done, but the result is not as planned'],
      state: [
        'the guest is paused; it was running',
        CHAIN,
        `${COPY} was created by this run; it is kept`,
      ],
      next: ['virsh domblkerror testvm', 'virsh resume testvm', ...WAYS],
    });
  });
});

describe('a run that was rolled back', () => {
  test('reports what failed, and that everything is as before', async () => {
    const { finish, runs } = await faulty([MOVE], '--pivot', 'refused');
    expect(finish).toEqual({
      ...{ end: 'rolled-back', exitCode: 4, interrupted: false, next: [] },
      happened: ['blockcopy/pivot failed: the host says no'],
      state: ['everything is as it was before the run'],
    });
    expect(runs.events.filter(({ event }) => event === 'rollback-started')).toMatchObject([
      { reason: 'the host says no', interrupted: false },
    ]);
  });

  test('after an interruption reports where it was interrupted', async () => {
    const { finish, runs } = await faulty([MOVE], '--pivot', 'interrupted before');
    expect(finish).toMatchObject({
      ...{ end: 'rolled-back', exitCode: 4, interrupted: true, next: [] },
      happened: ['interrupted in blockcopy/pivot'],
      state: ['everything is as it was before the run'],
    });
    expect(runs.events.filter(({ event }) => event === 'rollback-started')).toMatchObject([
      { interrupted: true },
    ]);
  });
});

describe('a run that is stranded', () => {
  test('ends without a rollback if its plan says so', async () => {
    const { finish, runs } = await faulty([MOVE], '--pivot', 'refused', 'stop');
    expect(finish).toEqual({
      ...{ end: 'stranded', exitCode: 5, interrupted: false },
      happened: ['blockcopy/pivot failed: the host says no'],
      state: [
        'a block job (copy) is running on vda',
        `${COPY} exists; it did not exist before`,
        CHAIN,
      ],
      next: ['virsh domblklist testvm', ...WAYS],
    });
    expect(runs.events.some(({ event }) => event === 'rollback-started')).toBe(false);
  });

  test('after an interruption has the shell’s exit code', async () => {
    const { finish } = await faulty([MOVE], '--pivot', 'interrupted before', 'stop');
    expect(finish).toMatchObject({ end: 'stranded', exitCode: 130, interrupted: true });
  });

  test('after a failed rollback reports both failures, and offers only the rollback', async () => {
    const at = await placeOf([MOVE], '--pivot');
    const back = new Runs(hostForPlans(), [{ at, fault: 'refused' }]);
    await back.whole(planned([MOVE]));
    const injections = [at, at + 1].map((each) => ({ at: each, fault: 'refused' }) as const);
    const finish = await new Runs(hostForPlans(), injections).whole(planned([MOVE]));
    expect(finish).toEqual({
      ...{ end: 'stranded', exitCode: 5, interrupted: false },
      happened: [
        'blockcopy/pivot failed: the host says no',
        'the rollback of blockcopy/mirror failed: the host says no',
      ],
      state: [
        'a block job (copy) is running on vda',
        `${COPY} exists; it did not exist before`,
        CHAIN,
      ],
      next: ['virsh domblklist testvm', 'blockplan rollback r'],
    });
  });

  test('because the guest stopped reports how to start it', async () => {
    const { finish } = await faulty([MOVE], 'blockcopy', 'the guest dies before');
    expect(finish.end).toBe('stranded');
    expect(finish.state).toContain('the guest is shut off; it was running');
    expect(finish.next).toEqual(['virsh start testvm', 'blockplan rollback r']);
  });

  test('because the guest stopped in a pivot reports how to start it: its definition is unchanged', async () => {
    const { finish } = await faulty([MOVE], '--pivot', 'the guest dies before');
    expect(finish.end).toBe('stranded');
    expect(finish.next).toEqual(['virsh start testvm', 'blockplan rollback r']);
  });

  test('because the guest stopped, with another file in its definition, reports what to check first', async () => {
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
      `vda: it is unknown where the guest last wrote (${SNAP2} or ${COPY}); the definition names ${BASE}. Compare the files before you start the guest`,
    );
    expect(finish.next).toEqual([`qemu-img compare ${SNAP2} ${COPY}`, 'blockplan rollback r']);
  });

  test('because a transient guest is gone reports where to look for it', async () => {
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

  test('because the guest was renamed reports its new name', async () => {
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

describe('a run that has lost the connection to libvirt', () => {
  test('for good reports that the state is unknown', async () => {
    const { finish } = await faulty([MOVE], '--pivot', 'connection gone before');
    expect(finish).toEqual({
      ...{ end: 'uncertain', exitCode: 6, interrupted: false },
      happened: [
        'blockcopy/pivot failed: the connection to libvirt is lost Reconnecting timed out after 60 s.',
      ],
      state: [
        'the state of the domain is unknown',
        'it is also unknown whether a block job of "testvm" is still running',
      ],
      next: ['virsh dominfo testvm', ...WAYS],
    });
  });

  test.each([
    ['once, and reconnects, succeeds', 1, true, 'succeeded'],
    ['twice in its last observation is uncertain', 2, true, 'uncertain'],
    ['once, and cannot reconnect, is uncertain', 1, false, 'uncertain'],
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
    if (end === 'uncertain') expect(finish.happened?.[0]).toBe('libvirt is away.');
  });

  test('reports a bug at its end as a bug', async () => {
    const runs = new Runs(hostForPlans());
    runs.driver.unmark = throwing(new TypeError('x is no function'));
    const { end, happened } = await runs.whole(planned([MOVE]));
    expect(end).toBe('uncertain');
    expect(happened?.[0]).toBe('a bug in blockplan: x is no function');
  });

  test('reports the lost content of an existing file that it wrote to', async () => {
    const reused = `blockcopy: { disk: vda, dest: ${COPY}, format: raw, reuse-external: true, finish: true }`;
    const lost = `the former content of ${COPY} is lost: the run overwrote it`;
    const there = { size: 10_240 * 1024 * 1024, format: 'raw' };
    const host = () => withFile(hostForPlans(), COPY, there);
    const runs = new Runs(host());
    runs.driver.injections = [{ at: 1, fault: 'connection gone before' }];
    expect((await runs.whole(planned([reused]))).happened).toContain(lost);
    const back = new Runs(host());
    back.driver.injections = [{ at: 1, fault: 'refused' }];
    expect(await back.whole(planned([reused]))).toMatchObject({
      happened: ['blockcopy/mirror failed: the host says no', lost],
      state: ['everything else is as it was before the run'],
    });
  });
});
