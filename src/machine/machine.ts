/** The graph as an XState machine, walked purely: state and event in, state and what to perform out. */
import { createMachine, initialTransition, transition } from 'xstate';
import type { Direction } from '../events.ts';
import type { Graph } from '../graph/graph.ts';
import { FINAL_STATES, type FinalState, isFinalState, type PhaseResult } from '../outcomes.ts';

/** What performing the phase of a state came to. */
export interface MachineEvent {
  readonly type: PhaseResult;
}

/** What to perform next: one phase, forward or back. */
export interface Performance {
  readonly index: number;
  readonly direction: Direction;
}

/** Where a run stands. Opaque but for its name and whether it is over. */
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

/** The state of a run that has ended so. */
export function endState(final: FinalState): MachineState {
  return { name: final, final };
}

/** Builds the machine of a graph; its rollback transitions are the graph's, one out of every phase. */
export function createPlanMachine(graph: Graph): Machine {
  const logic = createMachine({ id: 'plan', initial: graph.initial, states: statesOf(graph) });
  // A transition is a function of state and event alone: a proof asks the same ones many thousand times.
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

/** The configuration XState gets; data, so that it can be drawn and compared. */
export function statesOf({ states }: Pick<Graph, 'states'>): Record<string, object> {
  return Object.fromEntries([
    ...states.map(({ name, index, direction, on }) => [
      name,
      { entry: { type: 'perform', params: { index, direction } satisfies Performance }, on },
    ]),
    ...FINAL_STATES.map((final) => [final, { type: 'final' }]),
  ]);
}
