/** What a run could not confirm is tried again when it is resumed, and does not count for another QEMU process. */

import { describe, expect, test } from 'vitest';
import { asDefined } from '../../../src/host/domain.ts';
import { type SimulatedHost, updateDomain } from '../../../src/host/simulated-host.ts';
import { createPlanMachine } from '../../../src/machine/machine.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { retryDoubts } from '../../../src/run/doubts.ts';
import { type Finish, initialRunState } from '../../../src/run/run-state.ts';
import { apply } from '../../../src/simulate/host.ts';
import { guestDies, guestStarts, lostAtNextStart } from '../../../src/simulate/host-faults.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned, shipped } from '../../plans.ts';
import { SNAP2 } from '../../worlds.ts';

describe('a guest whose file systems may be frozen', () => {
  const restarts = (host: SimulatedHost) =>
    updateDomain(guestStarts(guestDies(host)), { agent: false });
  const agentGone = (host: SimulatedHost) => updateDomain(host, { agent: false });
  const agentBack = (host: SimulatedHost) => updateDomain(host, { agent: true });
  const frozen = (finish: Finish | undefined) => finish?.state.some((each) => /frozen/.test(each));

  async function snapshotDone(): Promise<Runs> {
    const runs = new Runs(hostForPlans());
    await runs.killed(
      shipped('live-backup.yaml'),
      (entry) => entry.type === 'phase-finished' && entry.phase === 'snapshot',
    );
    return runs;
  }

  test('is not frozen once it was started again: one rollback ends the run', async () => {
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
    // This is done outside of all phases, as part of the rollback.
    expect(runs.entries.findLast(intends('domfsthaw'))).toMatchObject({
      ...{ step: 'run', phase: 'doubts', direction: 'undo' },
    });
  });

  test.each(['resume', 'rollback'] as const)(
    'is not in doubt if it was started again before the next %s',
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

  test('stays in doubt if the snapshot was repeated in the current process', async () => {
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

describe('a guest that stopped while an overlay was put on its disk', () => {
  const overlay = '/new/overlay.qcow2';
  const snapshot = `snapshot-create-as: { name: s, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: ${overlay} }] }`;
  const transient = planned([
    'undefine: {}',
    snapshot,
    `redefine: { disk: vda, source: ${overlay} }`,
  ]);
  const unknown = `vda: it is unknown where the guest last wrote (${SNAP2} or ${overlay}); the definition names ${overlay}. Compare the files before you start the guest`;
  const compare = `qemu-img compare ${SNAP2} ${overlay}`;
  const isSure = (finish: Finish | undefined) =>
    finish?.state.filter((each) => each.includes('but the guest wrote to'));

  async function stopsAtSnapshot(plan: typeof transient): Promise<Runs> {
    const runs = new Runs(hostForPlans());
    await runs.killed(plan, intends('snapshot-create-as'));
    runs.befalls(guestDies);
    return runs;
  }

  test.each(['resume', 'rollback'] as const)(
    'without a definition: every %s reports that the newest file is unknown',
    async (how) => {
      const runs = await stopsAtSnapshot(transient);
      for (let times = 0; times < 3; times++) {
        const { finish } = await runs.again(how);
        expect(finish?.end).toBe('stranded');
        expect(finish?.state).toContain(unknown);
        expect(isSure(finish)).toEqual([]);
        expect(finish?.next).toContain(compare);
        expect(runs.host.state.domain).toMatchObject({ persistent: true, autostart: false });
      }
    },
  );

  test('without a definition: a definition that a person adds is reported', async () => {
    const runs = await stopsAtSnapshot(transient);
    await runs.again('rollback');
    const before = hostForPlans().domain.definition ?? '';
    runs.befalls((host) => asDefined(host, before));
    const { finish } = await runs.again('rollback');
    expect(finish?.state).toContain(unknown.replace(`names ${overlay}`, `names ${SNAP2}`));
    expect(runs.host.state.domain.definition).toBe(before);
  });

  test.each([
    ['before', (host: SimulatedHost) => host],
    ['after', withSnapshot],
  ])(
    'with a definition, %s the overlay took effect: the definition shows where it wrote',
    async (_, taken) => {
      const runs = new Runs(hostForPlans());
      await runs.killed(planned([snapshot]), intends('snapshot-create-as'));
      runs.befalls((host) => guestDies(taken(host)));
      const { finish } = await runs.again('rollback');
      expect(finish?.end).toBe('stranded');
      expect(finish?.state.join()).not.toMatch(/unknown|but the guest wrote to/);
      expect(lostAtNextStart(runs.host)).toEqual([]);
    },
  );

  /** The host once the overlay is on the disk. */
  function withSnapshot(host: SimulatedHost): SimulatedHost {
    const [node] = planned([snapshot]).graph.nodes;
    const effects = node?.phase.effects(host.state, host.state) ?? [];
    return effects.filter(({ tool }) => tool === 'virsh').reduce(apply, host);
  }
});

test('without a doubt nothing is requested', () => {
  const { graph } = shipped('live-backup.yaml');
  const of = { graph, machine: createPlanMachine(graph), id: 'r', folder: '/run' };
  const hosts = onLocal({ initial: hostForPlans(), files: [] });
  expect([...retryDoubts(initialRunState({ ...of, hosts }))]).toEqual([]);
});
