/** A copy of a running disk: its options, its command, and what it is about. */
import { type BlockcopyArgs, blockcopy } from '../commands/blockcopy.ts';
import { pickOptions } from '../commands/define.ts';
import { filesOfLayer } from '../model/file-identity.ts';
import type { Disk, HostState } from '../model/host-state.ts';
import { bytesOf } from './sizes.ts';

/** What of a copy its command and its rollback need. */
export interface CopyOptions extends Omit<BlockcopyArgs, 'domain' | 'path'> {
  readonly disk: string;
}

export function copyArgs(copy: CopyOptions, state: HostState): BlockcopyArgs {
  return {
    domain: state.domain.name,
    path: copy.disk,
    ...pickOptions(blockcopy, copy),
    dest: copy.dest,
    'transient-job': copy['transient-job'] === true || state.domain.persistent,
  };
}

/** A copy of a disk, with the options of `blockcopy`. */
export interface Copy extends CopyOptions {
  /** Whether the guest goes on with the copy. */
  readonly pivot?: boolean;
  /** Seconds until the copy is given up. */
  readonly timeout?: number;
}

/** A block device, or a file made for the purpose: nothing is made, and nothing is removed. */
export function usesExisting(copy: Pick<Copy, 'blockdev' | 'reuse-external'>): boolean {
  return Boolean(copy['reuse-external'] || copy.blockdev);
}

export function copyFormat({ format }: Copy, source: Disk): string {
  return format ?? source.chain[0]?.format ?? 'raw';
}

export function copiedFiles({ shallow }: Copy, { chain }: Disk): string[] {
  return (shallow ? chain.slice(0, 1) : chain).flatMap(filesOfLayer);
}

/** The overlays that the rollback puts beside the old file, where the copy would flatten a chain. */
export function temporaryOverlays(
  { pivot: moves, shallow }: Copy,
  disk: Disk | undefined,
): string[] {
  const [top, ...below] = disk?.chain ?? [];
  return top && moves && !shallow && below.length > 0
    ? Object.values(temporaryOverlayPaths(top.file))
    : [];
}

/** The temporary overlays: above the copy, and above the old file. */
export function temporaryOverlayPaths(old: string): { aside: string; home: string } {
  return { aside: `${old}.blockplan-aside`, home: `${old}.blockplan-home` };
}

/** What the copy takes at most: the active layer, or the whole chain flattened, but never more than the disk's size. */
export function bytesToCopy(copy: Copy, state: HostState, source: Disk): number {
  const held = bytesOf(state, copiedFiles(copy, source));
  return source.capacity === undefined ? held : Math.min(held, source.capacity);
}
