/** How a live run reacts to the user: an interruption stops its forward phases, and a second one leaves it unfinished. */
import { describe, expect, test } from 'vitest';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { LeftUnfinished } from '../../../src/run/execute.ts';
import { wordsIn } from '../../effects.ts';
import { intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { waiting } from '../../troubled-runs.ts';

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';

describe('an interruption', () => {
  const reason = new Error('interrupted by SIGINT');

  test.each([
    ['counts if the driver aborts because of it', () => reason, true],
    [
      'does not count if the host refuses at the same time',
      () => new EffectFailed('the host says no'),
      false,
    ],
  ] as const)('%s', async (_title, error, interrupted) => {
    const runs: Runs = waiting(() => {
      runs.interrupt.abort(reason);
      throw error();
    });
    const finish = await runs.whole(planned([MOVE]));
    expect(finish).toMatchObject({ end: 'rolled-back', interrupted });
    expect(finish.happened?.[0]).toBe(
      interrupted ? 'interrupted in blockcopy/mirror' : 'blockcopy/mirror failed: the host says no',
    );
  });

  test('stops a forward run, and not a rollback, which only a second one stops', async () => {
    const runs = new Runs(hostForPlans());
    const signals: unknown[] = [];
    const perform = runs.driver.perform.bind(runs.driver);
    runs.driver.perform = async (effect, context) => {
      signals.push(context.signal);
      if (signals.length === 4) throw new EffectFailed('no');
      await perform(effect, context);
    };
    await runs.whole(planned([MOVE]));
    const { interrupt, leave } = runs;
    expect(signals.slice(0, 4)).toEqual(Array(4).fill(interrupt.signal));
    expect(signals.slice(4)).toEqual(Array(2).fill(leave.signal));
  });
});

describe('a run that the user leaves', () => {
  const by = new Error('SIGINT');

  async function left(word: string, change: (runs: Runs) => void = () => {}) {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (intends(word)(entry)) runs.leave.abort(by);
    };
    change(runs);
    const error: unknown = await runs.whole(planned([MOVE])).then(undefined, (thrown) => thrown);
    return { runs, error };
  }

  test('is not over, and reports how to resume it', async () => {
    const { runs, error } = await left('--pivot');
    expect(error).toBeInstanceOf(LeftUnfinished);
    expect(error).toMatchObject({ name: 'LeftUnfinished', message: 'SIGINT' });
    expect(runs.entries.at(-1)).toEqual({ type: 'run-left', by: 'SIGINT' });
    expect(runs.events.at(-1)).toMatchObject({
      ...{ event: 'run-left', run: 'r', by: 'SIGINT' },
      jobs: ['the copy of vda was not cancelled and continues in QEMU'],
      next: ['blockplan resume r', 'blockplan rollback r'],
    });
    expect(runs.driver.asked.some((effect) => wordsIn(effect).includes('--pivot'))).toBe(false);
  });

  test('in its rollback can only be rolled back', async () => {
    const { runs } = await left('--abort', ({ driver }) => {
      driver.injections = [{ at: 3, fault: 'refused' }];
    });
    expect(runs.events.at(-1)).toMatchObject({ next: ['blockplan rollback r'] });
  });

  test.each([
    ['sent', 'may have been cancelled already'],
    ['not sent', 'was not cancelled and continues in QEMU'],
  ] as const)(
    'in its rollback, with the cancellation %s, says what is known of the copy',
    async (sent, said) => {
      const runs = new Runs(hostForPlans(), [{ at: 3, fault: 'refused' }]);
      const perform = runs.driver.perform.bind(runs.driver);
      runs.driver.perform = async (effect, context) => {
        if (wordsIn(effect).includes('--abort')) {
          runs.leave.abort(by);
          throw sent === 'sent' ? by : new EffectFailed('no such domain', { begun: false });
        }
        await perform(effect, context);
      };
      await expect(runs.whole(planned([MOVE]))).rejects.toBeInstanceOf(LeftUnfinished);
      expect(runs.events.at(-1)).toMatchObject({
        event: 'run-left',
        jobs: [`the copy of vda ${said}`],
      });
    },
  );

  test('is recorded on disk at once, and a journal that cannot be written is reported', async () => {
    const syncs: boolean[] = [];
    const { runs, error } = await left('--pivot', (each) => {
      const { onAppend } = each;
      each.onAppend = (entry, sync) => {
        onAppend(entry, sync);
        if (entry.type !== 'run-left') return;
        syncs.push(sync);
        throw new Error('ENOSPC');
      };
    });
    expect(error).toBeInstanceOf(LeftUnfinished);
    expect(syncs).toEqual([true]);
    expect(runs.events.at(-2)).toMatchObject({
      ...{ event: 'notice', message: 'the journal cannot be written: ENOSPC' },
    });
  });

  test('after its end is recorded is over', async () => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = ({ type }) => {
      if (type === 'run-finished') runs.leave.abort(by);
    };
    expect(await runs.whole(planned([MOVE]))).toMatchObject({ end: 'succeeded' });
    expect(runs.events.at(-1)).toMatchObject({ event: 'run-finished' });
  });
});

test('reconnecting is tried until the user stops waiting', async () => {
  const runs = new Runs(hostForPlans(), [{ at: 2, fault: 'connection lost before' }]);
  const signals: unknown[] = [];
  const reconnect = runs.driver.reconnect.bind(runs.driver);
  runs.driver.reconnect = async (signal?: AbortSignal) => {
    signals.push(signal);
    return reconnect();
  };
  expect(await runs.whole(planned([MOVE]))).toMatchObject({ end: 'succeeded' });
  expect(signals).toEqual([runs.leave.signal]);
});
