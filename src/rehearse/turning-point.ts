/** Where a rehearsal turns back: after the last phase that can be rolled back. */
import type { VirshEffect } from '../commands/effect.ts';
import { compile, type Graph } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { WalkedPhase } from '../simulate/walked-phase.ts';
import { type AnyStep, defineStep, NoRollback } from '../steps/define.ts';

/** A plan that turns back at its end, or after the last phase that has a rollback. */
export interface TurningPoint {
  /** The plan as far as it can be undone, and then a step that checks the result and turns back. */
  readonly graph: Graph;
  /** The phases before the turn. */
  readonly phases: readonly WalkedPhase[];
  /** The host state at the turn, according to the walk. */
  readonly expected: HostState;
  /** The effect at which the checks run; it changes nothing. */
  readonly look: VirshEffect;
}

/** The part of the plan that a rehearsal does not undo, and why. */
export interface NotUndone {
  /** The first such phase, such as `commit/commit`; absent if nothing is undone. */
  readonly phase?: string;
  readonly reason: string;
}

/** The id of the step at which a rehearsal turns back; no plan can have it, because of its space. */
export const TURNING_STEP = 'roll back';

/** Where the walked plan turns back; undefined if no phase can be undone. */
export function turningPointOf(
  plan: Plan,
  walked: readonly WalkedPhase[],
): TurningPoint | undefined {
  const end = walked.findIndex((each) => noRollbackFrom(each) !== undefined);
  const undoable = end < 0 ? walked : walked.slice(0, end);
  const expected = undoable.at(-1)?.after;
  if (expected === undefined || plan.onFailure === 'stop') return undefined;
  const look: VirshEffect = {
    tool: 'virsh',
    verb: 'domblklist',
    args: { domain: plan.domain },
    why: 'check the result of the plan',
  };
  const steps = [...cut(plan, undoable.length), turningStep(look)];
  return { graph: compile({ ...plan, steps }), phases: undoable, expected, look };
}

/** The first phase that is not undone, and why; undefined if all are. */
export function notUndone(plan: Plan, walked: readonly WalkedPhase[]): NotUndone | undefined {
  if (plan.onFailure === 'stop')
    return { reason: 'the plan has "on-failure: stop", so a failure is not rolled back' };
  for (const each of walked) {
    const reason = noRollbackFrom(each);
    if (reason !== undefined)
      return { phase: `${each.node.planned.id}/${each.node.phase.name}`, reason };
  }
  return undefined;
}

function noRollbackFrom({ node, before, after, start }: WalkedPhase): string | undefined {
  const { commits } = node.doing;
  if (commits) return `a rollback keeps ${commits.what} once complete`;
  const told = node.phase.pointOfNoReturn?.(before, start);
  if (told !== undefined) return told;
  try {
    node.phase.undo(before, after, start);
    return undefined;
  } catch (error) {
    if (error instanceof NoRollback) return error.message;
    throw error;
  }
}

/** The plan's steps cut to this number of phases in total; the last step may lose some of its phases. */
function cut(plan: Plan, phases: number): PlannedStep[] {
  let left = phases;
  return plan.steps.flatMap((planned) => {
    const own = planned.step.phases(planned.params);
    const kept = own.slice(0, left);
    left -= kept.length;
    if (kept.length === 0) return [];
    return [{ ...planned, step: { ...planned.step, phases: () => kept } }];
  });
}

/** A step that runs the checks and then always fails, so that the plan's own rollbacks undo everything before it. */
function turningStep(look: VirshEffect): PlannedStep {
  const step: AnyStep = defineStep({
    kind: TURNING_STEP,
    summary: 'Check, then roll back.',
    schema: { type: 'object', additionalProperties: false, properties: {} },
    unoffered: {},
    check: () => [],
    requires() {},
    products: () => [],
    examples: [],
    phases: () => [
      {
        name: 'turn',
        summary: 'check the result of the plan, then roll back',
        effects: () => [look],
        expects: () => [() => ['the rehearsal rolls back here']],
        undo: () => [],
        rollback: 'nothing to undo',
      },
    ],
  });
  return { id: TURNING_STEP, step, params: {}, path: [] };
}
