/** The transitions of a plan with phases that commit: a rollback ends behind the last one. */
import { expect, test } from 'vitest';
import { type Graph, withStates } from '../../../src/graph/graph.ts';
import { compiledPlanShape } from '../../../src/journal/compiled-plan.ts';
import { createPlanMachine } from '../../../src/machine/machine.ts';
import { compiledPlanOf } from '../../../src/run/stored-plan.ts';
import { committing } from '../../committing.ts';
import { hostForPlans } from '../../plans.ts';

const TWICE = { a: ['one', 'two!', 'three'], b: ['four!'], c: ['five', 'six'] };

/** The states of a run in which that phase fails, until its end. */
function pathAfterFailure(graph: Graph, failing: string): string[] {
  const machine = createPlanMachine(graph);
  let [state] = machine.start();
  const path: string[] = [];
  while (!state.final) {
    if (state.name === failing || path.length > 0) path.push(state.name);
    [state] = machine.next(state, { type: state.name === failing ? 'FAILED' : 'DONE' });
  }
  return [...path, state.name];
}

test.each([
  ['a:one', ['undo:a:one', 'rolled-back']],
  ['a:two', ['undo:a:two', 'undo:a:one', 'rolled-back']],
  ['a:three', ['undo:a:three', 'rolled-back']],
  ['b:four', ['undo:b:four', 'undo:a:three', 'rolled-back']],
  ['c:five', ['undo:c:five', 'rolled-back']],
  ['c:six', ['undo:c:six', 'undo:c:five', 'rolled-back']],
])('a failure of %s is rolled back to the commit before it', (failing, path) => {
  expect(pathAfterFailure(committing(TWICE).graph, failing)).toEqual([failing, ...path]);
});

test('a plan that stops on failure keeps the limits of its rollback', () => {
  const { nodes } = committing(TWICE, 'stop').graph;
  expect(nodes.map(({ doing }) => doing.on.FAILED)).toEqual(Array(6).fill('stranded'));
  expect(nodes.map(({ undoing }) => undoing.on.DONE)).toEqual(
    committing(TWICE).graph.nodes.map(({ undoing }) => undoing.on.DONE),
  );
});

test('the journal has what each phase commits, and a later version keeps to it', () => {
  const { graph } = committing(TWICE);
  const stored = compiledPlanOf(graph, hostForPlans());
  expect(compiledPlanShape(stored, '')).toBeUndefined();
  expect(stored.states.filter(({ commits }) => commits).map(({ name }) => name)).toEqual([
    'a:two',
    'b:four',
  ]);
  // This version commits nothing.
  const other = committing({ a: ['one', 'two', 'three'], b: ['four'], c: ['five', 'six'] }).graph;
  expect(withStates(other, stored.states)?.states).toEqual(graph.states);
});
