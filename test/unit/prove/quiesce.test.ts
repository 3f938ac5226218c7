/** Proofs of backups that freeze their guest: a guest that is left frozen is in the report. */
import { describe, expect, test } from 'vitest';
import { simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { type HostState, withDomain } from '../../../src/model/host-state.ts';
import { Explorer } from '../../../src/prove/explore.ts';
import { violationsDuring } from '../../../src/prove/invariants.ts';
import { replay } from '../../../src/prove/replay.ts';
import { apply } from '../../../src/simulate/host.ts';
import { agentDies, guardThaws, guestDies } from '../../../src/simulate/host-faults.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { BASE, disk, looked, SNAP1, world } from '../../worlds.ts';

const step = (quiesce: string) =>
  `backup-begin: { store: /backup, name: monday, quiesce: ${quiesce} }`;
const host: HostState = withDomain(
  world({
    disks: [disk('vda', [SNAP1, BASE])],
    folders: { '/backup': { writable: true, free: 2 ** 40 } },
  }),
  { agent: true },
);

function explorerOf(quiesce: string): Explorer {
  const { graph } = planned([step(quiesce)]);
  const { files } = walk(graph, host);
  const state = looked(host, files);
  return new Explorer(graph, state, [...new Set([...files, ...Object.keys(state.files)])]);
}

describe.each(['required', 'preferred'])('%s', (quiesce) => {
  const explorer = explorerOf(quiesce);

  test('violates no invariant under any two faults', { timeout: 900_000 }, () => {
    expect([...explorer.explore(1).violations.keys()]).toEqual([]);
    expect([...explorer.explore(2).violations.keys()]).toEqual([]);
  });

  test('an agent that dies after the freeze: the run ends stranded, and says so', () => {
    const { faults } = explorer.explore(1);
    const [, group] = [...faults].find(([key]) => key.includes('agent-after')) ?? [];
    const { finish } = replay(explorer, group?.injections ?? []);
    expect(finish.end).toBe('stranded');
    expect(finish.state.join('\n')).toContain("the guest's file systems may be frozen");
    expect(finish.next.join('\n')).toContain('virsh domfsthaw testvm');
  });

  test('a guest that is thawed too early: not called frozen', () => {
    const ends = [...explorer.explore(1).faults.keys()].filter((key) =>
      key.includes('thawed-after'),
    );
    expect(ends.map((key) => key.split(' ')[0])).toEqual([
      quiesce === 'required' ? 'rolled-back' : 'succeeded',
    ]);
  });
});

describe('a simulated freeze', () => {
  const { graph } = planned([step('required')]);
  const state = looked(host, walk(graph, host).files);
  const effects = graph.nodes[0]?.phase.effects(state, state) ?? [];
  const upTo = (verb: string, without = '') =>
    effects
      .slice(0, effects.findIndex((each) => each.tool === 'virsh' && each.verb === verb) + 1)
      .filter(({ tool }) => tool !== without)
      .reduce((on, effect) => apply(on, effect), simulatedHostOf(state));

  test('is not sent without a guard, and a frozen guest without one is a violation', () => {
    expect(() => upTo('domfsfreeze', 'arm-thaw')).toThrow('no thaw guard runs');
    const wrong = violationsDuring(state);
    const { guarded: _ended, ...unguarded } = upTo('domfsfreeze');
    expect(wrong(upTo('domfsfreeze'))).toEqual([]);
    expect(wrong(unguarded)).toEqual([
      'the guest is frozen, and nothing would thaw it if blockplan were killed',
    ]);
  });

  test('ends with the guard where the agent answers, with a thaw, and with the guest', () => {
    const frozen = upTo('domfsfreeze');
    expect(frozen.frozen).toBe(true);
    expect(guardThaws(frozen).frozen).toBeUndefined();
    expect(guardThaws(agentDies(frozen)).frozen).toBe(true);
    expect(guestDies(frozen).frozen).toBeUndefined();
    expect(upTo('domfsthaw')).toMatchObject({ thawed: true });
    expect(upTo('domfsthaw').frozen).toBeUndefined();
  });
});
