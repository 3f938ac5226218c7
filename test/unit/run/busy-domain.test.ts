/**
 * While another command holds the domain, libvirt neither answers nor obeys. An effect is then not begun, and is tried again;
 * after ten minutes the run is uncertain, and is not tried in any other way.
 */
import { describe, expect, test } from 'vitest';
import type { Effect, VirshTerms } from '../../../src/commands/effect.ts';
import type { Finding } from '../../../src/errors.ts';
import { DomainBusy } from '../../../src/model/domain-busy.ts';
import { CommandBusy, DomainTaken, EffectFailed } from '../../../src/model/effect-failed.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import { performEffect } from '../../../src/run/perform-effect.ts';
import { answered, runStateIn } from '../../answered.ts';
import { virshEffect } from '../../effects.ts';
import { has, intends, type Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { commands, is, runWith, times } from '../../troubled-runs.ts';

const ROUNDS = 20;
const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';
const CLASSIC = ['undefine: {}', MOVE, 'redefine: { disk: vda, source: /new/c }'];
const finding: Finding = { code: 'BP196', severity: 'error', message: 'it is locked' };
const busy = () => new DomainBusy('preflight-refused', [finding]);
const blocked = () => new CommandBusy('virsh blockjob: it is locked');

const notices = (runs: Runs) =>
  runs.events.flatMap((each) =>
    each.event === 'notice' && each.message.includes('Trying again') ? [each.message] : [],
  );
const outcomes = (runs: Runs) =>
  runs.entries.filter((entry) => entry.type === 'outcome' && entry.error !== undefined);

/** A run whose pivot fails, and whose rollback meets these errors. */
function undoing(fault: (effect: Effect) => Error | 'idle' | undefined): Runs {
  const pivot = times('--pivot', 1, () => new EffectFailed('no'));
  return runWith((effect) => pivot(effect) ?? fault(effect));
}

/** Counts the observations from the first matching effect on, which are refused from there. */
function unobservable(words: string): { readonly runs: Runs; count(): number } {
  let count = 0;
  const runs = runWith((effect, { driver }) => {
    if (is(words)(effect))
      driver.observe = async () => {
        count++;
        throw busy();
      };
    return undefined;
  });
  return { runs, count: () => count };
}

describe('an effect that looks at a busy domain', () => {
  test('is tried again, with one intent, and the rollback is completed', async () => {
    const runs = undoing(times('rm /new/c', ROUNDS - 1, busy));
    expect((await runs.whole(planned([MOVE]))).end).toBe('rolled-back');
    expect(commands(runs).filter(has('rm /new/c'))).toHaveLength(ROUNDS);
    expect(runs.entries.filter(intends('rm /new/c'))).toHaveLength(1);
    expect(notices(runs)).toEqual(['it is locked. Trying again for up to 10 min.']);
  });

  test('is given up once, was not begun, and a later rollback completes it', async () => {
    const runs = undoing(times('rm /new/c', ROUNDS, busy));
    const finish = await runs.whole(planned([MOVE]));
    expect(finish).toMatchObject({ end: 'uncertain', exitCode: 6 });
    expect(finish.happened?.at(-1)).toBe('the rollback of blockcopy/mirror failed: it is locked');
    expect(finish.next).toContain('blockplan rollback r');
    expect(outcomes(runs).at(-1)).toMatchObject({ error: 'it is locked', unbegun: true });
    expect(notices(runs)).toHaveLength(1);
    expect((await runs.again('rollback')).finish).toMatchObject({ end: 'rolled-back' });
  });

  test('goes on forward when the run is resumed', async () => {
    const runs = runWith(times('virsh define', ROUNDS, busy));
    expect((await runs.whole(planned([MOVE]))).end).toBe('uncertain');
    const { finish, commands: given } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(given.filter(has('virsh define'))).toHaveLength(1);
    expect(given.filter(has('blockcopy'))).toEqual([]);
  });

  test('leaves the definition where it is', async () => {
    const runs = runWith(times('virsh undefine', ROUNDS, busy));
    const finish = await runs.whole(planned(CLASSIC));
    expect(finish.end).toBe('uncertain');
    expect(finish.state.join()).not.toContain('exists only in');
    expect(finish.next).not.toContain('blockplan rescue r');
  });

  test('includes the reading of the definition', async () => {
    const runs = runWith(() => undefined);
    const bundle = runs.driver.bundle.bind(runs.driver);
    let left = 2;
    runs.driver.bundle = async () => {
      if (left-- > 0) throw busy();
      return bundle();
    };
    expect((await runs.whole(planned(CLASSIC))).end).toBe('succeeded');
    expect(notices(runs)).toHaveLength(1);
  });
});

test.each([
  ['of a phase', 'rollback', '--pivot'],
  ['of a phase that stays where it failed', 'stop', '--pivot'],
] as const)('an observation %s is given up once', async (_title, onFailure, words) => {
  const { runs, count } = unobservable(words);
  const finish = await runs.whole(planned([MOVE], onFailure));
  expect([finish.end, count()]).toEqual(['uncertain', ROUNDS]);
  expect(notices(runs)).toHaveLength(1);
});

test('an observation of a rollback is given up once, without its best-effort commands', async () => {
  const { runs, count } = unobservable('blockcopy');
  runs.driver.onEffect = (effect) => {
    if (is('# wait')(effect)) throw new EffectFailed('no');
  };
  const finish = await runs.whole(planned([MOVE]));
  expect([finish.end, count()]).toEqual(['uncertain', ROUNDS]);
});

describe('a command that another one blocks', () => {
  test('is sent again', async () => {
    const runs = runWith(times('--pivot', ROUNDS - 1, blocked));
    expect((await runs.whole(planned([MOVE]))).end).toBe('succeeded');
    expect(commands(runs).filter(has('--pivot'))).toHaveLength(ROUNDS);
    expect(notices(runs)).toEqual(['virsh blockjob: it is locked. Trying again for up to 10 min.']);
  });

  test('fails its phase in the end, as not begun', async () => {
    const runs = runWith(times('--pivot', ROUNDS, blocked));
    const finish = await runs.whole(planned([MOVE]));
    expect(finish).toMatchObject({
      ...{ end: 'rolled-back' },
      happened: ['blockcopy/pivot failed: virsh blockjob: it is locked'],
    });
    expect(outcomes(runs)).toEqual(
      Array.from({ length: ROUNDS }, () => expect.objectContaining({ unbegun: true })),
    );
  });

  test('is not sent again after an interruption, except in the rollback', async () => {
    const pivot = times('--pivot', ROUNDS, blocked);
    const abort = times('--abort', 3, blocked);
    const runs = runWith((effect, { interrupt }) => {
      if (is('--pivot')(effect)) interrupt.abort(new Error('interrupted'));
      return pivot(effect) ?? abort(effect);
    });
    expect((await runs.whole(planned([MOVE]))).end).toBe('rolled-back');
    expect(commands(runs).filter(has('--pivot'))).toHaveLength(1);
    expect(commands(runs).filter(has('--abort'))).toHaveLength(4);
  });

  test('is not sent again where another tool has ended its job meanwhile', async () => {
    const pivot = times('--pivot', 1, blocked);
    const runs = runWith((effect, { driver }) => {
      const error = pivot(effect);
      if (error === undefined) return undefined;
      const observe = driver.observe.bind(driver);
      driver.observe = async (files) => {
        const state = await observe(files);
        const disks = state.domain.disks.map(({ job: _ended, ...disk }) => disk);
        return { ...state, domain: { ...state.domain, disks } };
      };
      return error;
    });
    const finish = await runs.whole(planned([MOVE]));
    expect(commands(runs).filter(has('--pivot'))).toHaveLength(1);
    expect(finish.happened?.[0]).toBe(
      'blockcopy/pivot failed: another command held the domain, and the state found afterwards does not match this phase',
    );
  });

  test('is sent once by itself: its phase looks at the host before it sends it again', () => {
    const words = ['domfsthaw', '--domain', 'testvm'];
    const sent = (optional: Partial<VirshTerms>) => {
      const part = performEffect(
        runStateIn(hostForPlans()),
        { step: 's', phase: 'p', on: LOCAL },
        'undo',
        virshEffect(words, optional),
      );
      let count = 0;
      const answer = ({ ask }: { readonly ask: string }) => {
        if (ask !== 'perform') return undefined;
        count++;
        return blocked();
      };
      try {
        answered(part, answer);
      } catch (error) {
        expect(error).toBeInstanceOf(CommandBusy);
      }
      return count;
    };
    expect([sent({ optional: true }), sent({})]).toEqual([1, 1]);
  });
});

test('not even a best-effort command is begun where another run has marked the domain', () => {
  const part = performEffect(
    runStateIn(hostForPlans()),
    { step: 's', phase: 'p', on: LOCAL },
    'undo',
    virshEffect(['domfsthaw', '--domain', 'testvm'], { optional: true }),
  );
  const taken = new DomainTaken('run r9 has locked the domain meanwhile');
  const answer = ({ ask }: { readonly ask: string }) => (ask === 'perform' ? taken : undefined);
  expect(() => answered(part, answer)).toThrow(taken);
});
