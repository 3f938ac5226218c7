/** Runs whose guest was stopped and started again from another file than the one that it wrote to last. */
import { describe, expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { asDefined } from '../../../src/host/domain.ts';
import type { SimulatedHost } from '../../../src/host/simulated-host.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { activeFile } from '../../../src/model/host-state.ts';
import { saidIn } from '../../../src/run/run-state.ts';
import { guestDies, guestStarts } from '../../../src/simulate/host-faults.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned, shipped } from '../../plans.ts';
import { SNAP2 } from '../../worlds.ts';

const COPY = '/new/copy.qcow2';
const OVERLAY = '/new/o.qcow2';
const MODES = ['rollback', 'resume'] as const;

/** An operator starts the guest from its definition of before the run. */
function restarted(host: SimulatedHost): SimulatedHost {
  const { definition } = hostForPlans().domain;
  return guestStarts(asDefined(guestDies(host), definition ?? ''));
}

const ended = (phase: string) => (entry: JournalEntry) =>
  entry.type === 'phase-finished' && entry.phase === phase;

const overlay = () =>
  planned([
    'undefine: {}',
    `snapshot-create-as: { name: s, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: ${OVERLAY} }] }`,
    'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }',
    'redefine: {}',
  ]);

describe.each(MODES)('%s after the guest was started from its former file', (how) => {
  test.each([
    ['after a pivot', () => shipped('live-storage-migration-classic.yaml'), ended('pivot'), COPY],
    ['during a pivot', () => shipped('live-storage-migration-classic.yaml'), ended('mirror'), COPY],
    ['after a snapshot', overlay, ended('snapshot'), OVERLAY],
  ] as const)('%s: the file with its writes stays', async (name, plan, at, file) => {
    const runs = new Runs(hostForPlans());
    await runs.killed(plan(), name === 'during a pivot' ? intends('--pivot') : at);
    runs.befalls(restarted);
    expect(activeFile(runs.host.state, 'vda')).toBe(SNAP2);
    // Each attempt finds it again.
    for (const mode of [how, 'rollback'] as const) {
      const { finish, commands } = await runs.again(mode);
      expect(finish?.end).toBe('stranded');
      expect(commands.filter((words) => has(file)(words) && !has('define')(words))).toEqual([]);
      expect(runs.host.state.files[file]).toBeTruthy();
      expect(activeFile(runs.host.state, 'vda')).toBe(SNAP2);
      expect(finish && saidIn(finish).join('\n')).toContain(
        `vda: "testvm" ${name === 'during a pivot' ? 'may have written' : 'wrote'} to ${file} before it was stopped, and now runs on ${SNAP2}`,
      );
    }
  });
});

test('a guest that was started from the copy is rolled back', async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(shipped('live-storage-migration-classic.yaml'), ended('pivot'));
  const definition = (hostForPlans().domain.definition ?? '').replaceAll(SNAP2, COPY);
  runs.befalls((host) => guestStarts(asDefined(guestDies(host), definition)));
  expect(activeFile(runs.host.state, 'vda')).toBe(COPY);
  const { finish } = await runs.again('rollback');
  expect(finish?.end).toBe('rolled-back');
  expect(activeFile(runs.host.state, 'vda')).toBe(SNAP2);
});

test('a guest that was started again before it had moved is rolled back', async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(shipped('live-storage-migration-classic.yaml'), intends('wait for'));
  runs.befalls(restarted);
  const { finish } = await runs.again('rollback');
  expect(finish?.end).toBe('rolled-back');
  expect(runs.host.state.files[COPY]).toBeFalsy();
});

test('a guest of which the process is unknown, on another file: the file with its writes stays', async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(shipped('live-storage-migration-classic.yaml'), ended('pivot'));
  runs.entries = JSON.parse(JSON.stringify(runs.entries), (key, value) =>
    key === 'process' ? undefined : value,
  );
  runs.befalls(restarted);
  expect((await runs.again('rollback')).finish?.end).toBe('stranded');
  expect(runs.host.state.files[COPY]).toBeTruthy();
});

test('the file with its writes is also named at an end that is uncertain', async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(shipped('live-storage-migration-classic.yaml'), ended('pivot'));
  runs.befalls(restarted);
  const away = { code: 'BP198', severity: 'error', message: 'libvirt is away.' } as const;
  const observe = runs.driver.observe.bind(runs.driver);
  let looks = 0;
  Object.assign(runs.driver, {
    reconnect: async () => false,
    observe: async (files: readonly string[]) => {
      if (looks++ > 0) throw new BlockplanError('uncertain', [away]);
      return observe(files);
    },
  });
  const { finish } = await runs.again('rollback');
  expect(finish?.end).toBe('uncertain');
  expect(finish?.state.join('\n')).toContain(
    `vda: "testvm" wrote to ${COPY} before it was stopped, and now runs on ${SNAP2}`,
  );
});
