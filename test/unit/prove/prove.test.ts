/** What a proof finds: nothing in the shipped plans, and what is there in plans that were made worse. */
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import type { World } from '../../../src/model/world.ts';
import { Explorer } from '../../../src/prove/explore.ts';
import { type Proof, provePlan } from '../../../src/prove/prove.ts';
import { replay } from '../../../src/prove/replay.ts';
import { readSeed, seedOf } from '../../../src/prove/seed.ts';
import { walk } from '../../../src/simulate/walk.ts';
import type { Phase } from '../../../src/steps/define.ts';
import { hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { looked, SNAP2 } from '../../worlds.ts';

interface Scene {
  readonly graph: Graph;
  readonly world: World;
  readonly files: readonly string[];
}

function scene(graph: Graph, first = hostForPlans()): Scene {
  const { files } = walk(graph, first);
  const world = looked(first, files);
  return { graph, world, files: [...new Set([...files, ...Object.keys(world.files)])] };
}

function proofOf({ graph, world, files }: Scene): Proof {
  return provePlan(graph, world, files);
}

/** The same graph with a part of one phase replaced: what a mistake in a step would look like. */
function mutated(graph: Graph, state: string, change: Partial<Phase>): Graph {
  const nodes = graph.nodes.map((node) =>
    node.doing.state === state ? { ...node, phase: { ...node.phase, ...change } } : node,
  );
  return { ...graph, nodes };
}

const cases = (counts: Proof['singles']) => Object.values(counts).reduce((sum, n) => sum + n, 0);

/** What can leave a run between its two ends without taking guest, host or contact away. */
function otherCauses({ faults }: Proof): string[] {
  const left = faults.filter(({ end }) => end === 'stranded' || end === 'uncertain');
  const causes = new Set(left.map(({ fault }) => fault.split('-')[0] ?? ''));
  return [...causes].filter((cause) => !TAKES_AWAY.has(cause));
}

describe.each(SHIPPED)('%s', (file) => {
  const proof = proofOf(scene(shipped(file).graph));

  test('does nothing that no run may do, whatever goes wrong, singly or in pairs', () => {
    expect(proof.violations).toEqual([]);
    expect(cases(proof.singles)).toBeGreaterThan(100);
    expect(cases(proof.pairs)).toBeGreaterThan(cases(proof.singles) * 10);
  });

  test('is left between its two ends only by what takes guest, host or contact away', () => {
    expect(otherCauses(proof)).toEqual([]);
    const ends = new Set(proof.faults.map(({ end }) => end));
    expect(ends).toEqual(new Set(['succeeded', 'rolled-back', 'stranded', 'uncertain']));
  });
});

/** What blockplan cannot make good: the guest stopped, its host lost power, libvirt went for good, QEMU paused it. */
const TAKES_AWAY = new Set(['crash', 'power', 'gone', 'guest']);

describe('a mistake in a step is found', () => {
  const { graph } = shipped('live-storage-migration-classic.yaml');
  const wrongs = (worse: Graph) => proofOf(scene(worse)).violations.map(({ what }) => what);

  test('a way back that removes the file which the guest writes to', () => {
    const worse = mutated(graph, 'mirror:pivot', {
      undo: (_before, now) =>
        now.files['/new/copy.qcow2']
          ? [{ tool: 'remove-file', file: '/new/copy.qcow2', made: true, why: 'by mistake' }]
          : [],
    });
    expect(wrongs(worse).join('\n')).toContain('would miss');
  });

  test('an undefine without anything kept', () => {
    const worse = mutated(graph, 'make-transient:undefine', {
      effects: ({ domain }) => [
        { tool: 'virsh', argv: ['undefine', '--domain', domain.name], why: 'by mistake' },
      ],
      settled: () => [],
    });
    expect(wrongs(worse)).toContain(
      'the definition of "testvm" is neither with libvirt nor in the journal',
    );
  });

  test('a phase that believes what a command answered', () => {
    const worse = mutated(graph, 'mirror:pivot', { settled: () => [] });
    expect(wrongs(worse)).not.toEqual([]);
  });

  test('a way back that does nothing, which the run itself sees', () => {
    const worse = proofOf(scene(mutated(graph, 'mirror:mirror', { undo: () => [] })));
    expect(worse.violations).toEqual([]);
    const refused = worse.faults.find(
      ({ fault, place }) => fault === 'refused' && place === 'mirror:pivot',
    );
    expect(refused?.end).toBe('stranded');
    expect(refused?.said.join()).toContain('a job (copy) runs on vda');
  });
});

describe('a case', () => {
  const of = scene(shipped('live-storage-migration.yaml').graph);
  const explorer = new Explorer(of.graph, of.world, of.files);

  test('is told again by its seed, with what was done and how it ended', () => {
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

  test('of every fault ends as the proof says, and says the same', () => {
    for (const { seed, end, said } of proofOf(of).faults) {
      expect(seedOf(readSeed(seed))).toBe(seed);
      const { finish } = replay(explorer, readSeed(seed));
      expect([finish.end, finish.state], seed).toEqual([end, said]);
    }
  });

  test.each([
    'nonsense',
    'mirror:pivot@1:sabotage',
    'mirror:pivot@99:refused',
    'elsewhere@1:refused',
  ])('is refused for the seed %s', (seed) => {
    expect(() => replay(explorer, readSeed(seed))).toThrow(/no case of a proof|does not come by/);
  });
});

test('the number of cases with one fault grows by as much with every step', () => {
  const cases = (pairs: number) => {
    const yaml = Array.from({ length: pairs }, (_, at) => [
      `{ id: s${at}, snapshot-create-as: { name: s${at}, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /new/o${at} }] } }`,
      `{ id: c${at}, blockcommit: { disk: vda, base: ${SNAP2}, pivot: true, delete: true } }`,
    ]);
    const { graph, world, files } = scene(planned(yaml.flat()).graph);
    const tally = new Explorer(graph, world, files).explore(1);
    expect([...tally.violations]).toEqual([]);
    return [...tally.ends.values()].reduce((sum, { count }) => sum + count, 0);
  };
  expect(cases(4) - cases(3)).toBe(cases(3) - cases(2));
});

test('what the facts do not tell is taken for granted, and told', () => {
  const { graph } = shipped('live-storage-migration.yaml');
  const { violations, assumptions } = provePlan(graph, hostForPlans(), ['/new/copy.qcow2']);
  expect(violations).toEqual([]);
  expect(assumptions).toEqual([
    'there is no /new/copy.qcow2 yet',
    '/new has room and can be written to',
  ]);
});

test('a file that is moved aside is where it was, or where it goes, whatever goes wrong', () => {
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
  const state = graph.nodes.find(({ phase }) => phase.name === 'quarantine')?.doing.state ?? '';
  const stays = mutated(graph, state, { undo: () => [] });
  expect(otherCauses(proofOf({ ...at, graph: stays }))).toContain('refused');
});
