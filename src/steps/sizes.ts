/** The files that a step creates or fills, and their sizes. */
import { fileAt } from '../model/file-identity.ts';
import type { Disk, HostState, Layer } from '../model/host-state.ts';
import type { LayerRange } from './chain-range.ts';

/** A file that a step creates, writes or removes. */
export interface Product {
  readonly file: string;
  /** Maximum number of bytes that are copied there, as far as the sizes are known. */
  readonly copied: number;
  /** Maximum number of bytes by which the file may grow: its folder must have that space. */
  readonly room: number;
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

/** Total size of files in bytes, as far as the sizes are known. */
export function bytesOf(state: HostState, files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (fileAt(state, file)?.size ?? 0), 0);
}

/** Marks a product for which {@link bytesOf} lacks the size of one of the files. */
export function unknownSize(state: HostState, files: readonly string[]): Pick<Product, 'unknown'> {
  return files.some((file) => fileAt(state, file)?.sizeUntold) ? { unknown: true } : {};
}

/** The layer that receives the data of other layers of its chain. */
export function mergedInto(state: HostState, { into, merged }: LayerRange): Product {
  // How much the guest will write to an overlay that the plan creates is unknown in advance.
  const known = merged.map(({ file }) => file).filter((file) => !fileAt(state, file)?.made);
  const copied = bytesOf(state, known);
  return {
    file: into.file,
    copied,
    room: into.block ? 0 : copied,
    ...unknownSize(state, known),
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
