/** `run --expect`: refuses to run anything but what was reviewed. */
import { codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { colorWanted } from '../render/color.ts';
import { inputRefusal, textOf } from './read.ts';

export interface ExpectOptions {
  /** The fingerprint that was reviewed. */
  readonly expect?: string;
  /** A file with the facts that were reviewed. */
  readonly facts?: string;
}

/** Holds a host state against what was reviewed. @throws BlockplanError reviewMismatch where it is something else */
export type ReviewCheck = (state: HostState) => void;

/**
 * Reads what a run is bound to; without a fingerprint it is bound to nothing.
 * @throws BlockplanError `input-refused` when that is no fingerprint, or there are facts without one, or they are not the ones that it stands for
 */
export async function reviewCheckOf(
  plan: Plan,
  { expect, facts }: ExpectOptions,
): Promise<ReviewCheck> {
  if (expect === undefined) {
    if (facts === undefined) return () => {};
    throw inputRefusal(
      codes.factsWithoutFingerprint,
      '"--facts" of run belongs to "--expect": a run works on the host, whatever a file tells of it',
      'add --expect with the fingerprint of the reviewed preview, or leave --facts out; to see what would be done by these facts: blockplan preview',
    );
  }
  const { driftedParts, fingerprintOf, isFingerprint } = await import('../facts/fingerprint.ts');
  if (!isFingerprint(expect)) {
    throw inputRefusal(
      codes.invalidFingerprint,
      `"${expect}" is no fingerprint`,
      'take the one that the reviewed preview shows: it begins with "bp1."',
    );
  }
  const reviewed = facts === undefined ? undefined : await readReviewed(facts);
  const apart = reviewed ? driftedParts(expect, fingerprintOf(plan, reviewed)) : [];
  // With another plan the facts are looked at with other eyes; that it is another one is told below.
  if (apart.length > 0 && !apart.includes('plan')) {
    throw inputRefusal(
      codes.fingerprintMismatch,
      `the facts in ${facts} are not the ones that the fingerprint stands for: their ${apart.join(' and ')} differ`,
      'give the facts that the reviewed preview was made from, or leave --facts out',
    );
  }
  const { driftFrom } = await import('../facts/drift.ts');
  const { renderDrift } = await import('../render/drift.ts');
  return (state) => {
    const drifts = driftFrom(expect, plan, state, reviewed);
    const [first, ...rest] = drifts.map(({ what }) => drifted(what, fingerprintOf(plan, state)));
    if (!first) return;
    process.stderr.write(
      renderDrift(drifts, colorWanted(process.env, process.stderr.isTTY === true)),
    );
    throw new BlockplanError('preflight-refused', [first, ...rest]);
  };
}

async function readReviewed(file: string): Promise<HostState> {
  const { readFacts } = await import('../facts/read.ts');
  const { source, name } = await textOf(file, 'facts');
  return readFacts(source, name);
}

function drifted(what: string, now: string): Finding {
  return {
    code: codes.reviewMismatch,
    severity: 'error',
    message: `${what} not what was reviewed`,
    hint: `review it again; the fingerprint is now ${now}`,
  };
}
