/** The files that a step creates or fills, and their sizes. */
import {
  bytesRead,
  type CopySpace,
  chainsToMeasure,
  copySource,
  type Extra,
  fullQcow2,
  isMuchMore,
  whyMore,
} from '../model/copy-space.ts';
import { fileAt } from '../model/file-identity.ts';
import type { Disk, HostState, Layer } from '../model/host-state.ts';
import type { LayerRange } from './chain-range.ts';

/** A file that a step creates, writes or removes. */
export interface Product {
  readonly file: string;
  /** Maximum number of bytes that are copied there, as far as the sizes are known. */
  readonly copied: number;
  /** Maximum number of bytes by which the file may grow: its folder should have that space. */
  readonly room: number;
  /** Bytes that a new file certainly takes: its folder must have that space; absent where it is `room`. */
  readonly least?: number;
  /** Why it can take much more than `least`, as a clause; absent where it cannot. */
  readonly because?: string;
  /** Set if `copied` and `room` are estimates rather than maximums. */
  readonly known?: true;
  /** The chains whose tables show how much is copied. */
  readonly measured?: readonly (readonly Layer[])[];
  /** Set if the size of the copied data is unknown, so that neither number is a limit. */
  readonly unknown?: true;
  /** Speed limit of the copy; absent if it has none. */
  readonly limit?: SpeedLimit;
}

/** The speed limit of a copy, and how much of the copy counts towards it. */
export interface SpeedLimit {
  /** Bytes per second. */
  readonly rate: number;
  /**
   * Maximum number of bytes that count; absent if it is unknown. A block job also counts areas without data that it copies as
   * zeroes, so this can be the size that the guest sees (seen on QEMU 7.2; `block/mirror.c`, `mirror_dirty_init`).
   */
  readonly counted?: number;
}

/** Bytes by which an existing file grows in a rollback. */
export interface RollbackRoom {
  readonly file: string;
  readonly least: number;
  readonly most: number;
}

/**
 * The speed limit of a block job, from its options.
 * @param disk the disk that it works on; undefined if the guest has none of that name
 */
export function limitOf(
  options: { readonly bandwidth?: number; readonly bytes?: boolean },
  disk: Disk | undefined,
): Pick<Product, 'limit'> {
  const { bandwidth, bytes } = options;
  if (bandwidth === undefined) return {};
  return { limit: speedLimit(bytes ? bandwidth : bandwidth * 2 ** 20, disk?.capacity) };
}

export function speedLimit(rate: number, counted: number | undefined): SpeedLimit {
  return { rate, ...(counted === undefined ? {} : { counted }) };
}

/** A file that needs almost no space, or is removed. */
export function withoutRoom(file: string): Product {
  return { file, copied: 0, room: 0 };
}

/** The product of a copy. */
export function copyProduct(
  file: string,
  space: CopySpace,
  measured: readonly (readonly Layer[])[],
): Product {
  const { copied, least, most, unknown, known, because } = space;
  return {
    ...{ file, copied, room: most },
    ...(least === most ? {} : { least }),
    ...(unknown ? { unknown } : {}),
    ...(known ? { known } : {}),
    ...(because === undefined ? {} : { because }),
    ...(measured.length === 0 ? {} : { measured }),
  };
}

/**
 * The layer that receives the data of other layers of its chain.
 * @param capacity the disk's size in bytes; undefined where unknown
 * @param also what the job writes besides data
 */
export function mergedInto(
  state: HostState,
  { into, merged }: LayerRange,
  capacity: number | undefined,
  also: readonly Extra[],
): Product {
  // How much the guest will write to an overlay that the plan creates is unknown in advance.
  const known = merged.filter(({ file }) => !fileAt(state, file)?.made);
  const source = copySource(state, known, 'alone', capacity);
  const { stored, unknown, measured } = source;
  const chains = chainsToMeasure(state, merged);
  const copied = measured ? bytesRead(measured, also) : stored;
  // How large a full image of another format is depends on its clusters and its internal snapshots.
  const isCapped = measured && into.format === 'raw' && fileAt(state, into.file)?.size;
  const growth = isCapped ? growthOf(state, into, measured.virtualSize) : copied;
  const room = Math.min(copied, growth);
  const because = isMuchMore(room, stored)
    ? whyMore(source, { format: into.format, also })
    : undefined;
  return {
    ...{ file: into.file, copied, room: into.block ? 0 : room },
    ...(unknown !== undefined && !measured ? { unknown: true } : {}),
    ...(because === undefined ? {} : { because }),
    ...(chains.length === 0 ? {} : { measured: chains }),
  };
}

/**
 * By how many bytes a layer's file can grow until it is full; 0 for a block device, whose size is fixed, and if the sizes
 * are unknown.
 */
export function growthOf(state: HostState, layer: Layer, capacity: number | undefined): number {
  const found = fileAt(state, layer.file);
  if (layer.block || capacity === undefined || !found || found.sizeUntold) return 0;
  const full = layer.format === 'raw' ? capacity : fullQcow2(capacity);
  return Math.max(0, full - found.size);
}
