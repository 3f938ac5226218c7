/** A plan that has been read: valid, with variables put in, and each step with its kind and a unique id. */
import type { Finding } from '../errors.ts';
import type { AnyStep } from '../steps/define.ts';
import type { PlanText } from './text.ts';

export interface Plan {
  readonly name: string;
  readonly domain: string;
  readonly description?: string;
  readonly steps: readonly PlannedStep[];
  /** `rollback` takes the drawn rollback; `stop` leaves things where they are and says so. */
  readonly onFailure: 'rollback' | 'stop';
  /** What the steps' own checks warn of; a plan with errors is never made. */
  readonly warnings: readonly Finding[];
  readonly text: PlanText;
}

export interface PlannedStep {
  readonly id: string;
  readonly step: AnyStep;
  /** Valid against the step's schema. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Where the step stands: `['steps', 1]`. */
  readonly path: readonly (string | number)[];
}
