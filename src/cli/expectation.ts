/** `run --expect`: refuses to run anything but what was reviewed. */
import { codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanDraft } from '../plan/read.ts';
import { colorWanted } from '../render/color.ts';
import { readFactsFile } from './host-state.ts';
import { inputRefusal } from './read.ts';

export interface ExpectOptions {
  /** The fingerprint that was reviewed. */
  readonly expect?: string;
  /** A file with the facts that were reviewed. */
  readonly facts?: string;
}

/** Compares a plan on a host state with what was reviewed. @throws BlockplanError reviewMismatch if they differ */
export type ReviewCheck = (plan: Plan, state: HostState) => void;

/**
 * Makes the check of a run; without a fingerprint it accepts every host state.
 * @param run the ID of the run
 * @throws BlockplanError `input-refused` if the fingerprint is malformed, missing for given facts, or does not match them
 */
export async function reviewCheckOf(
  draft: PlanDraft,
  run: string,
  { expect, facts }: ExpectOptions,
): Promise<ReviewCheck> {
  if (expect === undefined) {
    if (facts === undefined) return () => {};
    throw inputRefusal(
      codes.factsWithoutFingerprint,
      '"--facts" requires "--expect": a run works on the host and not on a facts file',
      'add --expect with the fingerprint of the reviewed preview, or remove --facts; to preview the plan with these facts: blockplan preview',
    );
  }
  const { driftedParts, fingerprintOf, isFingerprint } = await import('../facts/fingerprint.ts');
  if (!isFingerprint(expect)) {
    throw inputRefusal(
      codes.invalidFingerprint,
      `"${expect}" is not a fingerprint`,
      'use the one that the reviewed preview shows; it starts with "bp1."',
    );
  }
  const reviewed = facts === undefined ? undefined : await reviewedOn(draft, run, facts);
  const apart = reviewed ? driftedParts(expect, fingerprintOf(reviewed.plan, reviewed.state)) : [];
  // Another plan uses other parts of the facts; that the plan differs is reported below.
  const { driftClauses, driftFrom } = await import('../facts/drift.ts');
  if (apart.length > 0 && !apart.includes('plan')) {
    throw inputRefusal(
      codes.fingerprintMismatch,
      `the facts in ${facts} do not match the fingerprint: ${driftClauses(apart).join('; ')}`,
      'use the facts that the reviewed preview was made from, or remove --facts',
    );
  }
  const { renderDrift } = await import('../render/drift.ts');
  return (plan, state) => {
    const drifts = driftFrom(expect, plan, state, reviewed);
    const [first, ...rest] = drifts.map(({ what }) => drifted(what, fingerprintOf(plan, state)));
    if (!first) return;
    process.stderr.write(
      renderDrift(drifts, colorWanted(process.env, process.stderr.isTTY === true)),
    );
    throw new BlockplanError('preflight-refused', [first, ...rest]);
  };
}

async function reviewedOn(draft: PlanDraft, run: string, facts: string) {
  const { state } = await readFactsFile(facts);
  return { plan: draft.resolve(state, run), state };
}

function drifted(what: string, now: string): Finding {
  return {
    code: codes.reviewMismatch,
    severity: 'error',
    message: `${what} not what was reviewed`,
    hint: `review the preview again, then use its fingerprint: --expect ${now}`,
  };
}
