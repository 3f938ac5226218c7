/** The graph as an XState machine, walked purely: state and event in, state and what to perform out. */
import { createMachine, initialTransition, transition } from 'xstate';
import type { Direction } from '../events.ts';
import { FINAL_STATES, type Graph } from '../graph/graph.ts';

/** What the world answered. */
export type MachineEvent =
  /** The phase is done and verified, or undone. */
  | { readonly type: 'DONE' }
  /** The phase could not be done, or was interrupted, or could not be undone. */
  | { readonly type: 'FAILED' }
  /** Contact to libvirt is lost, and did not come back within its bound. */
  | { readonly type: 'LOST' };

/** What to perform next: one phase, forward or back. */
export interface Performance {
  readonly index: number;
  readonly direction: Direction;
}

export type FinalState = (typeof FINAL_STATES)[number];

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
    const final = FINAL_STATES.find((each) => each === name);
    const performance = actions.find((action) => action.type === 'perform')?.params as
      | Performance
      | undefined;
    return [final ? { name, final } : { name }, performance];
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
export function statesOf(graph: Graph): Record<string, object> {
  const states: Record<string, object> = {};
  const perform = (index: number, direction: Direction) => ({
    type: 'perform',
    params: { index, direction },
  });
  for (const { index, doing, undoing } of graph.nodes) {
    states[doing.state] = {
      entry: perform(index, 'do'),
      on: { DONE: doing.done, FAILED: doing.failed, LOST: 'uncertain' },
    };
    states[undoing.state] = {
      entry: perform(index, 'undo'),
      on: { DONE: undoing.undone, FAILED: 'stranded', LOST: 'uncertain' },
    };
  }
  for (const final of FINAL_STATES) states[final] = { type: 'final' };
  return states;
}
