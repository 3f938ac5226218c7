/** The files that a step creates or fills, and their sizes. */
import {
  type CopySpace,
  copySource,
  fullQcow2,
  isMuchMore,
  layersToMeasure,
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
  /** The layers whose tables show how much is copied. */
  readonly measured?: readonly Layer[];
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
export function copyProduct(file: string, space: CopySpace, measured: readonly Layer[]): Product {
  const { copied, least, most, unknown, because } = space;
  return {
    ...{ file, copied, room: most },
    ...(least === most ? {} : { least }),
    ...(unknown ? { unknown } : {}),
    ...(because === undefined ? {} : { because }),
    ...(measured.length === 0 ? {} : { measured }),
  };
}

/**
 * The layer that receives the data of other layers of its chain.
 * @param capacity the disk's size in bytes; undefined where unknown
 * @param zeroesAsData whether zeroes in the layers take as much space as data
 */
export function mergedInto(
  state: HostState,
  { into, merged }: LayerRange,
  capacity: number | undefined,
  zeroesAsData: boolean,
): Product {
  // How much the guest will write to an overlay that the plan creates is unknown in advance.
  const known = merged.filter(({ file }) => !fileAt(state, file)?.made);
  const { stored, unknown, measured } = copySource(state, known, 'alone', capacity);
  const measurable = layersToMeasure(state, merged);
  const because = zeroesAsData
    ? 'compressed clusters are written in full, and discarded areas as zeroes'
    : 'compressed clusters are written in full';
  const copied = measured ? measured.data + (zeroesAsData ? measured.zeroes : 0) : stored;
  const growth =
    measured && fileAt(state, into.file)?.size
      ? growthOf(state, into, measured.virtualSize)
      : copied;
  return {
    ...{ file: into.file, copied, room: into.block ? 0 : Math.min(copied, growth) },
    ...(unknown && !measured ? { unknown } : {}),
    ...(isMuchMore(Math.min(copied, growth), stored) ? { because } : {}),
    ...(measurable.length === 0 ? {} : { measured: measurable }),
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
