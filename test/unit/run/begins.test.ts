/** A run that cannot begin says why, and leaves nothing behind. */
import { expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import type { Marker } from '../../../src/model/marker.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';

const MOVE = 'blockcopy: { disk: vda, dest: /new/copy.qcow2, shallow: true, pivot: true }';
const UNMARK = 'virsh metadata testvm --uri urn:blockplan:run:1 --remove --live';

const theirs: Marker = { run: 'r9', host: 'h9', user: 'ann', pid: 9, since: '' };
const gone = () =>
  new BlockplanError('uncertain', [
    { code: 'BP198', severity: 'error', message: 'libvirt is away.' },
  ]);
const throwing = (error: Error) => async () => {
  throw error;
};

const REFUSED = {
  ...{ end: 'preflight-refused', exitCode: 3, interrupted: false },
  ...{ state: ['nothing was done'], next: [] },
};

test('a run is refused if its journal cannot be written', async () => {
  const runs = new Runs(hostForPlans());
  runs.onAppend = () => {
    throw new Error('EROFS');
  };
  const happened = ['the journal cannot be written: EROFS'];
  expect(await runs.whole(planned([MOVE]))).toEqual({ ...REFUSED, happened });
  expect(runs.driver.asked).toEqual([]);
  expect(runs.driver.marked).toBe(false);
  expect(runs.events.at(-1)).toMatchObject({ event: 'run-finished', ...REFUSED, happened });
});

test('a run is refused if another run marks the domain at the same time, and that marker stays', async () => {
  const runs = new Runs(hostForPlans());
  runs.driver.marker = async () => theirs;
  const happened = ['run r9 (ann on h9) has locked the domain'];
  expect(await runs.whole(planned([MOVE]))).toEqual({ ...REFUSED, happened });
  expect(runs.driver.asked).toEqual([]);
  expect(runs.driver.marked).toBe(true);
});

test.each([
  ['libvirt refuses the marker', new EffectFailed('no metadata for you'), 'no metadata for you'],
  ['libvirt is away', gone(), 'libvirt is away.'],
])('a run is refused if %s, and leaves no marker', async (_title, error, reason) => {
  const runs = new Runs(hostForPlans());
  const { driver } = runs;
  driver.marker = throwing(error);
  expect(await runs.whole(planned([MOVE]))).toEqual({ ...REFUSED, happened: [reason] });
  expect(driver.asked).toEqual([]);
  expect(driver.marked).toBe(false);
  expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', end: 'preflight-refused' });
});

test('a refused run reports how to remove a marker that may be left', async () => {
  const runs = new Runs(hostForPlans());
  runs.driver.marker = throwing(gone());
  runs.driver.unmark = throwing(new EffectFailed('libvirt said no'));
  expect(await runs.whole(planned([MOVE]))).toEqual({
    ...REFUSED,
    happened: [
      'libvirt is away.',
      'the marker of the run could not be removed, and other operators may still see it on the domain: libvirt said no',
    ],
    next: [UNMARK],
  });
  expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', next: [UNMARK] });
});

test.each([
  ['setting the marker', { marker: throwing(new TypeError('a bug')) }],
  ['removing the marker', { marker: throwing(gone()), unmark: throwing(new TypeError('a bug')) }],
])('a bug in %s is not a refusal', async (_title, broken) => {
  const runs = new Runs(hostForPlans());
  Object.assign(runs.driver, broken);
  await expect(runs.whole(planned([MOVE]))).rejects.toThrow('a bug');
});
