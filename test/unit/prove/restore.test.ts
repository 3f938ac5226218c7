/** Proofs of plans that restore a backup, and that a proof notices a definition that names an unverified copy. */
import { expect, test } from 'vitest';
import { type SimulatedHost, simulatedHostOf } from '../../../src/host/simulated-host.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { isByOthers } from '../../../src/prove/faults.ts';
import { provePlan } from '../../../src/prove/prove.ts';
import { apply } from '../../../src/simulate/host.ts';
import { guestStarts, lostAtNextStart, lostWrites } from '../../../src/simulate/host-faults.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { stored, storedDisk, storeOf, withStore } from '../../stored.ts';
import { BASE, DATA, disk, looked, SNAP1, world } from '../../worlds.ts';

const RESTORE = 'restore: { store: /backup, backup: latest, dest: /new }';
const WEEK = storeOf([
  stored('monday', [storedDisk('vda'), storedDisk('vdb')]),
  stored('tuesday', [
    storedDisk('vda', { mode: 'incremental', below: 'monday' }),
    storedDisk('vdb', { mode: 'incremental', below: 'monday' }),
  ]),
]);
const off = (autostart: boolean): HostState => {
  const disks = [disk('vda', [SNAP1]), disk('vdb', [DATA])];
  const files = { [SNAP1]: { size: 1, backing: BASE }, [BASE]: { size: 1, backing: null } };
  const domain = { state: 'shut off', agent: false, autostart } as const;
  return withStore(world({ disks, domain, files }), '/backup', WEEK);
};

function observed(autostart: boolean) {
  const { graph } = planned([RESTORE]);
  const { files, findings } = walk(graph, off(autostart));
  expect(findings).toEqual([]);
  const state = looked(off(autostart), files);
  return { graph, state, files: [...new Set([...files, ...Object.keys(state.files)])] };
}

test.each([true, false])('no invariant is violated under any two faults; autostart: %s', (on) => {
  const { graph, state, files } = observed(on);
  const { violations, singles, pairs, faults } = provePlan(graph, state, files);
  expect(violations).toEqual([]);
  expect(singles.succeeded).toBeGreaterThan(5);
  // Unless others work on the guest, only one that starts from the restored files during the rollback strands the run.
  const stranded = faults.filter(({ end, fault }) => end === 'stranded' && !isByOthers(fault));
  expect(stranded).toHaveLength(on ? 1 : 0);
  expect(singles['rolled-back']).toBeGreaterThan(10);
  expect(pairs['rolled-back']).toBeGreaterThan(100);
});

function performed(skip: (tool: string) => boolean): SimulatedHost {
  const { graph, state } = observed(false);
  let host = simulatedHostOf(state);
  for (const { phase } of graph.nodes)
    for (const effect of phase.effects(host.state, state))
      if (!skip(effect.tool)) host = apply(host, effect);
  return host;
}

test('a definition that names a copy which was not verified would miss all writes', () => {
  expect(lostAtNextStart(performed(() => false))).toEqual([]);
  expect(lostAtNextStart(performed((tool) => tool === 'verify-image'))).not.toEqual([]);
});

test('what the guest writes to the restored disks is missed by the former definition', () => {
  const restored = performed(() => false);
  const started = guestStarts(restored);
  expect(started.state.domain.state).toBe('running');
  expect(lostWrites(started)).toEqual([]);
  const { domain } = observed(false).state;
  const file = { file: 'define.xml', content: domain.definition ?? '' };
  const back = apply(started, { tool: 'virsh', verb: 'define', args: { file }, why: '' });
  // On both disks the writes that only the restored file has, and what they have overwritten.
  expect(lostAtNextStart(back)).toHaveLength(4);
});

test('a copy that is not complete, or that a guest has written to, is not taken for the backup', () => {
  const { graph, state } = observed(false);
  const [stage] = graph.nodes;
  const effects = stage?.phase.effects(state, state) ?? [];
  const verify = effects.find(({ tool }) => tool === 'verify-image');
  if (verify?.tool !== 'verify-image') throw new Error('no verification');
  const { file, why } = verify;
  const partial = apply(simulatedHostOf(state), { tool: 'make-file', file, why });
  expect(() => apply(partial, verify)).toThrow('differs from the backup: the backup is damaged');
  const started = guestStarts(performed(() => false));
  expect(() => apply(started, verify)).toThrow('differs from the backup');
});
