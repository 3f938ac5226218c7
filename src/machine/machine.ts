/** The graph as an XState machine, used as pure functions: state and event in, next state and what to perform out. */
import { createMachine, initialTransition, transition } from 'xstate';
import type { Direction } from '../events.ts';
import type { Graph } from '../graph/graph.ts';
import { FINAL_STATES, type FinalState, isFinalState, type PhaseResult } from '../outcomes.ts';

/** The result of the phase of a state. */
export interface MachineEvent {
  readonly type: PhaseResult;
}

/** What to perform next: one phase, forward or backward. */
export interface Performance {
  readonly index: number;
  readonly direction: Direction;
}

/** The state of a run: opaque except for its name and whether it is final. */
export interface MachineState {
  readonly name: string;
  readonly final?: FinalState;
}

export interface Machine {
  /** The first state and what to perform in it. */
  start(): [MachineState, Performance | undefined];
  /** The state that the event leads to, and what to perform in it; nothing in a final state. */
  next(state: MachineState, event: MachineEvent): [MachineState, Performance | undefined];
}

/** The machine state of a run that has ended. */
export function endState(final: FinalState): MachineState {
  return { name: final, final };
}

/** Builds the machine of a graph, with exactly the graph's transitions. */
export function createPlanMachine(graph: Graph): Machine {
  const logic = createMachine({ id: 'plan', initial: graph.initial, states: statesOf(graph) });
  // A transition depends only on state and event, and a proof needs the same ones many thousand times.
  const answers = new Map<string, ReturnType<Machine['next']>>();
  type Snapshot = ReturnType<typeof initialTransition<typeof logic>>[0];
  const step = ([snapshot, actions]: readonly [
    Snapshot,
    readonly { type: string; params?: unknown }[],
  ]): [MachineState, Performance | undefined] => {
    const name = String(snapshot.value);
    const performance = actions.find((action) => action.type === 'perform')?.params as
      | Performance
      | undefined;
    return [isFinalState(name) ? endState(name) : { name }, performance];
  };
  return {
    start: () => step(initialTransition(logic)),
    next(state, { type }) {
      const key = `${type} ${state.name}`;
      const known = answers.get(key);
      if (known) return known;
      const answer = step(transition(logic, logic.resolveState({ value: state.name }), { type }));
      answers.set(key, answer);
      return answer;
    },
  };
}

/** The configuration for XState, as data that can be drawn and compared. */
export function statesOf({ states }: Pick<Graph, 'states'>): Record<string, object> {
  return Object.fromEntries([
    ...states.map(({ name, index, direction, on }) => [
      name,
      { entry: { type: 'perform', params: { index, direction } satisfies Performance }, on },
    ]),
    ...FINAL_STATES.map((final) => [final, { type: 'final' }]),
  ]);
}
