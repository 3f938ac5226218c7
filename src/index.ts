/** The public API: reads a plan from text and compiles it to plain data and to a machine. */
export { BlockplanError, type Finding, type Position } from './errors.ts';
export type { Direction, Listener, PhaseRef, RunEvent, StepOutline } from './events.ts';
export { compile, type Graph, type PhaseNode, type PhaseState } from './graph/graph.ts';
export type { Hook, HookPoint } from './hook.ts';
export {
  createPlanMachine,
  type Machine,
  type MachineEvent,
  type MachineState,
  type Performance,
} from './machine/machine.ts';
export type { HostState } from './model/host-state.ts';
export { type End, EXIT_CODES, exitCodeOf } from './outcomes.ts';
export type { PlanInput } from './plan/input.ts';
export type { Plan, PlannedHook, PlannedStep } from './plan/plan.ts';
export { draftPlan, type PlanDraft, readPlan } from './plan/read.ts';
export type { Preview } from './simulate/preview.ts';
export { type PreviewContext, previewPlan } from './simulate/preview-plan.ts';
export { type Walk, walk } from './simulate/walk.ts';
export { steps } from './steps/registry.ts';
