/**
 * A plan as it was compiled when its run began. A version that compiles the plan differently uses this, or reports what
 * of it is unknown.
 */
import type { Effect } from '../commands/effect.ts';
import type { PhaseState } from '../graph/graph.ts';
import { HOOK_POINTS, type Hook, type HookPoint } from '../hook.ts';
import {
  amount,
  fields,
  flag,
  listOf,
  oneOf,
  optionalField,
  type Shape,
  text,
} from '../model/shape.ts';

export interface CompiledPlan {
  readonly steps: readonly CompiledStep[];
  /** The states of its machine and where each leads; see `Graph.states`. */
  readonly states: readonly PhaseState[];
  /** Absent in a plan without hooks. */
  readonly hooks?: readonly Hook[];
}

export interface CompiledStep {
  readonly id: string;
  readonly kind: string;
  /** With the values of variables inserted. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly phases: readonly CompiledPhase[];
}

export interface CompiledPhase {
  readonly name: string;
  /** The forward commands as they were admitted: simulated from the host state that the run began with. */
  readonly effects: readonly Effect[];
}

const params: Shape<CompiledStep['params']> = (value, at) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? undefined
    : { at, expected: 'parameters' };

/** A command of another version may be unknown here, so an effect need not have the shape `effectShape`. */
const effect: Shape<Effect> = (value, at) =>
  typeof value === 'object' && value !== null && 'tool' in value
    ? undefined
    : { at, expected: 'an effect' };

/** A program and its arguments. */
export const commandShape: Shape<Hook['command']> = (value, at) =>
  listOf(text)(value, at) ??
  ((value as readonly string[]).length > 0 ? undefined : { at, expected: 'a program' });

export const hookRefShapes = { point: oneOf<HookPoint>(...HOOK_POINTS), number: amount };

/** The shape of a compiled plan, whatever kinds and commands it names. */
export const compiledPlanShape: Shape<CompiledPlan> = fields<CompiledPlan>({
  steps: listOf(
    fields<CompiledStep>({
      id: text,
      kind: text,
      params,
      phases: listOf(fields<CompiledPhase>({ name: text, effects: listOf(effect) })),
    }),
  ),
  states: listOf(
    fields<PhaseState>({
      name: text,
      index: amount,
      direction: oneOf<PhaseState['direction']>('do', 'undo'),
      on: fields<PhaseState['on']>({ DONE: text, FAILED: text, LOST: text }),
      commits: optionalField(
        fields<NonNullable<PhaseState['commits']>>({ what: text, removal: text }),
      ),
    }),
  ),
  hooks: optionalField(
    listOf(
      fields<Hook>({ ...hookRefShapes, command: commandShape, timeout: amount, repeat: flag }),
    ),
  ),
});
