/** How the rollback of one phase ends, and that a guest does not stay frozen after it. */
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { type SimulatedHost, withHostState } from '../../../src/host/simulated-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { has, intends, type Runs } from '../../killed-runs.ts';
import { planned } from '../../plans.ts';
import { commands, is, lost, onTop, runWith, times } from '../../troubled-runs.ts';

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';
const OVERLAY = '/new/o';
const SNAPSHOT = `snapshot-create-as: { name: s, disk-only: true, no-metadata: true, quiesce: true, diskspec: [{ disk: vda, file: ${OVERLAY} }] }`;

const notices = (events: readonly RunEvent[]) =>
  events.flatMap((each) => (each.event === 'notice' ? [each.message] : []));

describe('a rollback', () => {
  const refusedPivot = times('--pivot', 1, () => new EffectFailed('no'));

  test('that has no effect is tried four times', async () => {
    const again = runWith((effect) => {
      if (is('rm /new/c')(effect) || is('--abort')(effect)) return 'idle';
      return is('--pivot')(effect) ? new EffectFailed('no') : undefined;
    });
    expect(await again.whole(planned([MOVE]))).toMatchObject({
      end: 'stranded',
      happened: expect.arrayContaining([
        'the rollback of blockcopy/mirror failed: the rollback ran, but did not restore the former state',
      ]),
    });
    expect(commands(again).filter(has('--abort'))).toHaveLength(4);
  });

  test('does not touch a layer that another user has put on the disk', async () => {
    const theirs = (host: SimulatedHost) => withHostState(host, onTop(host.state, '/theirs'));
    const runs = runWith((effect, each) => {
      const error = refusedPivot(effect);
      if (error) each.befalls(theirs);
      return error;
    });
    const finish = await runs.whole(planned([MOVE]));
    const reason = `vda has a layer that this run did not create, /theirs: another user or tool created a snapshot of the disk or moved it`;
    expect(finish.happened).toEqual([
      'blockcopy/pivot failed: no',
      `the rollback of blockcopy/pivot failed: ${reason}`,
    ]);
    expect(finish.next).toEqual([
      'virsh snapshot-list testvm --tree',
      'virsh domblklist testvm',
      'blockplan rollback r',
    ]);
    expect(commands(runs).filter(has('--abort'))).toEqual([]);
  });
});

describe('a guest that may be frozen', () => {
  const thaws = (runs: Runs) => commands(runs).filter(has('domfsthaw'));
  const unthawed = () => times('domfsthaw', 1, () => new EffectFailed('no agent'));

  test('is thawed once in a rollback', async () => {
    const runs = runWith(unthawed());
    expect((await runs.whole(planned([SNAPSHOT]))).end).toBe('rolled-back');
    expect(thaws(runs)).toHaveLength(2);
  });

  test('is thawed if the rollback fails', async () => {
    const first = unthawed();
    const refused = times('blockcommit', 1, () => new EffectFailed('no'));
    const runs = runWith((effect) => first(effect) ?? refused(effect));
    const finish = await runs.whole(planned([SNAPSHOT]));
    expect(finish.end).toBe('stranded');
    expect(finish.happened).toContain('the rollback of snapshot-create-as/snapshot failed: no');
    expect(thaws(runs)).toHaveLength(2);
  });

  test.each(['blockcommit', '# wait', 'domfsthaw'])(
    'is thawed if the connection is lost in the rollback, at %s',
    async (words) => {
      const first = unthawed();
      const away = times(words, 1, lost);
      const runs = runWith((effect) => first(effect) ?? away(effect));
      expect((await runs.whole(planned([SNAPSHOT]))).end).toBe('rolled-back');
      expect(thaws(runs)).toHaveLength(words === 'domfsthaw' ? 3 : 2);
    },
  );

  test('is thawed if the plan leaves a failure as it is', async () => {
    const runs = runWith(unthawed());
    expect((await runs.whole(planned([SNAPSHOT], 'stop'))).end).toBe('stranded');
    expect(thaws(runs)).toHaveLength(2);
    expect(runs.entries.filter(intends('domfsthaw'))).toMatchObject([
      { direction: 'do' },
      { direction: 'undo' },
    ]);
    expect(commands(runs).filter(has('blockcommit'))).toEqual([]);
  });

  test.each(['domfsthaw', 'blockcommit'])(
    "is thawed once if another user's layer prevents the rollback, found after %s",
    async (words) => {
      const first = unthawed();
      const theirs = (host: SimulatedHost) => withHostState(host, onTop(host.state, '/theirs'));
      let come = false;
      const runs = runWith((effect, each) => {
        const error = first(effect);
        if (!come && is(words)(effect)) {
          come = true;
          each.befalls(theirs);
        }
        return error;
      });
      expect((await runs.whole(planned([SNAPSHOT]))).end).toBe('stranded');
      expect(thaws(runs)).toHaveLength(2);
    },
  );

  test('is not thawed again by a rollback that fails later', async () => {
    const first = unthawed();
    const runs = runWith((effect, { driver }) => {
      const error = first(effect);
      if (!error && is('domfsthaw')(effect)) {
        const observe = driver.observe.bind(driver);
        driver.observe = async () => {
          driver.observe = observe;
          throw new EffectFailed('it cannot be looked at');
        };
      }
      return error;
    });
    expect((await runs.whole(planned([SNAPSHOT]))).end).toBe('stranded');
    expect(thaws(runs)).toHaveLength(2);
  });

  test('is reported if it cannot be observed then', async () => {
    const first = unthawed();
    const runs = runWith((effect, { driver }) => {
      const error = first(effect);
      if (!error) return undefined;
      const observe = driver.observe.bind(driver);
      driver.observe = async () => {
        driver.observe = observe;
        throw new EffectFailed('it cannot be looked at');
      };
      return error;
    });
    expect((await runs.whole(planned([SNAPSHOT], 'stop'))).end).toBe('stranded');
    expect(notices(runs.events)).toContain('it cannot be looked at');
  });
});
