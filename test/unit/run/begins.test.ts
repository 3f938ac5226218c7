/** A run that cannot begin says why, and leaves nothing behind. */
import { describe, expect, test } from 'vitest';
import type { Driver } from '../../../src/commands/driver.ts';
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
  const mark = runs.driver.mark.bind(runs.driver);
  // It sets its own right after this run.
  runs.driver.mark = (own) => mark(own).then(() => mark(theirs));
  const happened = ['run r9 (ann on h9) has locked the domain'];
  expect(await runs.whole(planned([MOVE]))).toEqual({ ...REFUSED, happened });
  expect(runs.driver.asked).toEqual([]);
  expect(await runs.driver.marker()).toEqual(theirs);
});

test('a run is refused if another run has marked the domain since preflight, and writes nothing', async () => {
  const runs = new Runs(hostForPlans());
  await runs.driver.mark(theirs);
  runs.driver.mark = throwing(new TypeError('not to be called'));
  const happened = ['run r9 (ann on h9) has locked the domain'];
  expect(await runs.whole(planned([MOVE]))).toEqual({ ...REFUSED, happened });
  expect(runs.driver.asked).toEqual([]);
  expect(await runs.driver.marker()).toEqual(theirs);
});

/** Lets a number of reads of the marker through, and makes the later ones throw, as many as that. */
function readsFail(driver: Driver, after: number, error: Error, times = 1): void {
  const real = driver.marker.bind(driver);
  let asked = 0;
  driver.marker = async () => {
    asked++;
    if (asked > after && asked <= after + times) throw error;
    return real();
  };
}

test.each([
  ['libvirt refuses the marker', new EffectFailed('no metadata for you'), 'no metadata for you'],
  ['libvirt is away', gone(), 'libvirt is away.'],
])('a run is refused if %s, and leaves no marker', async (_title, error, reason) => {
  const runs = new Runs(hostForPlans());
  const { driver } = runs;
  readsFail(driver, 1, error);
  expect(await runs.whole(planned([MOVE]))).toEqual({ ...REFUSED, happened: [reason] });
  expect(driver.asked).toEqual([]);
  expect(driver.marked).toBe(false);
  expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', end: 'preflight-refused' });
});

test('a refused run reports how to remove a marker that may be left', async () => {
  const runs = new Runs(hostForPlans());
  readsFail(runs.driver, 1, gone());
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
  ['setting the marker', { mark: throwing(new TypeError('a bug')) }],
  ['removing the marker', { unmark: throwing(new TypeError('a bug')) }],
])('a bug in %s is not a refusal', async (_title, broken) => {
  const runs = new Runs(hostForPlans());
  readsFail(runs.driver, 1, gone());
  Object.assign(runs.driver, broken);
  await expect(runs.whole(planned([MOVE]))).rejects.toThrow('a bug');
});

describe('the marker of another run', () => {
  const ends = 'the marker of the run ends with it';

  /** Something happens to the marker before the first effect of the last phase, or of its rollback. */
  async function withMarker(marker: Marker | undefined, fails = false) {
    const runs = new Runs(hostForPlans());
    const { driver } = runs;
    runs.onAppend = (entry) => {
      if (entry.type !== 'phase-finished' || entry.phase !== 'mirror') return;
      void (marker ? driver.mark(marker) : driver.unmark());
    };
    const marks: Marker[] = [];
    const mark = driver.mark.bind(driver);
    driver.mark = async (own) => {
      marks.push(own);
      if (fails && marks.length > 1) throw new EffectFailed('no metadata');
      await mark(own);
    };
    return { runs, marks, finish: await runs.whole(planned([MOVE])) };
  }

  test('stops a run before its next phase, and stays', async () => {
    const { runs, finish } = await withMarker(theirs);
    expect(finish.end).toBe('stranded');
    expect(finish.happened?.[0]).toContain('run r9 (ann on h9) has locked the domain meanwhile');
    expect(finish.next).toContain('blockplan rollback r');
    expect(await runs.driver.marker()).toEqual(theirs);
    expect(runs.driver.asked.map((effect) => effect.tool)).toEqual([
      'make-file',
      'virsh',
      'await-job',
    ]);
  });

  test.each([false, true])(
    `if it is only lost, it is set again, at best (%s): ${ends}`,
    async (fails) => {
      const { runs, marks, finish } = await withMarker(undefined, fails);
      expect(finish.end).toBe('succeeded');
      expect(marks.map(({ run }) => run)).toEqual(['r', 'r']);
      expect(runs.driver.marked).toBe(false);
    },
  );

  test('is not removed at the end', async () => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (entry.type === 'phase-finished' && entry.phase === 'pivot') void runs.driver.mark(theirs);
    };
    expect((await runs.whole(planned([MOVE]))).end).toBe('succeeded');
    expect(await runs.driver.marker()).toEqual(theirs);
  });
});
