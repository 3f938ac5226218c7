/** What a run could not make sure of is tried again when it is taken up, and is not held against another QEMU process. */
import { describe, expect, test } from 'vitest';
import type { Finish } from '../../../src/run/course.ts';
import { onDomain, type SimulatedHost } from '../../../src/simulate/host-state.ts';
import { guestDies, guestStarts } from '../../../src/simulate/mishaps.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, shipped } from '../../plans.ts';

describe('a guest whose file systems may be frozen', () => {
  const restarts = (host: SimulatedHost) =>
    onDomain(guestStarts(guestDies(host)), { agent: false });
  const agentGone = (host: SimulatedHost) => onDomain(host, { agent: false });
  const agentBack = (host: SimulatedHost) => onDomain(host, { agent: true });
  const frozen = (finish: Finish | undefined) => finish?.state.some((each) => /frozen/.test(each));

  async function snapshotDone(): Promise<Runs> {
    const runs = new Runs(hostForPlans());
    await runs.killed(
      shipped('live-backup.yaml'),
      (entry) => entry.type === 'phase-finished' && entry.phase === 'snapshot',
    );
    return runs;
  }

  test('and that was started again since is not frozen: one rollback ends the run', async () => {
    const runs = await snapshotDone();
    runs.befalls(restarts);
    const { finish, commands } = await runs.again('rollback');
    expect(finish).toMatchObject({ end: 'rolled-back', exitCode: 0 });
    expect(commands.filter(has('domfsthaw'))).toEqual([]);
  });

  test.each(['resume', 'rollback'] as const)('is thawed by the next %s', async (how) => {
    const runs = await snapshotDone();
    runs.befalls(agentGone);
    const stranded = (await runs.again('rollback')).finish;
    expect(stranded?.end).toBe('stranded');
    expect(frozen(stranded)).toBe(true);
    expect(stranded?.next).toContain('blockplan rollback r');
    expect(stranded?.next).not.toContain('blockplan resume r');
    const still = await runs.again(how);
    expect(still.commands.filter(has('domfsthaw'))).toHaveLength(1);
    expect(frozen(still.finish)).toBe(true);
    runs.befalls(agentBack);
    const { finish, commands } = await runs.again(how);
    expect(commands.filter(has('domfsthaw'))).toHaveLength(1);
    expect(finish).toMatchObject({ end: 'rolled-back', exitCode: how === 'rollback' ? 0 : 4 });
  });

  test.each(['resume', 'rollback'] as const)(
    'and is started again then is let go by the next %s',
    async (how) => {
      const runs = await snapshotDone();
      runs.befalls(agentGone);
      await runs.again('rollback');
      runs.befalls(restarts);
      const { finish, commands } = await runs.again(how);
      expect(commands.filter(has('domfsthaw'))).toEqual([]);
      expect(finish?.end).toBe('rolled-back');
    },
  );

  test('because the snapshot was made anew in the process that runs now is still held in doubt', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(shipped('live-backup.yaml'), intends('snapshot-create-as'));
    runs.befalls((host) => agentBack(restarts(host)));
    await runs.again(
      'resume',
      (entry) => entry.type === 'phase-finished' && entry.phase === 'snapshot',
    );
    runs.befalls(agentGone);
    expect(frozen((await runs.again('rollback')).finish)).toBe(true);
  });
});
