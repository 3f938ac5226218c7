/** `blockplan preview`: shows what a run would do, from the live host or from a facts file. */

import { fingerprintOf } from '../facts/fingerprint.ts';
import { PREVIEW_EXIT_CODES } from '../outcomes.ts';
import { findHookProblems } from '../run/hook-findings.ts';
import type { Preview } from '../simulate/preview.ts';
import { previewPlan } from '../simulate/preview-plan.ts';
import { explained } from './explained.ts';
import { type HostStateOptions, planOnHost } from './host-state.ts';
import type { Format } from './preview-formats.ts';
import { draftFrom } from './read.ts';
import { showPreview } from './show-preview.ts';

export interface PreviewCommandOptions extends HostStateOptions {
  readonly set: readonly string[];
  readonly format: Format;
  readonly output?: string;
  readonly exitCode?: boolean;
}

/** @returns the exit code */
export async function previewCommand(
  file: string,
  options: PreviewCommandOptions,
): Promise<number> {
  const { plan, state } = await planOnHost(await draftFrom(file, options.set), options);
  const shown = previewPlan(plan, state, {
    // Facts are often previewed on another machine than the one that runs the plan.
    ...(options.facts === undefined
      ? { hookFindings: await findHookProblems(plan) }
      : { facts: options.facts }),
    fingerprint: fingerprintOf(plan, state),
  });
  // Facts may be of a host whose journals are elsewhere.
  const findings =
    options.facts === undefined ? await explained(shown.findings, plan, state) : shown.findings;
  const code = await showPreview({ ...shown, findings }, options);
  return code === 0 && options.exitCode ? PREVIEW_EXIT_CODES[outcomeOf(shown)] : code;
}

function outcomeOf({ totals }: Preview): keyof typeof PREVIEW_EXIT_CODES {
  if (totals.pointsOfNoReturn > 0) return 'changes with a point of no return';
  return totals.changes > 0 ? 'changes' : 'nothing to do';
}
