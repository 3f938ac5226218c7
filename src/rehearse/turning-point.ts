/** Where a rehearsal turns back: after the last phase from which a way leads back. */
import type { VirshEffect } from '../commands/effect.ts';
import { compile, type Graph } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { WalkedPhase } from '../simulate/walked-phase.ts';
import { type AnyStep, defineStep, NoRollback } from '../steps/define.ts';

/** A plan with a turn at its end, or at the last phase that has a rollback. */
export interface TurningPoint {
  /** The plan as far as it can be undone, and then a step that looks, and turns back. */
  readonly graph: Graph;
  /** The host state that the walk says there is at the turn. */
  readonly expected: HostState;
  /** The effect at which the turn looks; it changes nothing. */
  readonly look: VirshEffect;
}

/** What is not undone in a rehearsal, and why. */
export interface NotUndone {
  /** The phase, as in `commit/commit`; absent where nothing at all is undone. */
  readonly phase?: string;
  readonly reason: string;
}

/** The id of the step at which a rehearsal turns back; no plan can have it, because of its space. */
export const TURNING_STEP = 'turn back';

/** Where the plan turns back, as walked; undefined where no phase can be undone. */
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
    why: 'look at what the plan has come to',
  };
  const steps = [...cut(plan, undoable.length), turningStep(look)];
  return { graph: compile({ ...plan, steps }), expected, look };
}

/** What the turn leaves out, and why. */
export function notUndone(plan: Plan, walked: readonly WalkedPhase[]): NotUndone | undefined {
  if (plan.onFailure === 'stop')
    return { reason: 'the plan says "on-failure: stop", so no failure leads back' };
  for (const each of walked) {
    const reason = noRollbackFrom(each);
    if (reason !== undefined)
      return { phase: `${each.node.planned.id}/${each.node.phase.name}`, reason };
  }
  return undefined;
}

function noRollbackFrom({ node, before, after, start }: WalkedPhase): string | undefined {
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

/** The plan's steps with so many phases in all: the last of them may lose some of its own. */
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

/** A step that looks, and then is never satisfied: everything before it is undone, by the plan's own rollbacks. */
function turningStep(look: VirshEffect): PlannedStep {
  const step: AnyStep = defineStep({
    kind: TURNING_STEP,
    summary: 'Look, and turn back.',
    schema: { type: 'object', additionalProperties: false, properties: {} },
    unoffered: {},
    check: () => [],
    requires() {},
    products: () => [],
    examples: [],
    phases: () => [
      {
        name: 'turn',
        summary: 'look at what the plan has come to, and turn back',
        effects: () => [look],
        expects: () => [() => ['the rehearsal turns back here']],
        undo: () => [],
        rollback: 'nothing to undo',
      },
    ],
  });
  return { id: TURNING_STEP, step, params: {}, path: [] };
}
