/** Compares the current state with the reviewed one: by part from a fingerprint alone, line by line from facts. */

import type { HostState } from '../model/host-state.ts';
import { type DiffLine, lineDiff } from '../model/line-diff.ts';
import { redactText } from '../model/redact.ts';
import { emitYaml } from '../plan/emit.ts';
import type { Plan } from '../plan/plan.ts';
import { driftedParts, fingerprintOf } from './fingerprint.ts';
import { type ReviewedPart, reviewedParts, reviewedPartsByName } from './reviewed-parts.ts';

/** A part that differs from what was reviewed. */
export interface Drift {
  readonly part: ReviewedPart;
  /** The part as the start of a sentence, including the verb. */
  readonly what: string;
  /** The difference between the reviewed and the current part, if both are known; else the current part, without signs. */
  readonly lines: readonly DiffLine[];
}

const WHAT: Readonly<Record<ReviewedPart, string>> = {
  plan: 'the plan, with its variables replaced, is',
  chains: "the guest's disks, or the files at the paths in the plan, are",
  definition: "the guest's persistent definition, or its autostart, managed save, NVRAM or TPM, is",
  jobs: "the guest's state, or the block jobs on its disks, are",
  snapshots: "the guest's snapshots or checkpoints are",
  sharing: 'the other guests that share files are',
  backups: 'the backups that the plan reads are',
};

/** What differs from what was reviewed, as a clause for each part. */
export function driftClauses(parts: readonly ReviewedPart[]): readonly string[] {
  return parts.map((part) => `${WHAT[part]} not what was reviewed`);
}

/**
 * The parts in which a plan on a host state differs from a fingerprint; empty if it matches.
 * @param reviewed the facts that were reviewed, of this guest or of another one in the same state, and the plan with the
 *   values of that guest
 */
export function driftFrom(
  expected: string,
  plan: Plan,
  state: HostState,
  reviewed?: { readonly plan: Plan; readonly state: HostState },
): Drift[] {
  const parts = driftedParts(expected, fingerprintOf(plan, state));
  // For another guest, all names differ, so labels are compared instead.
  const partsOf =
    reviewed && reviewed.state.domain.name !== state.domain.name
      ? reviewedParts
      : reviewedPartsByName;
  const now = partsOf(plan, state);
  const before = reviewed && partsOf(reviewed.plan, reviewed.state);
  return parts.map((part) => {
    const is = linesOf(part, now[part]);
    const lines =
      // Facts do not contain the plan that was reviewed with them.
      before === undefined || part === 'plan'
        ? withoutLong(part, is).map((text): DiffLine => ({ sign: ' ', text }))
        : lineDiff(linesOf(part, before[part]), is);
    return { part, what: WHAT[part], lines };
  });
}

/** Leaves out the plan and the definition's XML, which are too long to help without a comparison. */
function withoutLong(part: ReviewedPart, lines: readonly string[]): readonly string[] {
  if (part === 'plan') return [];
  const xml = lines.findIndex((line) => /^ {2}xml: \|/.test(line));
  return part === 'definition' && xml >= 0 ? lines.slice(0, xml) : lines;
}

function linesOf(part: ReviewedPart, value: unknown): string[] {
  return emitYaml({ [part]: value }, [])
    .trimEnd()
    .split('\n')
    .map(redactText);
}
