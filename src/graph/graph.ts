/**
 * A plan as plain data: its phases in order, and the states of its machine with their transitions. The machine, the preview
 * and the diagrams are built from this.
 */
import type { Direction, PhaseRef, StepOutline } from '../events.ts';
import type { Hook, HookPoint } from '../hook.ts';
import { type HostName, LOCAL } from '../model/hosts.ts';
import { type FinalState, isFinalState, type PhaseResult } from '../outcomes.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { KeptResult, Phase } from '../steps/define.ts';

/** A state in which a phase is done or undone. All other states are final. */
export interface PhaseState {
  readonly name: string;
  /** The phase's index in the plan. */
  readonly index: number;
  readonly direction: Direction;
  /** The state that follows each result. */
  readonly on: Readonly<Record<PhaseResult, string>>;
  /** What is kept once the phase is done: the rollback of a later phase ends behind it. */
  readonly commits?: KeptResult;
}

/** One phase of one step, with its two states. */
export interface PhaseNode {
  readonly index: number;
  readonly planned: PlannedStep;
  readonly phase: Phase;
  /** The host that its effects are performed on, and whose host states it gets. */
  readonly host: HostName;
  /** Whether this is the first phase of its step. */
  readonly first: boolean;
  /** The state in which the phase is done. */
  readonly doing: PhaseState;
  /** The state in which it is undone. */
  readonly undoing: PhaseState;
}

export interface Graph {
  readonly name: string;
  /** The host of the plan's domain. */
  readonly home: HostName;
  readonly nodes: readonly PhaseNode[];
  /** All states but the final ones, phase by phase. */
  readonly states: readonly PhaseState[];
  readonly initial: string;
  /** Programs that run before the first phase and after the end; they are no states, because nothing undoes them. */
  readonly hooks: readonly Hook[];
}

/** The name of the state in which a phase is done or undone. */
export function stateName({ step, phase }: PhaseRef, direction: Direction): string {
  return `${direction === 'undo' ? 'undo:' : ''}${step}:${phase}`;
}

/** Whether a failure of the phase ends the run where it is: the plan says `on-failure: stop`. */
export function stopsOnFailure({ doing }: Pick<PhaseNode, 'doing'>): boolean {
  return isFinalState(doing.on.FAILED);
}

/** The plan's steps with their phases, as the events announce them. */
export function outline(graph: Graph): StepOutline[] {
  const steps = new Map<string, StepOutline & { phases: { name: string; summary: string }[] }>();
  for (const { planned, phase } of graph.nodes) {
    const step = steps.get(planned.id) ?? { id: planned.id, kind: planned.step.kind, phases: [] };
    step.phases.push({ name: phase.name, summary: phase.summary });
    steps.set(planned.id, step);
  }
  return [...steps.values()];
}

/** Compiles a plan. Every phase gets a state in which it is undone, after its own failure or that of a later phase. */
export function compile(
  plan: Pick<Plan, 'name' | 'steps' | 'onFailure'> & Pick<Graph, 'hooks'>,
): Graph {
  const flat = plan.steps.flatMap((planned) =>
    planned.step.phases(planned.params).map((phase, at) => ({ planned, phase, first: at === 0 })),
  );
  const parts = flat.map(
    ({ planned, phase: { name, commits } }): Part => ({
      ...{ step: planned.id, phase: name },
      ...(commits ? { commits } : {}),
    }),
  );
  const nodes = flat.map(
    (part, index): PhaseNode => ({
      ...part,
      index,
      host: LOCAL,
      doing: stateOf(parts, index, 'do', plan.onFailure),
      undoing: stateOf(parts, index, 'undo', plan.onFailure),
    }),
  );
  return {
    name: plan.name,
    home: LOCAL,
    nodes,
    states: nodes.flatMap(({ doing, undoing }) => [doing, undoing]),
    initial: nodes[0]?.doing.name ?? SUCCEEDED,
    hooks: plan.hooks.map(({ point, number, command, timeout, repeat }) => ({
      ...{ point, number, command, timeout, repeat },
    })),
  };
}

/** The hooks of that point, in the order in which they run. */
export function hooksAt({ hooks }: Pick<Graph, 'hooks'>, point: HookPoint): readonly Hook[] {
  return hooks.filter((hook) => hook.point === point);
}

/**
 * The same phases in a machine with the states that a journal holds.
 * @returns undefined if they are not the states of these phases, lead to an unknown state, or form a cycle
 */
export function withStates(graph: Graph, states: readonly PhaseState[]): Graph | undefined {
  const byName = new Map(states.map((state) => [state.name, state]));
  const fits =
    states.length === graph.states.length &&
    graph.states.every(({ name, index, direction }) => {
      const stored = byName.get(name);
      return (
        stored?.index === index &&
        stored.direction === direction &&
        Object.values(stored.on).every((to) => isFinalState(to) || leadsOn(stored, byName.get(to)))
      );
    });
  if (!fits) return undefined;
  const stored = (state: PhaseState) => byName.get(state.name) ?? state;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      doing: stored(node.doing),
      undoing: stored(node.undoing),
    })),
    states: graph.states.map(stored),
  };
}

/** Whether a transition makes progress: forward through the phases, then backward through them. */
function leadsOn(from: PhaseState, to: PhaseState | undefined): boolean {
  if (!to) return false;
  if (from.direction === 'do')
    return to.direction === 'do' ? to.index > from.index : to.index <= from.index;
  return to.direction === 'undo' && to.index < from.index;
}

const SUCCEEDED: FinalState = 'succeeded';

/** What the states of a phase are made from. */
type Part = PhaseRef & Pick<PhaseState, 'commits'>;

/** A state with all its transitions. */
function stateOf(
  parts: readonly Part[],
  index: number,
  direction: Direction,
  onFailure: Plan['onFailure'],
): PhaseState {
  const at = (place: number, way: Direction, otherwise: FinalState): string => {
    const part = parts[place];
    return part ? stateName(part, way) : otherwise;
  };
  const stranded: FinalState = 'stranded';
  const uncertain: FinalState = 'uncertain';
  const rolledBack: FinalState = 'rolled-back';
  const { commits } = parts[index] ?? {};
  const name = at(index, direction, stranded);
  if (direction === 'undo') {
    const isBehindCommit = parts[index - 1]?.commits !== undefined;
    const DONE = isBehindCommit ? rolledBack : at(index - 1, 'undo', rolledBack);
    return { name, index, direction, on: { DONE, FAILED: stranded, LOST: uncertain } };
  }
  const on: PhaseState['on'] = {
    DONE: at(index + 1, 'do', SUCCEEDED),
    // A failed phase is undone too: it is unknown how far it got.
    FAILED: onFailure === 'rollback' ? at(index, 'undo', stranded) : stranded,
    LOST: uncertain,
  };
  return { name, index, direction, on, ...(commits ? { commits } : {}) };
}
