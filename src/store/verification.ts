/** The result of the last verification of a backup, `verified.json` in its folder. */
import type {
  StoredBackup,
  StoredDisk,
  Verification,
  VerifiedDisk,
} from '../model/backup-store.ts';
import { verificationShape } from '../model/backup-store-shape.ts';
import { mismatchOf } from '../model/shape.ts';
import { sizeText } from '../size-text.ts';
import { newerFormat } from './manifest.ts';

const FORMAT = 'blockplan/v1';

export function writeVerification(verification: Verification): string {
  return `${JSON.stringify({ verification: FORMAT, ...verification }, null, 2)}\n`;
}

/** The result, or a clause that follows "verified.json ". */
export type ReadVerification = { readonly verified: Verification } | { readonly problem: string };

export function readVerification(text: string): ReadVerification {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { problem: 'is not JSON' };
  }
  const newer = newerFormat(data, 'verification');
  if (newer !== undefined)
    return { problem: `was written by a newer version of blockplan (${newer})` };
  if (typeof data !== 'object' || data === null) return { problem: 'is invalid: it is not a map' };
  const { verification, ...rest } = data as Readonly<Record<string, unknown>>;
  const mismatch = mismatchOf(verificationShape, rest);
  if (verification !== FORMAT || mismatch)
    return {
      problem: `is invalid: ${mismatch ? `${mismatch.at || 'it'} is not ${mismatch.expected}` : 'it has no format'}`,
    };
  return { verified: rest as unknown as Verification };
}

/** How a disk of a backup compares with the checksums; the digests are absent where something could not be read. */
export interface DiskComparison {
  readonly root?: string;
  readonly sumsRoot?: string;
  readonly damage?: {
    readonly first: number;
    readonly count: number;
    readonly files: readonly string[];
    readonly unread?: string;
  };
}

const MIB = 1024 * 1024;

/**
 * What is wrong with a disk, as a clause; undefined if it is as it was backed up.
 * @param disk with the digest in the manifest
 * @param sums the name of the file with its checksums
 */
export function damageText(
  { target, root }: Pick<VerifiedDisk, 'target' | 'root'>,
  sums: string,
  found: DiskComparison,
): string | undefined {
  const isSumsGood = found.sumsRoot === root;
  if (found.root === root)
    return isSumsGood
      ? undefined
      : `${target} is as it was backed up, but its checksums ${sums} are missing or damaged`;
  const { damage } = found;
  if (!damage || (!isSumsGood && damage.unread === undefined))
    return `${target} or its checksums ${sums} are damaged: neither has the digest in the manifest`;
  const { first, count, files, unread } = damage;
  const where = `the MiB at ${first * MIB} bytes (${sizeText(first * MIB)})`;
  const held = files.length === 0 ? '' : `, whose data is in ${files.join(' and ')}`;
  const others = count > 1 ? `; ${count} MiB are damaged` : '';
  return unread === undefined
    ? `${target} is damaged: it first differs from its checksums in ${where}${held}${others}`
    : `${target} is damaged: it cannot be read in ${where}${held} (${unread})${others}`;
}

/** The disks that the last verification found damaged; the result for another digest than that of the manifest does not count. */
export function damagedDisks(
  { disks }: Verification,
  now: readonly Pick<StoredDisk, 'target' | 'root'>[],
): readonly VerifiedDisk[] {
  return disks.filter(
    ({ target, root, problem }) =>
      problem !== undefined && now.some((disk) => disk.target === target && disk.root === root),
  );
}

/** Whether the last verification found each disk of the backup as it was backed up. */
export function isVerified({ verified, disks }: Pick<StoredBackup, 'verified' | 'disks'>): boolean {
  const good = verified?.disks.filter(({ problem }) => problem === undefined) ?? [];
  return (
    disks.length > 0 &&
    disks.every(({ target, root }) =>
      good.some((disk) => disk.target === target && disk.root === root),
    )
  );
}
