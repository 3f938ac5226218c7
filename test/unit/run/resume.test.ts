/** Killed runs that are resumed after something has happened that is not in the journal. */

import { describe, expect, test } from 'vitest';
import { commandText } from '../../../src/commands/effect-text.ts';
import {
  type SimulatedHost,
  updateDomain,
  withHostState,
} from '../../../src/host/simulated-host.ts';
import { activeFile, withDomain, withFile } from '../../../src/model/host-state.ts';
import { saidIn } from '../../../src/run/run-state.ts';
import { apply } from '../../../src/simulate/host.ts';
import { guestDies, jobsDie, lostAtNextStart } from '../../../src/simulate/host-faults.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned, shipped } from '../../plans.ts';
import { disk, neighbour, SNAP1, SNAP2 } from '../../worlds.ts';

function withNeighbour(name: string, file: string): (host: SimulatedHost) => SimulatedHost {
  return (host) => ({
    ...host,
    state: { ...host.state, others: [...host.state.others, neighbour(name, [file], [])] },
  });
}

describe('another user', () => {
  test('puts a guest on the base of the first commit: nothing is committed', async () => {
    const runs = new Runs(hostForPlans());
    const commit = planned([
      'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }',
    ]);
    await runs.killed(commit, ({ type }) => type === 'run-started');
    runs.befalls(withNeighbour('clone', SNAP1));
    const { finish, commands } = await runs.again('resume');
    expect(commands.filter(has('blockcommit'))).toEqual([]);
    expect(finish?.end).toBe('rolled-back');
  });

  test('puts a guest on the old file: the rollback does not write to it', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(
      shipped('live-storage-migration.yaml'),
      (entry) => entry.type === 'phase-finished' && entry.phase === 'pivot',
    );
    runs.befalls(withNeighbour('clone', SNAP2));
    const { finish, commands } = await runs.again('rollback');
    expect(finish?.end).toBe('stranded');
    expect(finish && saidIn(finish).join('\n')).toContain(
      `${SNAP2} is now in another guest's backing chain`,
    );
    expect(commands.filter(has(`--dest ${SNAP2}`))).toEqual([]);
    expect(commands.filter(has(`rm ${SNAP2}`))).toEqual([]);
  });

  test('edits the definition: it is not removed', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(
      shipped('live-storage-migration-classic.yaml'),
      (entry) => entry.type === 'phase-finished' && entry.phase === 'undefine',
    );
    const kept = runs.entries.find((entry) => entry.type === 'kept');
    const edited = (kept?.type === 'kept' ? kept.bundle.definition : '').replace(
      '</domain>',
      '<title>edited</title></domain>',
    );
    runs.befalls((host) => updateDomain(host, { persistent: true, definition: edited }));
    for (const how of ['resume', 'rollback'] as const) {
      const { finish } = await runs.again(how);
      expect(finish?.end).toBe('stranded');
      expect(runs.host.state.domain.definition).toBe(edited);
    }
  });

  test('ejects a medium: the running copy continues', async () => {
    const state = hostForPlans();
    const runs = new Runs(state);
    await runs.killed(shipped('live-storage-migration.yaml'), intends('wait for'));
    runs.befalls((host) => ({
      ...host,
      state: withDomain(host.state, {
        state: 'paused',
        snapshots: [...host.state.domain.snapshots, 'theirs'],
        disks: host.state.domain.disks.map((disk) =>
          disk.device === 'cdrom' ? { ...disk, chain: [] } : disk,
        ),
      }),
    }));
    const { commands } = await runs.again('resume');
    expect(commands.filter(has('--abort'))).toEqual([]);
    expect(commands.filter(has('--pivot'))).toHaveLength(1);
  });
});

test('a disk was attached in the meantime: the running copy continues', async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(shipped('live-storage-migration.yaml'), intends('wait for'));
  runs.befalls((host) =>
    withHostState(host, {
      ...withFile(host.state, '/z', { size: 1 }),
      domain: { ...host.state.domain, disks: [...host.state.domain.disks, disk('vdz', ['/z'])] },
    }),
  );
  const { commands } = await runs.again('resume');
  expect(commands.filter(has('--abort'))).toEqual([]);
  expect(commands.filter(has('--pivot'))).toHaveLength(1);
});

