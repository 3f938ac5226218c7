/** How what is so differs from what was reviewed: by part from a fingerprint alone, line by line from facts. */

import type { HostState } from '../model/host-state.ts';
import { type DiffLine, lineDiff } from '../model/line-diff.ts';
import { redactText } from '../model/redact.ts';
import { emitYaml } from '../plan/emit.ts';
import type { Plan } from '../plan/plan.ts';
import { driftedParts, fingerprintOf } from './fingerprint.ts';
import { type ReviewedPart, reviewedParts, reviewedPartsByName } from './reviewed-parts.ts';

/** A part that is not as it was reviewed. */
export interface Drift {
  readonly part: ReviewedPart;
  /** What it is, as the beginning of a sentence, with its verb. */
  readonly what: string;
  /** From what was reviewed to what is so, where that can be told; else what is so, in lines without a sign. */
  readonly lines: readonly DiffLine[];
}

const WHAT: Readonly<Record<ReviewedPart, string>> = {
  plan: 'the plan, with its variables put in, is',
  chains: "the guest's disks, or what is at the places that the plan names, are",
  definition: "the guest's persistent definition, or what is kept with it, is",
  jobs: "the guest's run state, or the block jobs on its disks, are",
  snapshots: "the guest's snapshots or checkpoints are",
  sharing: 'the other guests that share the files are',
};

/**
 * The parts in which a plan on a host state is not what a fingerprint stands for; none where it is.
 * @param reviewed the facts that were reviewed, of this guest or of another one in the same state
 */
export function driftFrom(
  expected: string,
  plan: Plan,
  state: HostState,
  reviewed?: HostState,
): Drift[] {
  const parts = driftedParts(expected, fingerprintOf(plan, state));
  // Of another guest all names are other names: then the labels are told.
  const tell =
    reviewed && reviewed.domain.name !== state.domain.name ? reviewedParts : reviewedPartsByName;
  const now = tell(plan, state);
  const before = reviewed && tell(plan, reviewed);
  return parts.map((part) => {
    const is = linesOf(part, now[part]);
    const lines =
      // Facts tell nothing of the plan that was reviewed with them.
      before === undefined || part === 'plan'
        ? withoutLong(part, is).map((text): DiffLine => ({ sign: ' ', text }))
        : lineDiff(linesOf(part, before[part]), is);
    return { part, what: WHAT[part], lines };
  });
}

/** Without something to compare them with, a whole plan and a whole definition say nothing. */
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
