/** The sentences and the findings of requirements. */
import type { Finding } from '../../src/errors.ts';
import { Needs, type Refusal, type Requirement } from '../../src/steps/requirements/requirement.ts';

export interface Required<T> {
  /** Each requirement as `clause [the facts that its check needs]`. */
  readonly texts: readonly string[];
  readonly findings: readonly Finding[];
  /** The result of the function that states the requirements. */
  readonly value: T;
}

/** Collects the requirements that a function states. */
export function required<T>(state: (needs: Needs) => T): Required<T> {
  const needs = new Needs();
  const value = state(needs);
  return {
    texts: needs.stated.map(requirementLine),
    findings: withoutBlocks(needs.stated.flatMap(({ unmet }) => unmet)),
    value,
  };
}

/** Findings as a reader sees them, without the marks for the walk of a plan. */
export function withoutBlocks(refusals: readonly Refusal[]): Finding[] {
  return refusals.map(({ blocks: _blocks, about: _about, ...finding }) => finding);
}

export function requirementLine({ text, knowledge }: Requirement): string {
  if (typeof knowledge === 'string') return `${text} [${knowledge}]`;
  const known = Object.entries(knowledge).map(([kind, of]) => `${kind} ${[of].flat().join(', ')}`);
  return `${text} [${known.join()}]`;
}

/** The codes after which the outcome of a step cannot be simulated. */
export const BLOCKING: ReadonlySet<string> = new Set([
  ...['BP100', 'BP101', 'BP102', 'BP103', 'BP104', 'BP110', 'BP113', 'BP114', 'BP126', 'BP143'],
  ...['BP162', 'BP163', 'BP164', 'BP165', 'BP175', 'BP181', 'BP182', 'BP183', 'BP184', 'BP188'],
]);