test('a guest that died after it was moved back is defined on the file that it last wrote to', async () => {
  const runs = new Runs(hostForPlans(), [{ at: 6, fault: 'refused' }]);
  await runs.killed(
    shipped('live-storage-migration-classic.yaml'),
    (entry) =>
      entry.type === 'phase-finished' && entry.direction === 'undo' && entry.phase === 'pivot',
  );
  expect(activeFile(runs.host.state, 'vda')).toBe(SNAP2);
  runs.befalls(guestDies);
  await runs.again('rollback');
  expect(lostAtNextStart(runs.host)).toEqual([]);
});

test('a dead guest with unknown last writes is not marked for autostart', async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(shipped('live-storage-migration-classic.yaml'), intends('--pivot'));
  runs.befalls(guestDies);
  const { finish, commands } = await runs.again('resume');
  expect(finish?.state.join('\n')).toContain('it is unknown where the guest last wrote');
  expect(commands.filter(has('virsh autostart'))).toEqual([]);
  expect(finish?.next.filter(has('virsh start'))).toEqual([]);
});

test('a copy that failed while it was being ended does not count as complete', async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(shipped('live-backup-mirror.yaml'), intends('--abort'));
  runs.befalls(jobsDie);
  const { finish } = await runs.again('resume');
  expect(finish?.end).toBe('rolled-back');
});

test('a phase that is undone to be repeated goes forward again after blockplan dies in it', async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(shipped('live-backup.yaml'), intends('qemu-img convert'));
  await runs.again('resume', (entry) => entry.type === 'phase-finished' && entry.anew === true);
  const { finish } = await runs.again('resume');
  expect(finish).toMatchObject({ end: 'succeeded' });
});

test("another tool's snapshot below an existing overlay: the definition stays with the guest", async () => {
  const [reused, theirs] = ['/new/reused.qcow2', '/new/theirs.qcow2'];
  const state = hostForPlans();
  const files = { ...state.files, [reused]: { size: 1, format: 'qcow2', backing: SNAP2 } };
  const runs = new Runs({ ...state, files });
  const snapshot = (file: string, more: readonly string[]) =>
    `snapshot-create-as: { name: s, disk-only: true, no-metadata: true, ${more.join('')}diskspec: [{ disk: vda, file: ${file} }] }`;
  const ours = planned([snapshot(reused, ['reuse-external: true, '])]);
  const [node] = planned([snapshot(theirs, [])]).graph.nodes;
  let come = false;
  runs.driver.onEffect = (effect) => {
    if (come || !commandText(effect).includes('snapshot-create-as')) return;
    come = true;
    runs.befalls((host) => node!.phase.effects(host.state, host.state).reduce(apply, host));
  };
  await runs.killed(ours, () => false);
  expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', end: 'stranded' });
  expect(JSON.stringify(runs.entries.at(-1))).toContain(
    `has a layer that this run did not create, ${theirs}`,
  );
  expect(activeFile(runs.host.state, 'vda')).toBe(reused);
  // Only libvirt's definition names their layer: no header does.
  expect(lostAtNextStart(runs.host)).toEqual([]);
});

test.each(['resume', 'rollback'] as const)(
  'the guest was migrated away: %s does not define it here, and its end records that',
  async (how) => {
    const runs = new Runs(hostForPlans());
    await runs.killed(
      shipped('live-storage-migration-classic.yaml'),
      (entry) => entry.type === 'phase-finished' && entry.phase === 'undefine',
    );
    runs.befalls((host) => updateDomain(host, { state: 'gone', movedAway: true, disks: [] }));
    const { finish, commands } = await runs.again(how);
    expect(finish?.end).toBe('stranded');
    expect(commands.filter(has('define'))).toEqual([]);
    expect(runs.host.state.domain.persistent).toBe(false);
    expect(runs.entries.at(-1)).toMatchObject({ type: 'run-finished', movedAway: true });
  },
);
