import { describe, expect, test } from 'vitest';
import { compile, type PhaseState, stopsOnFailure } from '../../../src/graph/graph.ts';
import { FINAL_STATES } from '../../../src/outcomes.ts';
import { planned, SHIPPED, shipped } from '../../plans.ts';

const TWO = [
  '{ id: a, undefine: {} }',
  '{ id: b, blockcopy: { disk: vda, dest: /new, pivot: true } }',
];

function doing(index: number, name: string, next: string): PhaseState {
  const on = { DONE: next, FAILED: `undo:${name}`, LOST: 'uncertain' };
  return { name, index, direction: 'do', on };
}

function undoing(index: number, name: string, next: string): PhaseState {
  const on = { DONE: next, FAILED: 'stranded', LOST: 'uncertain' };
  return { name: `undo:${name}`, index, direction: 'undo', on };
}

describe('a graph', () => {
  test('has one node for each phase, with its transitions forward and its rollback', () => {
    const { nodes, initial, name } = planned(TWO).graph;
    expect(name).toBe('test');
    expect(initial).toBe('a:undefine');
    expect(
      nodes.map(({ index, first, doing, undoing }) => ({ index, first, doing, undoing })),
    ).toEqual([
      {
        index: 0,
        first: true,
        doing: doing(0, 'a:undefine', 'b:mirror'),
        undoing: undoing(0, 'a:undefine', 'rolled-back'),
      },
      {
        index: 1,
        first: true,
        doing: doing(1, 'b:mirror', 'b:pivot'),
        undoing: undoing(1, 'b:mirror', 'undo:a:undefine'),
      },
      {
        index: 2,
        first: false,
        doing: doing(2, 'b:pivot', 'succeeded'),
        undoing: undoing(2, 'b:pivot', 'undo:b:mirror'),
      },
    ]);
  });

  test('leads from every failure to stranded if the plan stops on failure', () => {
    const { nodes } = planned(TWO, 'stop').graph;
    expect(nodes.map(({ doing }) => doing.on.FAILED)).toEqual(['stranded', 'stranded', 'stranded']);
    expect(nodes.every(stopsOnFailure)).toBe(true);
    expect(planned(TWO).graph.nodes.some(stopsOnFailure)).toBe(false);
  });

  test('without steps starts as succeeded', () => {
    expect(compile({ ...planned(TWO).plan, steps: [] })).toEqual({
      name: 'test',
      home: 'local',
      nodes: [],
      states: [],
      initial: 'succeeded',
      hooks: [],
    });
  });

  test.each(SHIPPED)(
    'of %s has unique state names, and all transitions lead to a state',
    (file) => {
      const { states } = shipped(file).graph;
      const names = states.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      const all = new Set<string>([...names, ...FINAL_STATES]);
      for (const { on } of states) for (const to of Object.values(on)) expect(all).toContain(to);
    },
  );
});
