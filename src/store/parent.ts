/** Which backup the increments of a new backup are made from, and why a disk is copied in full instead. */
import type { BackupStore, StoredBackup, StoredDisk } from '../model/backup-store.ts';
import type { Disk, Domain } from '../model/host-state.ts';
import { storesBitmaps, type TrackedDisk, trackedDisk } from '../model/tracking.ts';
import { comparedSizes } from '../size-text.ts';
import { diskChain } from './chain.ts';

/** What a plan asks for. */
export interface IncrementRule {
  readonly isLayer: IsLayer;
  /** {@link AUTO}, or the name of a checkpoint, which is that of its backup. */
  readonly incremental: string;
  /** The most images that a disk may consist of; no limit by default. */
  readonly maxChain?: number;
}

/** The word for the newest fit backup. */
export const AUTO = 'auto';

/** How a disk is copied. */
export type DiskBasis = IncrementBasis | FullBasis;

export interface FullBasis {
  readonly mode: 'full';
  /** A clause. */
  readonly reason: string;
  /** Set where an increment was not to be expected: of the first backup, a raw disk, or a chain at its limit. */
  readonly isExpected?: true;
}

export interface IncrementBasis {
  readonly mode: 'incremental';
  /** The backup below it, whose checkpoint has tracked what is copied. */
  readonly parent: string;
  /** The digest of the disk in that backup. */
  readonly root: string;
  /** Bytes to copy, as libvirt counted them. */
  readonly changed: number;
}

/** Whether the file is a layer of the disk, under whatever name. */
export type IsLayer = (disk: Disk, file: string) => boolean;

type Guest = Pick<Domain, 'uuid' | 'checkpoints' | 'tracking'>;
type Backups = Pick<BackupStore, 'backups'>;

/**
 * How each of the disks is copied. All increments of a backup have the same parent: the newest backup that is fit for one of
 * the disks. libvirt keeps the checkpoint of a backup that failed, and would accept it as a parent; so a checkpoint counts only
 * if the manifest of a complete backup names it, and was created with that backup.
 */
export function basesOf(
  { backups }: Backups,
  guest: Guest,
  disks: readonly Disk[],
  rule: IncrementRule,
): readonly DiskBasis[] {
  const { incremental } = rule;
  const isAuto = incremental === AUTO;
  const candidates = backups
    .filter(({ name, point, dropped }) => {
      const isOwn = point?.uuid === guest.uuid && !dropped;
      return isOwn && (isAuto || name === incremental);
    })
    .toReversed();
  const basesOn = (parent: StoredBackup) =>
    disks.map((disk) => basisOn({ backups }, parent, guest, disk, rule));
  for (const parent of candidates) {
    const bases = basesOn(parent);
    if (bases.some(({ mode }) => mode === 'incremental')) return bases;
  }
  // The newest one explains best why there is no increment.
  const [newest] = candidates;
  if (newest) return basesOn(newest);
  const none = isAuto
    ? 'the store has no earlier backup'
    : `the store has no backup ${incremental} of this guest`;
  return disks.map((disk) => {
    const why = whyUntracked(disk);
    return full(why ?? none, why !== undefined || isAuto);
  });
}

/** Whether the guest has the checkpoint that was created with that backup, not another one of its name. */
export function isCheckpointOf(backup: StoredBackup, guest: Guest): boolean {
  const { point, dropped } = backup;
  return point?.uuid === guest.uuid && !dropped && whyNoCheckpoint(backup, guest) === undefined;
}

function full(reason: string, isExpected = false): FullBasis {
  return { mode: 'full', reason, ...(isExpected ? { isExpected } : {}) };
}

function whyUntracked(disk: Disk): string | undefined {
  const [active] = disk.chain;
  return storesBitmaps(disk)
    ? undefined
    : `its image is ${active?.format ?? 'unknown'}, and only qcow2 images can have checkpoints`;
}

