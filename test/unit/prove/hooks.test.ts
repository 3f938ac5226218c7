/** Proofs of plans with hooks: each passes, fails, hangs or is killed with blockplan, and nothing is violated. */
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import type { HookPoint } from '../../../src/hook.ts';
import { simulatedHostOf } from '../../../src/host/simulated-host.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { Explorer } from '../../../src/prove/explore.ts';
import { performPart } from '../../../src/prove/fault-injection.ts';
import { isByOthers } from '../../../src/prove/faults.ts';
import { HostCache } from '../../../src/prove/memo.ts';
import { proofEnvironmentOf } from '../../../src/prove/proof-environment.ts';
import { type Proof, provePlan } from '../../../src/prove/prove.ts';
import { replay } from '../../../src/prove/replay.ts';
import { readSeed } from '../../../src/prove/seed.ts';
import { renderCase, renderProof } from '../../../src/render/proof.ts';
import type { RunPart } from '../../../src/run/requests.ts';
import { Identities } from '../../../src/simulate/identities.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostFor, hostForPlans, SHIPPED, shipped } from '../../plans.ts';
import { looked } from '../../worlds.ts';

/** The graph of a shipped plan with hooks at each point; the second of a point may be repeated. */
function withHooks(file: string, numbers = [1]): Graph {
  const points: readonly HookPoint[] = ['before', 'after', 'on-failure'];
  const hooks = points.flatMap((point) =>
    numbers.map((number) => ({
      ...{ point, number, timeout: 60, repeat: number === 2 },
      command: [`/hooks/${point}-${number}`] as const,
    })),
  );
  return { ...shipped(file).graph, hooks };
}

function sceneOf(graph: Graph, host = hostForPlans()) {
  const { files } = walk(graph, host);
  const state = looked(host, files);
  return { state, files: [...new Set([...files, ...Object.keys(state.files)])] };
}

function proofOf(graph: Graph, host?: HostState): Proof {
  const { state, files } = sceneOf(graph, host);
  return provePlan(graph, state, files);
}

describe.each(SHIPPED)('%s with hooks', (file) => {
  const proof = proofOf(withHooks(file), hostFor(file));

  test('violates no invariant under any single fault or pair of faults', () => {
    expect(proof.violations).toEqual([]);
  });

  test('ends in every way in which it ends without hooks, or is refused', () => {
    const ends = new Set(proof.faults.map(({ end }) => end));
    expect(ends).toEqual(
      new Set(['succeeded', 'rolled-back', 'stranded', 'uncertain', 'preflight-refused']),
    );
  });

  test('is refused if a before hook does not pass or changes the guest, and only then', () => {
    const hooked = proof.faults.filter(({ fault }) => fault.startsWith('hook-'));
    const told = new Set(hooked.map(({ fault, place, end }) => `${fault} ${place} ${end}`));
    expect([...told].sort()).toEqual([
      'hook-changes before preflight-refused',
      'hook-changes end succeeded',
      'hook-fails before preflight-refused',
      'hook-fails end succeeded',
      'hook-hangs before preflight-refused',
      'hook-hangs end succeeded',
      'hook-stopped end succeeded',
    ]);
    const refused = proof.faults.filter(({ end }) => end === 'preflight-refused');
    expect(new Set(refused.map(({ place }) => place))).toEqual(new Set(['before']));
    // A hook in doubt, or one that the user left, refuses the run when it is resumed.
    const byOthers = refused.filter(({ fault }) => isByOthers(fault)).map(({ fault }) => fault);
    expect(byOthers).toEqual(
      expect.arrayContaining(['edited-before', 'snapshot-before', 'unread']),
    );
    const own = refused.filter(({ fault }) => !isByOthers(fault));
    const after = own.map(({ fault, again }) => (again ? `${fault} ${again}` : fault));
    expect([...new Set(after)].sort()).toEqual([
      'hook-changes',
      'hook-fails',
      'hook-hangs',
      'journal-full',
      'killed-after resume',
      'killed-before resume',
      'killed-during resume',
      'left-during resume',
      'power-before resume',
    ]);
  });

  test('keeps the end that was judged, whatever follows in its hooks', () => {
    const late = proof.faults.filter(
      ({ fault, place, again }) =>
        place === 'end' && again === 'resume' && /^(power-before|killed-during)$/.test(fault),
    );
    expect(new Set(late.map(({ fault }) => fault))).toEqual(
      new Set(['power-before', 'killed-during']),
    );
    for (const { end, said } of late) expect(end, said.join()).toBe('succeeded');
  });
});

describe('a replay', () => {
  const graph = withHooks('live-backup.yaml', [1, 2]);
  const { state, files } = sceneOf(graph);
  const replayed = (seed: string) => replay(new Explorer(graph, state, files), readSeed(seed));
  const proof = proofOf(graph);
  const seedFor = (fault: string, again?: string) =>
    proof.faults.find(
      (each) => each.fault === fault && each.place === 'before' && each.again === again,
    )?.seed ?? '';

  test('shows each hook in its place', () => {
    const text = renderCase(replayed('nothing'), false);
    expect(text).toMatch(/^before\n {2}# before hook 1: \/hooks\/before-1\n {2}# before hook 2/);
    expect(text).toMatch(/end\n {2}# after hook 1: \/hooks\/after-1\n {2}# after hook 2/);
  });

  test('of a failing hook ends refused, and its on-failure hooks run', () => {
    const { finish, parts, wrong } = replayed(seedFor('hook-fails'));
    expect(wrong).toEqual([]);
    expect(finish).toMatchObject({ end: 'preflight-refused', exitCode: 3 });
    expect(parts.map(({ place }) => place)).toEqual(['before']);
    expect(parts[0]?.acts.map(({ act }) => act)).toContain(
      '# on-failure hook 1: /hooks/on-failure-1',
    );
  });

  test.each(['resume', 'rollback'])('of a kill in a hook, then %s, reports the doubt', (how) => {
    const { finish, wrong } = replayed(seedFor('killed-during', how));
    expect(wrong).toEqual([]);
    expect(finish.happened?.join()).toContain('is unknown: blockplan was killed');
  });

  test('counts the refused runs', () => {
    expect(renderProof(proof, false, false)).toMatch(/with at most one fault: .* refused/);
  });
});

test('a hook that is run again although its plan does not allow it is a violation', () => {
  const graph = withHooks('live-backup.yaml', [1, 2]);
  const { state } = sceneOf(graph);
  const wrongAfter = (hook: Graph['hooks'][number] | undefined) => {
    function* part(): RunPart<void> {
      if (hook) for (let times = 0; times < 2; times++) yield { ask: 'hook', hook };
    }
    const hosts = new HostCache(new Identities());
    const options = { injected: new Map(), inspect: () => [], hosts, disks: {} };
    return performPart(part(), proofEnvironmentOf(simulatedHostOf(state)), options).wrong;
  };
  expect(wrongAfter(graph.hooks[0])).toEqual(['the before hook 1 is run again']);
  expect(wrongAfter(graph.hooks[1])).toEqual([]);
});
