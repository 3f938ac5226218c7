/** What a step makes or fills, and how large that becomes. */
import { fileAt } from '../model/file-identity.ts';
import type { HostState, Layer } from '../model/host-state.ts';
import type { LayerRange } from './chain-range.ts';

/** A file that a step makes, writes into, or removes. */
export interface Product {
  readonly file: string;
  /** Bytes that are copied there at most, as far as the host told. */
  readonly copied: number;
  /** Bytes by which the file may grow at most: its folder has to have them. */
  readonly room: number;
  /** Set where the size of what is copied was not told, so that neither number is a bound. */
  readonly unknown?: true;
}

/** Bytes by which an existing file grows in a rollback. */
export interface RollbackRoom {
  readonly file: string;
  readonly least: number;
  readonly most: number;
}

/** A file that takes next to nothing, or goes. */
export function withoutRoom(file: string): Product {
  return { file, copied: 0, room: 0 };
}

/** Bytes that files take together, as far as the host told. */
export function bytesOf(state: HostState, files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (fileAt(state, file)?.size ?? 0), 0);
}

/** What a product has to say where {@link bytesOf} lacks the size of one of the files. */
export function unknownSize(state: HostState, files: readonly string[]): Pick<Product, 'unknown'> {
  return files.some((file) => fileAt(state, file)?.sizeUntold) ? { unknown: true } : {};
}

/** The layer that takes the data of others of its chain. */
export function mergedInto(state: HostState, { into, merged }: LayerRange): Product {
  // What the guest will have written into an overlay that the plan makes, nobody knows before.
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
 * By how much a layer's file can grow until it is full; nothing for a block device, which is as large as it is, and where
 * the host did not tell the sizes.
 */
export function growthOf(state: HostState, layer: Layer, capacity: number | undefined): number {
  const found = fileAt(state, layer.file);
  if (layer.block || capacity === undefined || !found || found.sizeUntold) return 0;
  const full = layer.format === 'raw' ? capacity : fullQcow2(capacity);
  return Math.max(0, full - found.size);
}

const CLUSTER = 64 * 1024;

/**
 * What a qcow2 image of that size takes when it is full: its data, the tables that map it, and the reference counts
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
