/** Runs whose block job was pivoted by others while blockplan was dead, and whose transient guest then stopped. */
import { describe, expect, test } from 'vitest';
import { asDefined } from '../../../src/host/domain.ts';
import type { SimulatedHost } from '../../../src/host/simulated-host.ts';
import { activeFile } from '../../../src/model/host-state.ts';
import { lastFollowed } from '../../../src/run/pivots-by-hand.ts';
import { saidIn } from '../../../src/run/run-state.ts';
import { guestDies, guestStarts, powerFails } from '../../../src/simulate/host-faults.ts';
import { assumeSuccess } from '../../../src/simulate/simulate-effects.ts';
import { awaitReady, pivot } from '../../../src/steps/effects/job.ts';
import { logOf } from '../../journals.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned, shipped } from '../../plans.ts';
import { SNAP1, SNAP2 } from '../../worlds.ts';

const COPY = '/new/copy.qcow2';
const MODES = ['rollback', 'resume'] as const;

function pivoted(host: SimulatedHost): SimulatedHost {
  const effects = [awaitReady('vda', undefined, ''), pivot(host.state, 'vda', '')];
  return assumeSuccess(host, effects);
}

const restarted = (host: SimulatedHost) =>
  guestStarts(asDefined(host, hostForPlans().domain.definition ?? ''));

const classic = () => shipped('live-storage-migration-classic.yaml');

/** A run that was killed while it waited for its job, and the time at which it last followed it. */
async function killed(plan = classic()): Promise<{ runs: Runs; followed: number }> {
  const runs = new Runs(hostForPlans());
  await runs.killed(plan, intends('wait for'));
  return { runs, followed: lastFollowed(logOf(runs.entries)) ?? Number.NaN };
}

describe.each(MODES)('%s', (how) => {
  test('keeps a copy that was written to later, once the guest is gone', async () => {
    const { runs, followed } = await killed();
    runs.befalls((host) => guestDies(pivoted(host)));
    runs.driver.times = { [SNAP2]: followed, [COPY]: followed + 60_000 };
    for (const mode of [how, 'rollback'] as const) {
      const { finish } = await runs.again(mode);
      expect(runs.host.state.domain.autostart).toBe(false);
      expect(finish?.end).toBe('stranded');
      expect(runs.host.state.files[COPY]).toBeTruthy();
      expect(finish && saidIn(finish).join('\n')).toContain(
        `vda: it is unknown where the guest last wrote (${SNAP2} or ${COPY}); the definition names ${COPY}`,
      );
      expect(finish?.happened?.join('\n')).toContain(
        `vda: "testvm" may have written to ${COPY} before it was stopped, by a pivot that the run does not know of`,
      );
      expect(finish?.next.filter(has('virsh start'))).toEqual([]);
    }
  });

  test('keeps it where the former file was written to as late', async () => {
    const { runs, followed } = await killed();
    runs.befalls(guestDies);
    runs.driver.times = { [SNAP2]: followed + 59_000, [COPY]: followed + 60_000 };
    const { finish } = await runs.again(how);
    expect(finish?.end).toBe('stranded');
    expect(runs.host.state.files[COPY]).toBeTruthy();
    expect(finish && saidIn(finish).join('\n')).toContain(`the definition names ${SNAP2}`);
  });

  test('keeps it if the guest was then started from its former file', async () => {
    const { runs, followed } = await killed();
    runs.befalls((host) => restarted(guestDies(pivoted(host))));
    runs.driver.times = { [SNAP2]: followed + 90_000, [COPY]: followed + 60_000 };
    for (const mode of [how, 'rollback'] as const) {
      const { finish } = await runs.again(mode);
      expect(finish?.end).toBe('stranded');
      expect(runs.host.state.files[COPY]).toBeTruthy();
      expect(activeFile(runs.host.state, 'vda')).toBe(SNAP2);
      expect(finish && saidIn(finish).join('\n')).toContain(
        `vda: "testvm" may have written to ${COPY} before it was stopped, and now runs on ${SNAP2}`,
      );
    }
  });
});

test('a commit that was pivoted by others: the definition is not restored as if nothing had happened', async () => {
  const plan = planned([
    'undefine: {}',
    'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }',
    'redefine: {}',
  ]);
  const { runs, followed } = await killed(plan);
  runs.befalls((host) => guestDies(pivoted(host)));
  runs.driver.times = { [SNAP2]: followed, [SNAP1]: followed + 60_000 };
  const { finish } = await runs.again('rollback');
  expect(finish?.end).toBe('stranded');
  expect(finish && saidIn(finish).join('\n')).toContain(
    `vda: it is unknown where the guest last wrote (${SNAP2} or ${SNAP1})`,
  );
});

describe('is rolled back', () => {
  test.each([
    ['a copy that was not written to since', guestDies],
    ['a power loss', powerFails],
    [
      'a restart from the former file, with a copy not written to since',
      (host: SimulatedHost) => restarted(guestDies(host)),
    ],
  ] as const)('%s', async (_name, befallen) => {
    const { runs, followed } = await killed();
    runs.befalls(befallen);
    runs.driver.times = { [SNAP2]: followed + 90_000, [COPY]: followed + 10_000 };
    const { finish } = await runs.again('rollback');
    expect(finish?.state.join('\n')).not.toContain('unknown');
    expect(runs.host.state.files[COPY]).toBeFalsy();
  });

  test('a persistent guest, whose definition shows where it wrote', async () => {
    const { runs, followed } = await killed(shipped('live-storage-migration.yaml'));
    runs.befalls(guestDies);
    runs.driver.times = { [COPY]: followed + 60_000 };
    await runs.again('rollback');
    expect(runs.host.state.files[COPY]).toBeFalsy();
  });

  test('a guest that still runs in its process', async () => {
    const { runs, followed } = await killed();
    runs.driver.times = { [COPY]: followed + 60_000 };
    expect((await runs.again('rollback')).finish?.end).toBe('rolled-back');
  });
});

test('the progress of an earlier attempt counts as following its job', async () => {
  const { runs, followed } = await killed();
  runs.befalls(guestDies);
  runs.driver.times = { [COPY]: followed + 60_000 };
  runs.followed = followed + 50_000;
  await runs.again('rollback');
  expect(runs.host.state.files[COPY]).toBeFalsy();
});
