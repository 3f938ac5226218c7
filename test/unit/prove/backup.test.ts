/** Proofs of plans with backups, and that a proof notices a backup that is called complete and is not. */
import { expect, test } from 'vitest';
import { unfinishedCopies } from '../../../src/host/content.ts';
import { type SimulatedHost, simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { type HostState, withDomain } from '../../../src/model/host-state.ts';
import { violationsDuring } from '../../../src/prove/invariants.ts';
import { provePlan } from '../../../src/prove/prove.ts';
import { apply } from '../../../src/simulate/host.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { stored, storedDisk, storeOf, withStore } from '../../stored.ts';
import { BASE, DATA, disk, looked, SNAP1, world } from '../../worlds.ts';

const BACKUP = 'backup-begin: { store: /backup, name: monday }';
const host: HostState = world({
  disks: [disk('vda', [SNAP1, BASE]), disk('vdb', [DATA])],
  folders: { '/backup': { writable: true, free: 2 ** 40 } },
});

const proofOf = (...steps: readonly string[]) => proofOn(host, ...steps);

function proofOn(on: HostState, ...steps: readonly string[]) {
  const { graph } = planned(steps);
  const { files } = walk(graph, on);
  const state = looked(on, files);
  return provePlan(graph, state, [...new Set([...files, ...Object.keys(state.files)])]);
}

test('a backup violates no invariant under any two faults', () => {
  const { violations, singles, pairs } = proofOf(BACKUP);
  expect(violations).toEqual([]);
  expect(singles['rolled-back']).toBeGreaterThan(20);
  expect(pairs['rolled-back']).toBeGreaterThan(300);
});

test('nor does an increment, which deletes the checkpoint of its parent', () => {
  const time = '2026-11-29T02:00:00Z';
  const point = { domain: 'testvm', uuid: host.domain.uuid, time, sequence: 1, quiesced: false };
  const sunday = stored('sunday', [storedDisk('vda')], {
    point: { ...point, checkpoint: 'sunday' },
  });
  const disks = [{ target: 'vda', bitmap: 'sunday', next: 65_536 }];
  const tracking = [{ name: 'sunday', created: Date.parse(time) / 1000, disks }];
  const tracked = withDomain(host, { checkpoints: ['sunday'], tracking });
  const on = withStore(tracked, '/backup', storeOf([sunday]));
  const step = 'backup-begin: { store: /backup, name: monday, disks: [vda], incremental: auto }';
  const effects = planned([step]).graph.nodes.flatMap(({ phase }) => phase.effects(on, on));
  expect(JSON.stringify(effects)).toContain("incremental='sunday'");
  expect(effects.at(-1)).toMatchObject({ tool: 'retire-checkpoints', checkpoints: ['sunday'] });
  const { violations, singles } = proofOn(on, step);
  expect(violations).toEqual([]);
  expect(singles['rolled-back']).toBeGreaterThan(20);
});

test('nor does one before a step that fails', () => {
  const { violations } = proofOf(BACKUP, 'blockcopy: { disk: vdb, dest: /backup/x, finish: true }');
  expect(violations).toEqual([]);
});

test('a backup that is published before it is complete is a violation', () => {
  const { graph } = planned([BACKUP]);
  const state = looked(host, walk(graph, host).files);
  const effects = graph.nodes.flatMap(({ phase }) => phase.effects(state, state));
  const performed = (skipped: string | undefined): SimulatedHost =>
    effects
      .filter(({ tool }) => tool !== skipped)
      .reduce((on, effect) => apply(on, effect), simulatedHostOf(state));
  const wrong = violationsDuring(state);
  expect(wrong(performed(undefined))).toEqual([]);
  expect(unfinishedCopies(performed('publish-backup').content)).toEqual([]);
  expect(wrong(performed('await-backup'))).toEqual([
    "a backup was completed, but some of the guest's writes are missing from /backup/monday.partial/vda.qcow2",
    "a backup was completed, but some of the guest's writes are missing from /backup/monday.partial/vdb.qcow2",
  ]);
});
