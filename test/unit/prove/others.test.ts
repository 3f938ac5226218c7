/** Proofs in which others work on the guest too: what they do is tried, bounded, and found where a run undoes it. */
import { describe, expect, test, vi } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { simulatedHostOf } from '../../../src/host/simulated-host.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { Explorer } from '../../../src/prove/explore.ts';
import { type Fault, isByOthers } from '../../../src/prove/faults.ts';
import { actOfOthers, disksForOthers, fileOfOthers } from '../../../src/prove/other-actors.ts';
import type { Tally } from '../../../src/prove/tally.ts';
import { walk } from '../../../src/simulate/walk.ts';
import type { Phase } from '../../../src/steps/define.ts';
import { abort } from '../../../src/steps/effects/job.ts';
import { hostFor, LIVE, planned, shipped } from '../../plans.ts';
import { BASE, DATA, disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

const guest = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', [DATA])] });

function sceneOf(graph: Graph, host: HostState = guest) {
  const { files } = walk(graph, host);
  const state = looked(host, files);
  return [graph, state, [...new Set([...files, ...Object.keys(state.files)])]] as const;
}

function casesOf({ ends }: Tally): number {
  return [...ends.values()].reduce((sum, { count }) => sum + count, 0);
}

describe.each(LIVE)('%s on a guest with another disk', (file) => {
  const tally = new Explorer(...sceneOf(shipped(file).graph)).explore(1);
  const others = [...tally.faults].flatMap(([key, { count }]) => {
    const fault = (key.split(' ')[1] ?? '') as Fault;
    return isByOthers(fault) ? [{ fault, count }] : [];
  });

  test('is proven, whatever one other operator or tool does', () => {
    expect([...tally.violations.keys()]).toEqual([]);
    expect([...new Set(others.map(({ fault }) => fault))].sort()).toEqual([
      'copied-before',
      'edited-before',
      ...(disksForOthers(shipped(file).graph, guest).idle ? ['moved-before'] : []),
      'restarted-before',
      'snapshot-before',
      'unread',
    ]);
  });

  test('has few such cases', () => {
    const added = others.reduce((sum, { count }) => sum + count, 0);
    expect(added).toBeGreaterThan(20);
    expect(added).toBeLessThan(casesOf(tally) / 3);
  });
});

test('what others do is paired only with what stops blockplan, and happens before the next attempt', () => {
  const explorer = new Explorer(...sceneOf(shipped('live-storage-migration.yaml').graph));
  const branched = vi.spyOn(explorer, 'step');
  expect([...explorer.explore(2).violations.keys()]).toEqual([]);
  const late = branched.mock.calls.flatMap(([{ restart, environment }, injected]) =>
    injected
      .filter(({ fault }) => isByOthers(fault))
      .map(({ at }) => ({ restart, at, former: environment.act })),
  );
  expect(late.some(({ restart }) => restart !== undefined)).toBe(true);
  for (const { restart, at, former } of late) {
    expect(former).toBeUndefined();
    if (restart !== undefined) expect(at).toBe(0);
  }
});

test('a disk is idle only if no command of the plan names it', () => {
  const disks = (...steps: readonly string[]) => disksForOthers(planned(steps).graph, guest);
  const copy = (target: string) => `blockcopy: { disk: ${target}, dest: /new/x, finish: true }`;
  expect(disks(copy('vda'))).toEqual({ planned: 'vda', idle: 'vdb' });
  expect(disks(copy('vdb'))).toEqual({ planned: 'vdb', idle: 'vda' });
  expect(disks('snapshot-create-as: { name: s, disk-only: true }')).toEqual({ planned: 'vda' });
  expect(disks('undefine: {}', 'redefine: {}')).toEqual({ planned: 'vda', idle: 'vdb' });
});

describe('others', () => {
  const host = simulatedHostOf(guest);
  const disks = { planned: 'vda', idle: 'vdb' } as const;

  test('move a disk, with its definition', () => {
    const { domain } = actOfOthers(host, { act: 'moved', ...disks }).state;
    const file = fileOfOthers('vdb');
    expect(domain.disks[1]).toMatchObject({ chain: [{ file }], persistentSource: file });
    expect(domain.definition).toContain(file);
  });

  test('are refused what libvirt refuses', () => {
    const copied = actOfOthers(host, { act: 'copied', ...disks });
    expect(copied.state.domain.disks[0]?.job).toMatchObject({ type: 'copy' });
    for (const act of ['copied', 'snapshot'] as const)
      expect(actOfOthers(copied, { act, ...disks })).toBe(copied);
    expect(actOfOthers(host, { act: 'moved', planned: 'vda' })).toBe(host);
  });
});

test('nobody restarts a guest whose definition was out of date before the run', () => {
  const { graph } = planned(['blockcopy: { disk: vda, dest: /new/x, finish: true }']);
  const stale = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource: SNAP1 })] });
  const isTried = (host: HostState) =>
    new Explorer(...sceneOf(graph, host)).isPossible('restarted-before');
  expect([isTried(guest), isTried(stale)]).toEqual([true, false]);
});

/** The same graph with a part of one phase replaced, like a mistake in a step. */
function mutated(graph: Graph, state: string, change: (phase: Phase) => Partial<Phase>): Graph {
  const nodes = graph.nodes.map((node) =>
    node.doing.name === state ? { ...node, phase: { ...node.phase, ...change(node.phase) } } : node,
  );
  return { ...graph, nodes };
}

/** The phase without the conditions under which its commands replace a definition. */
function heedless({ effects }: Phase): Partial<Phase> {
  return {
    effects: (before, start) =>
      effects(before, start).map((effect) => {
        if (effect.tool !== 'virsh') return effect;
        const { over: _unmet, ...rest } = effect;
        return rest;
      }),
  };
}

/** What a proof with single faults finds, with the fault in the shortest case of each. */
function found(graph: Graph, host: HostState): string[] {
  const { violations } = new Explorer(...sceneOf(graph, host)).explore(1);
  return [...violations].map(
    ([what, { injections }]) => `${injections.map(({ fault }) => fault).join()}: ${what}`,
  );
}

describe('a proof finds', () => {
  const { graph } = shipped('live-storage-migration-classic.yaml');

  test('a definition that is replaced although an operator has changed it', () => {
    expect(found(mutated(graph, 'make-persistent:define', heedless), guest)).toContain(
      'edited-before: what another operator has changed in the definition is lost, without a word',
    );
  });

  test('a rollback that cancels the job of another tool', () => {
    const worse = mutated(graph, 'mirror:mirror', ({ undo }) => ({
      undo: (before, now, start) =>
        now.domain.disks[0]?.job
          ? [abort(now, 'vda', 'whoever has started it')]
          : undo(before, now, start),
    }));
    expect(found(worse, guest).join('\n')).toContain(
      'copied-before: the job of another tool on vda was ended',
    );
  });

  test('a definition that is replaced although the guest was started meanwhile', () => {
    const restore = shipped('restore.yaml').graph;
    const worse = mutated(restore, 'restore:define', (phase) => ({
      ...heedless(phase),
      expects: () => [],
    }));
    const host = hostFor('restore.yaml');
    expect(found(restore, host)).toEqual([]);
    expect(found(worse, host).join('\n')).toMatch(
      /^restarted-before: started from its definition, the guest would miss vda/m,
    );
  });
});
