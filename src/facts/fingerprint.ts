/** A fingerprint ties a run to what was reviewed: a short hash for each part of the plan and the host that counts. */
import { createHash } from 'node:crypto';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { REVIEWED_PARTS, type ReviewedPart, reviewedParts } from './reviewed-parts.ts';

const VERSION = 'bp1';

/**
 * Length of a part's hash, in letters and digits. The author of a plan could search for two plans with the same hash, so
 * the plan's has 129 bits. Against chance, 51 bits are enough.
 */
function lengthOf(part: ReviewedPart): number {
  return part === 'plan' ? 25 : 10;
}

const SHAPE = new RegExp(
  `^${VERSION}${REVIEWED_PARTS.map((part) => `(?:\\.[0-9a-z]{${lengthOf(part)}})${isOptional(part) ? '?' : ''}`).join('')}$`,
);

/** Plans that read no backup have no word for it, as before there were backups. */
function isOptional(part: ReviewedPart): boolean {
  return part === 'backups';
}

/**
 * The fingerprint of a plan on a host state, observed or read from facts:
 * `bp1.PLAN.CHAINS.DEFINITION.JOBS.SNAPSHOTS.SHARING`, and `.BACKUPS` for a plan that reads some.
 * Sizes, free space and names do not count; see {@link reviewedParts}.
 */
export function fingerprintOf(plan: Plan, state: HostState): string {
  const parts = reviewedParts(plan, state);
  const counted = REVIEWED_PARTS.filter((part) => !isOptional(part) || parts.backups.length > 0);
  return [VERSION, ...counted.map((part) => wordOf(parts[part], lengthOf(part)))].join('.');
}

/** Whether a text has the form of a fingerprint from {@link fingerprintOf}. */
export function isFingerprint(text: string): boolean {
  return SHAPE.test(text);
}

/** The parts in which two fingerprints differ. */
export function driftedParts(expected: string, now: string): ReviewedPart[] {
  const [words, others] = [expected.split('.'), now.split('.')];
  return REVIEWED_PARTS.filter((_, at) => words[at + 1] !== others[at + 1]);
}

function wordOf(part: unknown, length: number): string {
  const digest = createHash('sha256').update(JSON.stringify(part)).digest('hex');
  return (BigInt(`0x${digest}`) % 36n ** BigInt(length)).toString(36).padStart(length, '0');
}
