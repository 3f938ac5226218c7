import { describe, expect, test } from 'vitest';
import { createMachine, initialTransition, transition } from 'xstate';
import type { Graph } from '../../../src/graph/graph.ts';
import {
  createPlanMachine,
  type Machine,
  type MachineEvent,
  type MachineState,
  type Performance,
  statesOf,
} from '../../../src/machine/machine.ts';
import { FINAL_STATES } from '../../../src/outcomes.ts';
import { planned, SHIPPED, shipped } from '../../plans.ts';

const EVENTS: readonly MachineEvent[] = [{ type: 'DONE' }, { type: 'FAILED' }, { type: 'LOST' }];

const graphs: (readonly [string, Graph])[] = [
  ...SHIPPED.map((file) => [file, shipped(file).graph] as const),
  [
    'four steps',
    planned([
      '{ id: a, undefine: {} }',
      '{ id: b, blockcopy: { disk: vda, dest: /b, pivot: true } }',
      '{ id: c, blockcommit: { disk: vda, shallow: true, pivot: true, delete: true } }',
      '{ id: d, redefine: {} }',
    ]).graph,
  ],
];

/** All reachable states, with what is performed on entry. */
function explore(machine: Machine): Map<string, [MachineState, Performance | undefined]> {
  const seen = new Map<string, [MachineState, Performance | undefined]>();
  const open = [machine.start()];
  for (let next = open.pop(); next; next = open.pop()) {
    const [state] = next;
    if (seen.has(state.name)) continue;
    seen.set(state.name, next);
    if (!state.final) open.push(...EVENTS.map((event) => machine.next(state, event)));
  }
  return seen;
}

/** The phases and the end of a run that fails in that phase and is undone. */
function failAt(machine: Machine, failing: number): { path: Performance[]; end: MachineState } {
  let [state, todo] = machine.start();
  const path: Performance[] = [];
  for (let done = 0; !state.final; done++) {
    if (todo) path.push(todo);
    [state, todo] = machine.next(state, { type: done === failing ? 'FAILED' : 'DONE' });
  }
  return { path, end: state };
}

describe.each(graphs)('%s', (_title, graph) => {
  const machine = createPlanMachine(graph);
  const count = graph.nodes.length;

  test('every state is reachable, and all except the final ones perform something', () => {
    const seen = explore(machine);
    expect([...seen.keys()].sort()).toEqual(Object.keys(statesOf(graph)).sort());
    for (const [name, [state, performance]] of seen) {
      expect(performance === undefined, name).toBe(state.final !== undefined);
      expect(state.final, name).toBe(FINAL_STATES.find((each) => each === name));
    }
  });

  test('every event leads from every state to another existing state', () => {
    const states = Object.keys(statesOf(graph));
    for (const [, [state]] of explore(machine)) {
      if (state.final) continue;
      for (const event of EVENTS) {
        const [next] = machine.next(state, event);
        expect(states).toContain(next.name);
        expect(next.name, `${state.name} ${event.type}`).not.toBe(state.name);
        if (event.type === 'LOST') expect(next.final).toBe('uncertain');
      }
    }
  });

  test('without a failure the run does each phase once, in order', () => {
    const { path, end } = failAt(machine, -1);
    expect(path).toEqual(graph.nodes.map(({ index }) => ({ index, direction: 'do' })));
    expect(end.final).toBe('succeeded');
  });

  test('a failure in phase i undoes exactly the phases i … 0', () => {
    for (let failing = 0; failing < count; failing++) {
      const { path, end } = failAt(machine, failing);
      const forth = Array.from({ length: failing + 1 }, (_, index) => ({ index, direction: 'do' }));
      const back = forth.map(({ index }) => ({ index, direction: 'undo' })).reverse();
      expect(path).toEqual([...forth, ...back]);
      expect(end.final).toBe('rolled-back');
    }
  });

  test('a failure during the rollback leads to stranded', () => {
    for (const { undoing } of graph.nodes)
      expect(machine.next({ name: undoing.name }, { type: 'FAILED' })[0].final).toBe('stranded');
  });

  test('the transitions are those of xstate', () => {
    const logic = createMachine({ id: 'plan', initial: graph.initial, states: statesOf(graph) });
    expect(initialTransition(logic)[0].value).toBe(machine.start()[0].name);
    for (const [, [state]] of explore(machine)) {
      if (state.final) continue;
      for (const event of EVENTS) {
        const [snapshot, actions] = transition(
          logic,
          logic.resolveState({ value: state.name }),
          event,
        );
        const [next, performance] = machine.next(state, event);
        expect(snapshot.value).toBe(next.name);
        const performed = (actions as readonly { type: string; params?: unknown }[]).find(
          ({ type }) => type === 'perform',
        );
        expect(performed?.params).toEqual(performance);
      }
    }
  });

  test('the machine is pure: the same question gets the same answer', () => {
    const [start] = machine.start();
    const once = machine.next(start, { type: 'FAILED' });
    machine.next(start, { type: 'DONE' });
    expect(machine.next(start, { type: 'FAILED' })).toEqual(once);
  });
});

test('on-failure: stop leads straight to stranded', () => {
  const { graph } = planned(['undefine: {}', 'redefine: {}'], 'stop');
  const machine = createPlanMachine(graph);
  for (const { doing } of graph.nodes)
    expect(machine.next({ name: doing.name }, { type: 'FAILED' })[0].final).toBe('stranded');
});
