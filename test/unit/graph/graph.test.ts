import { describe, expect, test } from 'vitest';
import { compile, FINAL_STATES } from '../../../src/graph/graph.ts';
import { planned, SHIPPED, shipped } from '../../plans.ts';

const TWO = [
  '{ id: a, undefine: {} }',
  '{ id: b, blockcopy: { disk: vda, dest: /new, pivot: true } }',
];

describe('a graph', () => {
  test('has a phase a node, with its way forward and its way back', () => {
    const { nodes, initial, name } = planned(TWO).graph;
    expect(name).toBe('test');
    expect(initial).toBe('a:undefine');
    expect(
      nodes.map(({ index, first, doing, undoing }) => ({ index, first, doing, undoing })),
    ).toEqual([
      {
        index: 0,
        first: true,
        doing: { state: 'a:undefine', done: 'b:mirror', failed: 'undo:a:undefine' },
        undoing: { state: 'undo:a:undefine', undone: 'rolled-back' },
      },
      {
        index: 1,
        first: true,
        doing: { state: 'b:mirror', done: 'b:pivot', failed: 'undo:b:mirror' },
        undoing: { state: 'undo:b:mirror', undone: 'undo:a:undefine' },
      },
      {
        index: 2,
        first: false,
        doing: { state: 'b:pivot', done: 'succeeded', failed: 'undo:b:pivot' },
        undoing: { state: 'undo:b:pivot', undone: 'undo:b:mirror' },
      },
    ]);
  });

  test('of a plan that stops on failure leads from every failure to stranded', () => {
    const { nodes } = planned(TWO, 'stop').graph;
    expect(nodes.map(({ doing }) => doing.failed)).toEqual(['stranded', 'stranded', 'stranded']);
  });

  test('without steps has succeeded', () => {
    expect(compile({ ...planned(TWO).plan, steps: [] })).toEqual({
      name: 'test',
      nodes: [],
      initial: 'succeeded',
    });
  });

  test.each(SHIPPED)('%s: every state has a name of its own, and every arrow an end', (file) => {
    const { nodes } = shipped(file).graph;
    const states = nodes.flatMap(({ doing, undoing }) => [doing.state, undoing.state]);
    expect(new Set(states).size).toBe(states.length);
    const ends = new Set<string>([...states, ...FINAL_STATES]);
    for (const { doing, undoing } of nodes)
      for (const end of [doing.done, doing.failed, undoing.undone]) expect(ends).toContain(end);
  });
});
