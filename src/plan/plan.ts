/** A plan that was read: valid, with its references replaced, and each step with its kind and a unique id. */
import type { Finding } from '../errors.ts';
import type { Hook } from '../hook.ts';
import type { AnyStep } from '../steps/define.ts';
import type { PlanText } from './text.ts';

export interface Plan {
  readonly name: string;
  readonly domain: string;
  readonly description?: string;
  readonly steps: readonly PlannedStep[];
  /** By their points, in the order in which they run. */
  readonly hooks: readonly PlannedHook[];
  /** `rollback` undoes what the run did; `stop` leaves everything as it is and reports that. */
  readonly onFailure: 'rollback' | 'stop';
  /** The warnings of the steps' own checks; a plan with errors is refused. */
  readonly warnings: readonly Finding[];
  readonly text: PlanText;
}

export interface PlannedStep {
  readonly id: string;
  readonly step: AnyStep;
  /** Valid against the step's schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /**
   * Names and descriptions as they count in a review: with references to the guest and to the run in place, as their values
   * differ between guests in the same state, and from run to run. Absent if the plan has no such reference.
   */
  readonly reviewed?: Readonly<Record<string, unknown>>;
  /** The step's path in the plan: `['steps', 1]`. */
  readonly path: readonly (string | number)[];
}

export interface PlannedHook extends Hook {
  /** The command as it counts in a review: with references to the guest and to the run in place. The same if absent. */
  readonly reviewed?: Hook['command'];
  /** The hook's path in the plan: `['hooks', 'before', 0]`, or `['hooks', 'before']` where that is not a list. */
  readonly path: readonly (string | number)[];
}
