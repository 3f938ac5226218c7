/** A copy of a running disk: its options, its command, and the files that it reads and writes. */
import { type BlockcopyArgs, blockcopy } from '../commands/blockcopy.ts';
import { pickOptions } from '../commands/define.ts';
import type { Disk, HostState } from '../model/host-state.ts';

/** The options that the command and the rollback of a copy need. */
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
  /** Whether the guest is switched to the copy. */
  readonly pivot?: boolean;
  /** Seconds after which the copy is cancelled. */
  readonly timeout?: number;
}

/** Whether the copy goes to a block device or to an existing file: then no file is created or removed. */
export function usesExisting(copy: Pick<Copy, 'blockdev' | 'reuse-external'>): boolean {
  return Boolean(copy['reuse-external'] || copy.blockdev);
}

export function copyFormat({ format }: Copy, source: Disk): string {
  return format ?? source.chain[0]?.format ?? 'raw';
}

/** The overlays that the rollback creates beside the old file, if the copy flattens a chain. */
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
