/** How much data the files of an image hold, and how much space a copy of it takes. */
import { fileAt, layerIndex } from './file-identity.ts';
import type { HostState, ImageFile } from './host-state.ts';

/** A number of bytes; where `unknown` is set, a file's size is unknown and there may be more. */
export interface HeldData {
  readonly bytes: number;
  readonly unknown?: true;
}

/**
 * How much data files hold together. Compressed clusters count uncompressed, as a copy takes them. What the granularity of
 * the copy's format adds to scattered data is not counted.
 * @param virtualSize the guest-visible size in bytes of the image whose layers they are, which its data does not exceed;
 *   undefined where unknown
 */
export function heldData(
  files: readonly (ImageFile | null | undefined)[],
  virtualSize: number | undefined,
): HeldData {
  const sum = files.reduce((bytes, file) => bytes + (file?.size ?? 0) + (file?.compressed ?? 0), 0);
  const unknown = files.some((file) => file?.sizeUntold);
  if (virtualSize !== undefined)
    return { bytes: unknown ? virtualSize : Math.min(sum, virtualSize) };
  return unknown ? { bytes: sum, unknown } : { bytes: sum };
}

/** The guest-visible size of an image in bytes; undefined where unknown. Layers of one chain can have different sizes. */
export function virtualSizeOf(state: HostState, file: string): number | undefined {
  const active = state.domain.disks.find(({ chain }) => layerIndex(state, chain, file) === 0);
  if (active) return active.capacity;
  const found = fileAt(state, file);
  return found?.virtualSize ?? found?.place?.header?.virtualSize;
}

const CLUSTER = 64 * 1024;

/**
 * The size in bytes of a full qcow2 image: its data, the tables that map it, and the reference counts
 * (QEMU, docs/interop/qcow2.txt, with the default cluster size; `qemu-img measure` says the same).
 */
export function fullQcow2(virtualSize: number): number {
  const clusters = (bytes: number) => Math.ceil(bytes / CLUSTER);
  const data = clusters(virtualSize);
  const level2 = clusters(data * 8);
  const level1 = clusters(level2 * 8);
  const counted = 1 + data + level2 + level1;
  const blocks = clusters((counted + clusters(counted * 2) + 1) * 2);
  return (counted + blocks + clusters(blocks * 8)) * CLUSTER;
}