function basisOn(
  store: Backups,
  parent: StoredBackup,
  guest: Guest,
  disk: Disk,
  rule: IncrementRule,
): DiskBasis {
  const stored = parent.disks.find(({ target }) => target === disk.target);
  const tracked = trackedDisk(guest, parent.name, disk.target);
  const changed = tracked?.next;
  const untracked = whyUntracked(disk);
  if (untracked !== undefined) return full(untracked, true);
  const why =
    whyUnfit(parent, guest) ??
    whyDiskUnfit(parent.name, stored, disk) ??
    whyUnsized(parent.name, tracked) ??
    whyElsewhere(parent.name, stored, disk, rule);
  if (why !== undefined || stored?.root === undefined || typeof changed !== 'number')
    return full(why ?? `${parent.name} has no digest of it`);
  const tooLong = whyTooLong(store, parent.name, disk.target, rule);
  return tooLong === undefined
    ? { mode: 'incremental', parent: parent.name, root: stored.root, changed }
    : full(tooLong, true);
}

/** Why a backup is no parent for any disk. */
function whyUnfit(parent: StoredBackup, guest: Guest): string | undefined {
  const { name, point, findings } = parent;
  if (!point || findings.some(({ severity }) => severity === 'error')) return `${name} is broken`;
  return whyNoCheckpoint(parent, guest);
}

function whyNoCheckpoint(
  { name, point }: StoredBackup,
  { checkpoints, tracking = [] }: Guest,
): string | undefined {
  if (point?.checkpoint !== name) return `${name} was made without a checkpoint`;
  if (!checkpoints.includes(name)) return `the checkpoint ${name} no longer exists`;
  const created = tracking.find((each) => each.name === name)?.created;
  if (created === undefined) return `libvirt does not say when the checkpoint ${name} was created`;
  // In seconds on one side, and in milliseconds on the other.
  return created === Math.floor(Date.parse(point.time) / 1000)
    ? undefined
    : `the checkpoint ${name} was not created with the backup ${name}`;
}

function whyDiskUnfit(
  parent: string,
  stored: StoredDisk | undefined,
  { capacity }: Disk,
): string | undefined {
  if (!stored) return `${parent} does not include it`;
  if (stored.broken) return `${parent} is broken: ${stored.broken.problem}`;
  // Within a run it is unknown; the size is checked again when the image is created.
  if (capacity === undefined || capacity >= stored.capacity) return undefined;
  const [is, was] = comparedSizes(capacity, stored.capacity);
  return `it has shrunk from ${was} to ${is} since ${parent}`;
}

/** All disks of a checkpoint have bitmaps of one name, also where two of them have changed places. */
function whyElsewhere(
  parent: string,
  stored: StoredDisk | undefined,
  disk: Disk,
  { isLayer }: IncrementRule,
): string | undefined {
  const source = stored?.source;
  return source !== undefined && isLayer(disk, source)
    ? undefined
    : `it is no longer on ${source ?? 'its file'}, as in ${parent}, and may be another disk`;
}

function whyUnsized(parent: string, tracked: TrackedDisk | undefined): string | undefined {
  if (!tracked) return `the checkpoint ${parent} does not track it`;
  if (tracked.bitmap !== parent) return `the checkpoint ${parent} has a bitmap of another name`;
  switch (tracked.next) {
    case 'missing':
      return `the bitmap of the checkpoint ${parent} is missing`;
    case 'inconsistent':
      return `the bitmap of the checkpoint ${parent} was in use when QEMU died`;
    case undefined:
      return `libvirt does not report the size of an increment since ${parent}`;
    default:
      return undefined;
  }
}

function whyTooLong(
  store: Backups,
  parent: string,
  target: string,
  { maxChain }: IncrementRule,
): string | undefined {
  const length = diskChain(store, parent, target).length + 1;
  return maxChain !== undefined && length > maxChain
    ? `it would consist of ${length} images, and "max-chain" is ${maxChain}`
    : undefined;
}
