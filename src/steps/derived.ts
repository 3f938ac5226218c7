/** What follows from what a step requires and makes, and from what its phases expect. */
import type { HostState } from '../model/host-state.ts';
import type { AnyStep, Phase } from './define.ts';
import {
  Needs,
  pathToInspect,
  type Refusal,
  type Requirement,
} from './requirements/requirement.ts';

type Params = Readonly<Record<string, unknown>>;

/** What a step is found to need in a host state. */
export interface StepRequirements {
  readonly requirements: readonly Requirement[];
  /** What is in the way or dangerous; paths are relative to the parameters. */
  readonly findings: readonly Refusal[];
  /** Every absolute path that has to be looked at for the step: what it makes, writes, removes, or rests on. */
  readonly files: readonly string[];
}

/** Looks at a host state before the step begins in it; pure. */
export function requirementsOf(step: AnyStep, params: Params, state: HostState): StepRequirements {
  const needs = new Needs();
  step.requires(params, state, needs);
  const requirements = needs.stated;
  const paths = requirements.flatMap(({ knowledge }) => pathToInspect(knowledge) ?? []);
  const made = step.products(params, state).map(({ file }) => file);
  return {
    requirements,
    findings: requirements.flatMap(({ unmet }) => unmet),
    files: [...new Set([...paths, ...made])],
  };
}

/** What is not as it should be after a phase, judged from what is observed; empty when the phase is done. */
export function problemsAfter(
  phase: Phase,
  before: HostState,
  after: HostState,
  start: HostState,
): string[] {
  return phase.expects(before, start).flatMap((expectation) => expectation(after));
}
