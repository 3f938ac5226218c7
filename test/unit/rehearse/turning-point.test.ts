import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { onLabPaths, pathsBelow } from '../../../src/rehearse/paths.ts';
import { notUndone, TURNING_STEP, turningPointOf } from '../../../src/rehearse/turning-point.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { problemsAfter } from '../../../src/steps/derived.ts';
import { hostFor, hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { BASE, looked, SNAP1 } from '../../worlds.ts';

function walkedOver(graph: Graph, host = hostForPlans()) {
  const alone = { ...host, others: [] };
  const { phases, findings } = walk(graph, looked(alone, walk(graph, alone).files));
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return phases;
}

/** The shipped plan that keeps its result. */
const FULL = 'full-backup.yaml';
const COPY = '{ id: copy, blockcopy: { disk: vda, dest: /new/copy, finish: true } }';
const MERGE = `{ id: merge, blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} } }`;

/** The states of the turning graph, in order. */
function statesOf({ plan, graph }: { plan: Plan; graph: Graph }): string[] | undefined {
  return turningPointOf(plan, walkedOver(graph))?.graph.nodes.map(({ doing }) => doing.name);
}

describe('a rehearsal turns back', () => {
  test.each(SHIPPED.filter((file) => file !== FULL))('after the last phase of %s', (file) => {
    const { plan, graph } = shipped(file);
    const phases = walkedOver(graph, hostFor(file));
    const turn = turningPointOf(plan, phases);
    expect(turn?.graph.nodes.map(({ doing }) => doing.name)).toEqual([
      ...graph.nodes.map(({ doing }) => doing.name),
      `${TURNING_STEP}:turn`,
    ]);
    expect(turn?.expected).toBe(phases.at(-1)?.after);
    expect(notUndone(plan, phases)).toBeUndefined();
  });

  test('before the phase whose result is kept', () => {
    const { plan, graph } = shipped(FULL);
    const phases = walkedOver(graph, hostFor(FULL));
    const turn = turningPointOf(plan, phases);
    expect(turn?.graph.nodes.map(({ doing }) => doing.name)).toEqual([
      ...['backup:copy', 'backup:digest', `${TURNING_STEP}:turn`],
    ]);
    expect(notUndone(plan, phases)).toMatchObject({ phase: 'backup/publish' });
  });

  test('before the first phase without a rollback, even in the middle of a step', () => {
    const both = planned([COPY, MERGE]);
    expect(statesOf(both)).toEqual(['copy:mirror', 'copy:finish', `${TURNING_STEP}:turn`]);
    expect(notUndone(both.plan, walkedOver(both.graph))).toMatchObject({ phase: 'merge/commit' });
  });

  test('nowhere if the first phase has no rollback', () => {
    const merge = planned([MERGE, COPY]);
    expect(statesOf(merge)).toBeUndefined();
    expect(notUndone(merge.plan, walkedOver(merge.graph))).toMatchObject({ phase: 'merge/commit' });
  });

  test('nowhere if the plan stops on a failure', () => {
    const stops = planned([COPY], 'stop');
    expect(statesOf(stops)).toBeUndefined();
    const { phase, reason } = notUndone(stops.plan, walkedOver(stops.graph)) ?? {};
    expect([phase, reason]).toEqual([undefined, expect.stringContaining('on-failure: stop')]);
  });

  test('at a step that always fails, and that has nothing to undo', () => {
    const { plan, graph } = shipped('live-backup.yaml');
    const turn = turningPointOf(plan, walkedOver(graph));
    const last = turn?.graph.nodes.at(-1);
    expect(last?.doing.on.FAILED).toBe(`undo:${TURNING_STEP}:turn`);
    const host = hostForPlans();
    expect(last && problemsAfter(last.phase, host, host, host)).toHaveLength(1);
    expect(last?.phase.undo(host, host, host)).toEqual([]);
  });
});

describe('the paths of a rehearsal', () => {
  const paths = pathsBelow('/lab/disks');

  test('are moved below the lab, and nothing else in the plan changes', () => {
    const { plan } = planned([
      '{ id: s, snapshot-create-as: { name: s, disk-only: true, diskspec: [{ disk: vda, file: /new/o }] } }',
      "{ id: c, blockcommit: { disk: vda, base: 'vda[1]', active: true, pivot: true } }",
      MERGE,
    ]);
    const steps = onLabPaths(plan, paths).steps.map(({ params }) => params);
    expect(steps).toEqual([
      { name: 's', 'disk-only': true, diskspec: [{ disk: 'vda', file: '/lab/disks/new/o' }] },
      { disk: 'vda', base: 'vda[1]', active: true, pivot: true },
      { disk: 'vda', top: `/lab/disks${SNAP1}`, base: `/lab/disks${BASE}` },
    ]);
  });

  test('are the same after moving them there and back', () => {
    expect(paths.users(`rm ${paths.lab('/a b/c')} ${paths.lab('/d')}`)).toBe('rm /a b/c /d');
  });
});
