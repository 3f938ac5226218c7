/** A guest whose disk is copied, with what the tables of its images say. */
import type { HostState, ImageFile } from '../../../src/model/host-state.ts';
import type { ImageExtents } from '../../../src/model/image-extents.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { BASE, disk, frozen, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

export const MiB = 1024 ** 2;
export const CAPACITY = 10_240 * MiB;
/** What the files of the three layers occupy. */
export const STORED = 120 * MiB;

export const extentsOf = (...layers: readonly [data: number, zeroes?: number][]): ImageExtents => ({
  virtualSize: CAPACITY,
  layers: layers.map(([data, zeroes = 0]) => ({ data, zeroes })),
});
/** A base with 2 GiB of compressed data, and discarded areas in the layers above it. */
export const TOP = extentsOf([40 * MiB, 300 * MiB], [40 * MiB, 500 * MiB], [2048 * MiB]);
export const MIDDLE = extentsOf([40 * MiB, 500 * MiB], [2048 * MiB]);
export const sized = (extents: ImageExtents): ImageFile => ({ size: 40 * MiB, extents });
export const MEASURED = { [SNAP2]: sized(TOP), [SNAP1]: sized(MIDDLE) };
/** Layers that hide each other. */
export const HIDDEN = extentsOf([40 * MiB], [5 * MiB], [5 * MiB]);

export const folder = (free: number, fileSystem = 'one') => ({ writable: true, free, fileSystem });
export function hostOf(files: Record<string, ImageFile>, free: number): HostState {
  const folders = { '/new': folder(free), '/export/vmimages': folder(50 * 1024 * MiB, 'two') };
  const disks = [disk('vda', [SNAP2, SNAP1, BASE])];
  return world({ disks, others: [], files, folders });
}
export function found(steps: readonly string[], start: HostState) {
  const { graph } = planned(steps);
  return walk(graph, frozen(looked(start, walk(graph, start).files))).findings;
}
export const codes = (steps: readonly string[], start: HostState) =>
  found(steps, start).map(({ code, severity }) => `${severity} ${code}`);

export const flat = 'blockcopy: { disk: vda, dest: /new/c, finish: true }';
export const shallow = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, finish: true }';
export const convert = (more = '') => `convert: { source: ${SNAP1}, dest: /new/c${more} }`;
export const RAW = ', target-format: raw';
