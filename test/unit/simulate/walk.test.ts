import { describe, expect, test } from 'vitest';
import type { HostState } from '../../../src/model/host-state.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { simulatePhase } from '../../../src/simulate/simulate-effects.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostFor, hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { BASE, DATA, disk, frozen, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

const JOB = { type: 'copy', ready: true, mirror: '/elsewhere' } as const;

function seen(graph: Parameters<typeof walk>[0], host = hostForPlans()) {
  return frozen(looked(host, walk(graph, host).files));
}

describe('walking a plan', () => {
  /** The dangers of the shipped plans for a guest with autostart and a recorded snapshot. */
  const DANGERS: Readonly<Record<string, readonly string[]>> = {
    'live-storage-migration.yaml': ['BP131'],
    'live-storage-migration-classic.yaml': ['BP135', 'BP131'],
    'restore.yaml': ['BP131'],
  };

  test.each(SHIPPED)('simulates %s to its end without an error', (file) => {
    const { graph } = shipped(file);
    const { phases, findings } = walk(graph, seen(graph, hostFor(file)));
    expect(findings.map(({ code }) => code)).toEqual(DANGERS[file] ?? []);
    expect(phases.map(({ node }) => node)).toEqual(graph.nodes);
    // Each phase begins in the state in which the previous one ended, each step with its first phase.
    phases.forEach(({ before, start, node }, at) => {
      if (at > 0) expect(before).toBe(phases[at - 1]?.after);
      if (node.first) expect(start).toBe(before);
      else expect(start).toBe(phases[at - 1]?.start);
    });
  });

  test('shows later steps the effects of earlier ones', () => {
    const { graph } = planned([
      'snapshot-create-as: { name: s, disk-only: true, diskspec: [{ disk: vda, file: /new/overlay }] }',
      `convert: { source: ${SNAP2}, dest: /new/copy }`,
      'blockcommit: { disk: vda, base: /new/overlay, pivot: true }',
    ]);
    const { findings, phases } = walk(graph, seen(graph));
    expect(findings.map(({ code, path }) => [code, path])).toEqual([
      ['BP113', ['steps', 2, 'blockcommit', 'base']],
    ]);
    // A commit with an unknown range cannot be simulated.
    expect(phases.map(({ node }) => node.phase.name)).toEqual(['snapshot', 'convert']);
  });

  test('refuses a plan that would leave the domain transient', () => {
    const { graph } = planned(['undefine: {}']);
    const { findings } = walk(graph, seen(graph));
    expect(findings.map(({ code, path }) => [code, path])).toEqual([
      ['BP123', ['steps', 0, 'undefine']],
    ]);
  });

  test('continues after an error, so that all errors are reported at once', () => {
    const { graph } = planned([
      '{ id: a, blockcopy: { disk: vda, dest: /new/a, pivot: true } }',
      '{ id: b, blockcopy: { disk: vda, dest: /new/b, pivot: true } }',
    ]);
    const host = looked(hostForPlans(), ['/new/a', '/new/b']);
    const taken = {
      ...host,
      files: { ...host.files, '/new/a': { size: 1 }, '/new/b': { size: 1 } },
    };
    expect(walk(graph, taken).findings.map(({ code, path }) => [code, path?.[1]])).toEqual([
      ['BP106', 0],
      ['BP106', 1],
    ]);
  });

  test('lists the files of all steps', () => {
    const { graph } = planned([
      '{ id: a, blockcopy: { disk: vda, dest: /new/a, shallow: true, pivot: true } }',
      'convert: { source: /new/src, dest: /new/out }',
    ]);
    expect(walk(graph, hostForPlans()).files).toEqual(['/new/a', '/new/src', '/new/out']);
  });

  test('ends at the first step if the guest is off', () => {
    const { graph } = shipped('live-storage-migration-classic.yaml');
    const { findings, phases } = walk(graph, world({ domain: { state: 'shut off' } }));
    expect(findings.map(({ code }) => code)).toEqual(['BP102']);
    expect(phases).toEqual([]);
  });
});

describe('previews of the shipped plans', () => {
  test.each(SHIPPED)('%s', (file) => {
    const { plan, graph } = shipped(file);
    const preview = previewPlan(plan, seen(graph, hostFor(file)));
    const lines = preview.steps.flatMap(({ id, phases }) =>
      phases.flatMap(({ name, commands, undoCommands, noRollback, pointOfNoReturn, chains }) => [
        `${id}:${name}`,
        ...commands.map(({ command }) => `  ${command}`),
        ...undoCommands.map(({ command }) => `  < ${command}`),
        ...(noRollback === undefined ? [] : [`  no rollback: ${noRollback}`]),
        ...(pointOfNoReturn === undefined ? [] : [`  point of no return: ${pointOfNoReturn}`]),
        ...chains.map(
          ({ target, before, after }) => `  ${target}: ${before.length} -> ${after[0]?.file}`,
        ),
      ]),
    );
    expect(lines).toMatchSnapshot();
    for (const { phases } of preview.steps)
      for (const { commands, rollback } of phases) {
        expect(commands.length).toBeGreaterThan(0);
        expect(rollback).not.toBe('');
      }
  });

  test('mark points of no return, and phases that cannot be undone', () => {
    const one = planned([`blockcommit: { disk: vda, top: ${SNAP2}, base: ${SNAP1}, pivot: true }`]);
    const several = planned([
      'blockcommit: { disk: vda, base: /export/vmimages/base.qcow2, pivot: true }',
    ]);
    const marks = ({ plan, graph }: typeof one) =>
      previewPlan(plan, seen(graph))
        .steps.flatMap(({ phases }) => phases)
        .map(({ pointOfNoReturn, noRollback }) => [Boolean(pointOfNoReturn), Boolean(noRollback)]);
    // As soon as a commit begins, the former content of its base is lost.
    expect(marks(one)).toEqual([
      [true, false],
      [false, false],
    ]);
    expect(marks(several)).toEqual([
      [true, false],
      [true, true],
    ]);
  });
});

describe('an obstacle', () => {
  const codes = (graph: Parameters<typeof walk>[0], host: HostState) =>
    walk(graph, seen(graph, host)).findings.map(({ code }) => code);
  const chainAtTheEnd = (graph: Parameters<typeof walk>[0], host: HostState) =>
    walk(graph, seen(graph, host))
      .phases.at(-1)
      ?.after.domain.disks[0]?.chain.map(({ file }) => file);
  const onto = (file: string) =>
    planned([`blockcopy: { disk: vda, dest: ${file}, shallow: true, pivot: true }`]).graph;

  test.each<[string, string, Parameters<typeof world>[0]]>([
    ['another job', 'BP105', { disks: [disk('vda', [SNAP2, SNAP1], { job: JOB })] }],
    ['an existing file', 'BP106', { files: { '/new/copy': { size: 1 } } }],
  ])('such as %s does not hide the result of a copy', (_what, code, scene) => {
    const host = world({ disks: [disk('vda', [SNAP2, SNAP1])], ...scene });
    expect(codes(onto('/new/copy'), host)).toEqual([code]);
    expect(chainAtTheEnd(onto('/new/copy'), host)).toEqual(['/new/copy', SNAP1]);
  });

  test('to a shallow copy does not prevent the simulation of the copy', () => {
    const host = world({ disks: [disk('vda', [DATA, BASE])] });
    const [first, ...more] = codes(onto('/new/copy'), host);
    expect([first, more]).toEqual(['BP054', []]);
    expect(chainAtTheEnd(onto('/new/copy'), host)).toEqual(['/new/copy']);
  });

  test('to an overlay is ignored: no agent, an existing file, a name that is taken', () => {
    const { graph } = planned([
      'snapshot-create-as: { name: s, disk-only: true, quiesce: true }',
      'blockcommit: { disk: vda, shallow: true, pivot: true }',
    ]);
    const host = world({
      disks: [disk('vda', [SNAP2])],
      domain: { agent: false, snapshots: ['s'] },
      files: { [`${SNAP2.replace('.snap2', '')}.s`]: { size: 1 } },
    });
    expect(codes(graph, host)).toEqual(['BP111', 'BP112', 'BP106']);
    const last = walk(graph, seen(graph, host)).phases.at(-1)?.after.domain;
    expect(last).toMatchObject({ agent: false, snapshots: ['s'] });
    expect(chainAtTheEnd(graph, host)).toEqual([SNAP2]);
  });

  test('to undefine is ignored: a domain with NVRAM becomes transient, and is defined again', () => {
    const { graph } = planned(['undefine: {}', 'redefine: {}']);
    const host = world({ domain: { nvram: true, managedSave: true } });
    expect(codes(graph, host)).toEqual(['BP118', 'BP115']);
    expect(walk(graph, seen(graph, host)).phases.at(-1)?.after.domain).toMatchObject({
      persistent: true,
      autostart: true,
      nvram: true,
    });
  });

  test('to convert is ignored: a copy of an image in use, or of a missing one, exists afterwards', () => {
    for (const [source, code] of [
      [SNAP2, 'BP116'],
      ['/new/absent', 'BP106'],
    ]) {
      const { graph } = planned([`convert: { source: ${source}, dest: /new/copy }`]);
      expect(codes(graph, hostForPlans())).toEqual([code]);
      const last = walk(graph, seen(graph)).phases.at(-1)?.after;
      expect(last?.files['/new/copy']).toMatchObject({ format: 'qcow2', made: true });
      expect(last?.domain.state).toBe('running');
    }
  });

  test('a phase is simulated from the host state in which its step began', () => {
    const { graph } = planned([
      'blockcopy: { disk: vdb, dest: /new/copy, format: qcow2, pivot: true }',
    ]);
    const pivot = graph.nodes[1];
    if (!pivot) throw new Error('a copy has two phases');
    const after = simulatePhase(pivot, world());
    expect(after.domain.disks[1]?.chain).toEqual([{ file: '/new/copy', format: 'qcow2' }]);
    expect(after.domain.disks[1]?.job).toBeUndefined();
  });
});
