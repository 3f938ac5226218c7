/** What the checkpoints of a domain track: the clusters of each disk that were written since. */

export interface TrackedCheckpoint {
  readonly name: string;
  /** When it was created, in seconds since the epoch; absent where this is unknown. */
  readonly created?: number;
  readonly disks: readonly TrackedDisk[];
}

export interface TrackedDisk {
  readonly target: string;
  /** The name of its bitmap, in the active layer or below. */
  readonly bitmap: string;
  /**
   * The bytes of the next increment, or what is wrong with the bitmap. Absent where both are unknown: of a guest that is off,
   * libvirt does not report the size of an intact bitmap.
   */
  readonly next?: number | BrokenBitmap;
}

/** `inconsistent`: it was in use when QEMU died. `missing`: no layer has it, although libvirt has a record of it. */
export const BROKEN_BITMAPS = ['inconsistent', 'missing'] as const;

export type BrokenBitmap = (typeof BROKEN_BITMAPS)[number];

/** The parts of a domain that are about its checkpoints. */
interface Checkpoints {
  readonly checkpoints: readonly string[];
  readonly tracking?: readonly TrackedCheckpoint[];
}

/** What a checkpoint tracks of a disk; undefined where the domain has no such checkpoint, or this was not read. */
export function trackedDisk(
  { checkpoints, tracking = [] }: Checkpoints,
  checkpoint: string,
  target: string,
): TrackedDisk | undefined {
  if (!checkpoints.includes(checkpoint)) return undefined;
  const tracked = tracking.find(({ name }) => name === checkpoint);
  return tracked?.disks.find((disk) => disk.target === target);
}

export function isBroken(next: TrackedDisk['next']): next is BrokenBitmap {
  return typeof next === 'string';
}

/** Whether libvirt can create a checkpoint of the disk: it stores bitmaps in qcow2 images only. */
export function storesBitmaps({
  chain: [active],
}: {
  readonly chain: readonly { readonly format: string }[];
}): boolean {
  return active?.format === 'qcow2';
}

/** The same domain with what the checkpoints of another state of it track. */
export function withTrackingOf<D extends Checkpoints>(domain: D, { tracking }: Checkpoints): D {
  return tracking === undefined ? domain : { ...domain, tracking };
}
