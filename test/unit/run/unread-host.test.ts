/** An observation that cannot be made is made again, or leaves the end open; a run is never rolled back without one. */
import { describe, expect, test } from 'vitest';
import { BlockplanError, type Finding } from '../../../src/errors.ts';
import { DomainBusy } from '../../../src/model/domain-busy.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { runWith, times } from '../../troubled-runs.ts';

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';
const finding = (message: string): Finding => ({ code: 'BP196', severity: 'error', message });
const busy = () => new DomainBusy('preflight-refused', [finding('it is locked')]);
const denied = () => new BlockplanError('preflight-refused', [finding('access denied')]);

/** From now on, the first observations are refused. */
function refuse(runs: Runs, error: () => Error, most: number): void {
  const observe = runs.driver.observe.bind(runs.driver);
  let left = most;
  runs.driver.observe = async (files) => {
    if (left-- > 0) throw error();
    return observe(files);
  };
}

/** A run whose rollback begins with refused observations. */
function undoing(error: () => Error, most: number): Runs {
  const pivot = times('--pivot', 1, () => new EffectFailed('no'));
  return runWith((effect, runs) => {
    const failure = pivot(effect);
    if (failure) refuse(runs, error, most);
    return failure;
  });
}

const asking = (runs: Runs) =>
  runs.events.filter((each) => each.event === 'notice' && each.message.includes('Trying again'));

describe('while another command holds the domain', () => {
  test('a rollback asks again, says so once, and is completed', async () => {
    const runs = undoing(busy, 19);
    expect(await runs.whole(planned([MOVE]))).toMatchObject({ end: 'rolled-back' });
    expect(asking(runs)).toMatchObject([
      { message: 'it is locked. Trying again for up to 10 min.' },
    ]);
  });

  test('a step asks again, and succeeds', async () => {
    const runs = runWith((effect, each) => {
      if (effect.tool === 'await-job') refuse(each, busy, 19);
      return undefined;
    });
    expect(await runs.whole(planned([MOVE]))).toMatchObject({ end: 'succeeded' });
    expect(asking(runs)).toHaveLength(1);
  });
});

test.each([
  ['access denied', denied],
  ['it is locked', busy],
])('a rollback that can never observe the host is uncertain: %s', async (reason, error) => {
  const finish = await undoing(error, Number.POSITIVE_INFINITY).whole(planned([MOVE]));
  expect(finish).toMatchObject({
    end: 'uncertain',
    state: expect.arrayContaining(['the state of the domain is unknown']),
    next: expect.arrayContaining(['blockplan rollback r']),
  });
  expect(finish.happened?.join()).toContain(reason);
});

test('a rollback that could not observe the host is not completed, even if the end can', async () => {
  const finish = await undoing(denied, 2).whole(planned([MOVE]));
  expect(finish).toMatchObject({
    end: 'stranded',
    next: expect.arrayContaining(['blockplan rollback r']),
  });
});

test('a marker that cannot be read, or that vanishes, refuses the run', async () => {
  for (const [marker, happened] of [
    [() => Promise.reject(denied()), 'access denied'],
    [
      async () => undefined,
      "the marker of the run is not in the domain's metadata, although libvirt accepted it",
    ],
  ] as const) {
    const runs = new Runs(hostForPlans());
    runs.driver.marker = marker;
    expect(await runs.whole(planned([MOVE]))).toMatchObject({
      ...{ end: 'preflight-refused', happened: [happened] },
    });
    expect(runs.driver.asked).toEqual([]);
  }
});
