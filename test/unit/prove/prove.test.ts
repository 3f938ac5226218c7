/** Proofs find nothing in the shipped plans, and the mistakes in mutated ones. */

import { describe, expect, test, vi } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import type { End } from '../../../src/outcomes.ts';
import { Explorer } from '../../../src/prove/explore.ts';
import { endsBlockplan } from '../../../src/prove/faults.ts';
import { stateNameOf } from '../../../src/prove/next-part.ts';
import { type ProofState, StateKeys } from '../../../src/prove/proof-state.ts';
import { type Proof, provePlan } from '../../../src/prove/prove.ts';
import { replay } from '../../../src/prove/replay.ts';
import { readSeed, seedOf } from '../../../src/prove/seed.ts';
import type { Injection } from '../../../src/prove/tally.ts';
import { saidIn } from '../../../src/run/run-state.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { NoRollback, type Phase } from '../../../src/steps/define.ts';
import { hostFor, hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { DATA, disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

interface Scene {
  readonly graph: Graph;
  readonly world: HostState;
  readonly files: readonly string[];
}

function scene(graph: Graph, first = hostForPlans()): Scene {
  const { files } = walk(graph, first);
  const state = looked(first, files);
  return { graph, world: state, files: [...new Set([...files, ...Object.keys(state.files)])] };
}

function proofOf({ graph, world, files }: Scene): Proof {
  return provePlan(graph, world, files);
}

/** The same graph with a part of one phase replaced, like a mistake in a step. */
function mutated(graph: Graph, state: string, change: Partial<Phase>): Graph {
  const nodes = graph.nodes.map((node) =>
    node.doing.name === state ? { ...node, phase: { ...node.phase, ...change } } : node,
  );
  return { ...graph, nodes };
}

const cases = (counts: Proof['singles']) => Object.values(counts).reduce((sum, n) => sum + n, 0);

/** The faults that can leave a run stranded or uncertain without the loss of guest, host or connection. */
function otherCauses({ faults }: Proof): string[] {
  const left = faults.filter(({ end }) => end === 'stranded' || end === 'uncertain');
  const causes = new Set(left.map(({ fault }) => fault.split('-')[0] ?? ''));
  return [...causes].filter((cause) => !TAKES_AWAY.has(cause));
}

describe.each(SHIPPED)('%s', (file) => {
  const proof = proofOf(scene(shipped(file).graph, hostFor(file)));

  test('violates no invariant under any single fault or pair of faults', () => {
    expect(proof.violations).toEqual([]);
    expect(cases(proof.singles)).toBeGreaterThan(80);
    expect(cases(proof.pairs)).toBeGreaterThan(cases(proof.singles) * 10);
  });

  test('is stranded or uncertain only after the loss of guest, host or connection', () => {
    expect(otherCauses(proof)).toEqual([]);
    const ends = new Set(proof.faults.map(({ end }) => end));
    expect(ends).toEqual(new Set(['succeeded', 'rolled-back', 'stranded', 'uncertain']));
  });
});

// libvirt forgets a transient domain's snapshots when its guest stops: a run that has lost its own record reports that.
test.each([
  ['without', 'no-metadata: true, '],
  ['with', ''],
])(
  'an overlay on the disk of a temporarily transient domain violates nothing, %s a snapshot record',
  (_record, option) => {
    const steps = [
      'undefine: {}',
      `snapshot-create-as: { name: s, disk-only: true, ${option}diskspec: [{ disk: vda, file: /new/overlay.qcow2 }] }`,
      'redefine: { disk: vda, source: /new/overlay.qcow2 }',
    ];
    expect(proofOf(scene(planned(steps).graph)).violations).toEqual([]);
  },
);

/**
 * What blockplan cannot repair: the guest stopped, its host lost power, libvirt is gone for good, QEMU paused the guest. And
 * what others do, which it does not undo.
 */
const TAKES_AWAY = new Set([
  ...['crash', 'power', 'gone', 'guest'],
  ...['restarted', 'edited', 'moved', 'snapshot', 'copied', 'unread'],
]);

describe('a proof finds', () => {
  const { graph } = shipped('live-storage-migration-classic.yaml');
  const wrongs = (worse: Graph) => proofOf(scene(worse)).violations.map(({ what }) => what);

  test('a rollback that removes the file that the guest writes to', () => {
    const worse = mutated(graph, 'mirror:pivot', {
      undo: (_before, now) =>
        now.files['/new/copy.qcow2']
          ? [{ tool: 'remove-file', file: '/new/copy.qcow2', made: true, why: 'by mistake' }]
          : [],
    });
    expect(wrongs(worse).join('\n')).toContain('would miss');
  });

  test('an undefine without a saved definition', () => {
    const worse = mutated(graph, 'make-transient:undefine', {
      effects: ({ domain }) => [
        { tool: 'virsh', verb: 'undefine', args: { domain: domain.name }, why: 'by mistake' },
      ],
      expects: () => [],
    });
    expect(wrongs(worse)).toContain(
      'the definition of "testvm" is neither in libvirt nor in the journal',
    );
  });

  test('a phase that does not verify what a command reports', () => {
    const worse = mutated(graph, 'make-persistent:define', { expects: () => [] });
    expect(wrongs(worse)).not.toEqual([]);
  });

  test('a rollback that does nothing, which the run itself reports', () => {
    const worse = proofOf(scene(mutated(graph, 'mirror:mirror', { undo: () => [] })));
    expect(worse.violations).toEqual([]);
    const refused = worse.faults.find(
      ({ fault, place }) => fault === 'refused' && place === 'mirror:pivot',
    );
    expect(refused?.end).toBe('stranded');
    expect(refused?.said.join()).toContain('a block job (copy) is running on vda');
  });
});

describe('a case', () => {
  const of = scene(shipped('live-storage-migration.yaml').graph);
  const explorer = new Explorer(of.graph, of.world, of.files);

  test('is replayed by its seed, with what was done and how it ended', () => {
    const seed = 'mirror:pivot@2:refused-late,undo:mirror:pivot@2:killed-after+resume';
    const told = replay(explorer, readSeed(seed));
    expect(told.parts.map(({ place }) => place)).toMatchInlineSnapshot(`
      [
        "mirror:mirror",
        "mirror:pivot",
        "undo:mirror:pivot",
        "resume",
        "undo:mirror:pivot",
        "undo:mirror:mirror",
        "end",
      ]
    `);
    expect(told.finish.end).toBe('rolled-back');
    expect(told.wrong).toEqual([]);
  });

  test('of every fault has the same end and the same report as in the proof', () => {
    for (const { seed, end, said } of proofOf(of).faults) {
      expect(seedOf(readSeed(seed))).toBe(seed);
      const { finish } = replay(explorer, readSeed(seed));
      expect([finish.end, saidIn(finish)], seed).toEqual([end, said]);
    }
  });

  test.each([
    'nonsense',
    'mirror:pivot@1:sabotage',
    'mirror:pivot@99:refused',
    'elsewhere@1:refused',
  ])('is refused for the seed %s', (seed) => {
    expect(() => replay(explorer, readSeed(seed))).toThrow(/not a seed of a proof|never reaches/);
  });
});

/** The number of cases by their ends, with at most one fault, each replayed from start to end. */
function oneByOne({ graph, world, files }: Scene): Proof['singles'] {
  const explorer = new Explorer(graph, world, files);
  const ends: Partial<Record<End, number>> = {};
  const count = (injections: readonly Injection[]) => {
    const { end } = replay(explorer, injections).finish;
    ends[end] = (ends[end] ?? 0) + 1;
  };
  count([]);
  for (let proofState: ProofState | undefined = explorer.start; proofState; ) {
    const { performed, next } = explorer.step(proofState, []);
    const state = stateNameOf(proofState);
    for (const { at, faults } of performed.points)
      for (const fault of faults)
        if (!explorer.isPossible(fault)) continue;
        else if (endsBlockplan(fault))
          for (const again of ['rollback', 'resume'] as const) count([{ state, at, fault, again }]);
        else count([{ state, at, fault }]);
    proofState = next;
  }
  return ends;
}

/** Pairs of steps: an overlay is put on the disk and merged again. */
function overlays(pairs: number): Scene {
  const yaml = Array.from({ length: pairs }, (_, at) => [
    `{ id: s${at}, snapshot-create-as: { name: s${at}, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /new/o${at} }] } }`,
    `{ id: c${at}, blockcommit: { disk: vda, base: ${SNAP2}, pivot: true, delete: true } }`,
  ]);
  return scene(planned(yaml.flat()).graph);
}

/** A plan that always fails at its end; one of its rollbacks is impossible if the guest was restarted before that phase. */
function backByItsPast(): Scene {
  const yaml = Array.from(
    { length: 4 },
    (_, at) =>
      `{ id: s${at}, snapshot-create-as: { name: s${at}, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /new/o${at} }] } }`,
  );
  const { graph, ...rest } = scene(planned(yaml).graph);
  const { phase } = graph.nodes.find(({ doing }) => doing.name === 's1:snapshot')!;
  const undo: Phase['undo'] = (before, now, start) => {
    if (!before.domain.agent) throw new NoRollback('it was started again');
    return phase.undo(before, now, start);
  };
  const early = mutated(graph, 's1:snapshot', { undo });
  return { ...rest, graph: mutated(early, 's3:snapshot', { expects: () => [() => ['not so']] }) };
}

test.each([
  ...SHIPPED.map((file) => ({ name: file, of: () => scene(shipped(file).graph, hostFor(file)) })),
  { name: 'three overlays', of: () => overlays(3) },
  { name: 'a plan whose rollback depends on its past', of: backByItsPast },
])('results shared by many runs of $name are the results of each', ({ of }) => {
  const proof = proofOf(of());
  expect(proof.singles).toEqual(oneByOne(of()));
  const onward = vi.spyOn(StateKeys.prototype, 'onward').mockReturnValue(undefined);
  expect(proof).toEqual(proofOf(of()));
  onward.mockRestore();
});

test('cases with one fault, and the work for them, grow linearly with the number of steps', () => {
  const explored = (pairs: number) => {
    const { graph, world, files } = overlays(pairs);
    const step = vi.spyOn(Explorer.prototype, 'step');
    const tally = new Explorer(graph, world, files).explore(1);
    const played = step.mock.calls.length;
    step.mockRestore();
    expect([...tally.violations]).toEqual([]);
    return { played, cases: [...tally.ends.values()].reduce((sum, { count }) => sum + count, 0) };
  };
  const [few, more, most] = [explored(3), explored(4), explored(5)];
  expect(most.cases - more.cases).toBe(more.cases - few.cases);
  expect(most.played - more.played).toBe(more.played - few.played);
});

test('what the facts do not contain is assumed and reported', () => {
  const { graph } = shipped('live-storage-migration.yaml');
  const { violations, assumptions } = provePlan(graph, hostForPlans(), ['/new/copy.qcow2']);
  expect(violations).toEqual([]);
  expect(assumptions).toEqual([
    '/new/copy.qcow2 does not exist yet',
    '/new has free space and is writable',
  ]);
});

test('a file that is moved aside is in its old or its new place under every fault', () => {
  const { graph } = planned([
    'blockcommit: { disk: vda, shallow: true, active: true, pivot: true, quarantine: /aside }',
    '{ id: last, redefine: {} }',
  ]);
  const at = scene(graph);
  const proof = proofOf(at);
  expect(proof.violations).toEqual([]);
  expect(otherCauses(proof)).toEqual([]);
  expect(walk(graph, at.world).phases.at(-1)?.after.files).toMatchObject({
    [SNAP2]: null,
    '/aside/testvm.snap2': {},
  });
  const state = graph.nodes.find(({ phase }) => phase.name === 'quarantine')?.doing.name ?? '';
  const stays = mutated(graph, state, { undo: () => [] });
  expect(otherCauses(proofOf({ ...at, graph: stays }))).toContain('refused');
});

test('what a guest writes to a transient disk does not count as lost', () => {
  const host = world({
    disks: [
      disk('vda', [SNAP2, SNAP1]),
      disk('vdb', [`${DATA}.TRANSIENT-testvm`, DATA], {
        persistentSource: DATA,
        unsupported: ['<transient>'],
      }),
    ],
    others: [],
  });
  const { graph } = planned([
    'blockcopy: { disk: vda, dest: /new/copy.qcow2, pivot: true, shallow: true }',
  ]);
  expect(walk(graph, looked(host, walk(graph, host).files)).findings).toEqual([]);
  expect(proofOf(scene(graph, host)).violations).toEqual([]);
});
