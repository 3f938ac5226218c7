/** Evaluates what a step requires and creates, and what its phases expect. */
import type { HostState, Layer } from '../model/host-state.ts';
import type { AnyStep, Phase } from './define.ts';
import {
  Needs,
  pathToInspect,
  type Refusal,
  type Requirement,
} from './requirements/requirement.ts';

type Params = Readonly<Record<string, unknown>>;

/** What a step requires in a host state. */
export interface StepRequirements {
  readonly requirements: readonly Requirement[];
  /** Errors and warnings; paths are relative to the parameters. */
  readonly findings: readonly Refusal[];
  /** Every absolute path that must be inspected for the step: the files that it creates, writes, removes, reads or depends on. */
  readonly files: readonly string[];
  /** The folders of the backup stores that must be read for it. */
  readonly stores: readonly string[];
  /** The chains whose tables show how much it copies. */
  readonly measured: readonly (readonly Layer[])[];
  /** The layers above which no overlay may be that no domain uses. */
  readonly searched: readonly string[];
}

/** Checks the host state in which the step would begin; pure. */
export function requirementsOf(step: AnyStep, params: Params, state: HostState): StepRequirements {
  const needs = new Needs();
  step.requires(params, state, needs);
  const requirements = needs.stated;
  const paths = requirements.flatMap(({ knowledge }) => pathToInspect(knowledge) ?? []);
  const products = step.products(params, state);
  const made = products.map(({ file }) => file);
  return {
    requirements,
    findings: requirements.flatMap(({ unmet }) => unmet),
    files: [...new Set([...paths, ...made, ...(step.reads?.(params, state) ?? [])])],
    stores: requirements.flatMap(({ knowledge }) =>
      typeof knowledge === 'object' && 'store' in knowledge ? [knowledge.store] : [],
    ),
    measured: products.flatMap(({ measured = [] }) => measured),
    searched: needs.searched,
  };
}

/** The expectations that the observed host state does not meet after a phase; empty when the phase is done. */
export function problemsAfter(
  phase: Phase,
  before: HostState,
  after: HostState,
  start: HostState,
): string[] {
  return phase.expects(before, start).flatMap((expectation) => expectation(after));
}
