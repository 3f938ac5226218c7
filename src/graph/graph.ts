/**
 * A plan as plain data: its phases in order, the way forward and the way back of each. Machine, preview and diagrams
 * are made of this.
 */
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { Phase } from '../steps/define.ts';

/** One phase of one step, with its two states and where each leads. */
export interface PhaseNode {
  readonly index: number;
  readonly planned: PlannedStep;
  readonly phase: Phase;
  /** Whether this is the first phase of its step. */
  readonly first: boolean;
  /** The state in which the phase is done, and those that follow its success and its failure. */
  readonly doing: { readonly state: string; readonly done: string; readonly failed: string };
  /** The state in which it is undone, and the one that follows. */
  readonly undoing: { readonly state: string; readonly undone: string };
}

/** The states in which a run ends. */
export const FINAL_STATES = ['succeeded', 'rolled-back', 'stranded', 'uncertain'] as const;

export interface Graph {
  readonly name: string;
  readonly nodes: readonly PhaseNode[];
  readonly initial: string;
}

/** Compiles a plan; every phase gets its own rollback transition, out of its failure and out of its success. */
export function compile(plan: Plan): Graph {
  const flat = plan.steps.flatMap((planned) =>
    planned.step.phases(planned.params).map((phase, at) => ({ planned, phase, first: at === 0 })),
  );
  const stateOf = (at: number) => `${flat[at]?.planned.id}:${flat[at]?.phase.name}`;
  const nodes = flat.map((part, index): PhaseNode => {
    const state = stateOf(index);
    return {
      ...part,
      index,
      doing: {
        state,
        done: index + 1 < flat.length ? stateOf(index + 1) : 'succeeded',
        // A failed phase is undone too: nobody knows how far it came.
        failed: plan.onFailure === 'rollback' ? `undo:${state}` : 'stranded',
      },
      undoing: {
        state: `undo:${state}`,
        undone: index > 0 ? `undo:${stateOf(index - 1)}` : 'rolled-back',
      },
    };
  });
  return { name: plan.name, nodes, initial: nodes[0]?.doing.state ?? 'succeeded' };
}
