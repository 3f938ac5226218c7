/** Overlays as `snapshot-create-as` makes them. */
import type { DiskSpec } from '../commands/define.ts';
import type { SnapshotArgs } from '../commands/snapshot-create-as.ts';
import { isSameFile } from '../model/file-identity.ts';
import { diskOf, type HostState } from '../model/host-state.ts';

/** Freezing the guest's file systems waits for the guest agent; an agent that hangs must not block the run. */
export const SNAPSHOT_TIMEOUT_MS = 180_000;

/** One disk's part in the snapshot. */
export interface Overlay {
  readonly target: string;
  readonly file: string;
  readonly format: string;
  /** The file that becomes the overlay's backing file. */
  readonly base: string;
}

/**
 * The default file of the overlay: the active file's path with the snapshot's name in place of its last suffix
 * (libvirt, src/conf/snapshot_conf.c, virDomainSnapshotDefAssignExternalNames). For a block device libvirt has no default.
 */
export function defaultOverlayFile(active: string, snapshot: string): string {
  return `${active.replace(/\.[^./]*$/, '')}.${snapshot}`;
}

/** In a diskspec, stands for all disks that are not listed, so that a plan need not know a guest's other disks. */
export const EVERY_OTHER = '*';

/** The options of a plan for the disks of a snapshot. */
export interface SnapshotDisks {
  readonly name: string;
  readonly diskspec?: readonly {
    readonly disk: string;
    readonly snapshot?: 'external' | 'no';
    readonly driver?: string;
    readonly file?: string;
  }[];
}

/** A snapshot, with the options of `snapshot-create-as`. */
export interface Snapshot
  extends SnapshotDisks,
    Omit<SnapshotArgs, 'domain' | 'name' | 'diskspec' | 'memspec'> {
  readonly memspec?: { readonly file: string };
}

/** The options for a disk: its own, or those for all other disks. */
export function diskSpecOf({ diskspec }: SnapshotDisks, target: string) {
  const named = (name: string) => diskspec?.find((each) => each.disk === name);
  return named(target) ?? named(EVERY_OTHER);
}

/** The disks that get an overlay, and its file: libvirt's own choice, made explicit. */
export function overlaysOf(words: SnapshotDisks, state: HostState): Overlay[] {
  return state.domain.disks.flatMap((disk) => {
    const spec = diskSpecOf(words, disk.target);
    const active = disk.chain[0];
    if (!active || disk.readonly || (disk.device !== 'disk' && disk.device !== 'lun')) return [];
    if (spec ? spec.snapshot === 'no' : disk.snapshot === 'no') return [];
    return [
      {
        target: disk.target,
        file: spec?.file ?? defaultOverlayFile(active.file, words.name),
        format: spec?.driver ?? 'qcow2',
        base: active.file,
      },
    ];
  });
}

/** Whether the guest writes to the overlay, with the former file directly below it. */
export function isOnOverlay(state: HostState, { target, file, base }: Overlay): boolean {
  const [top, below] = diskOf(state, target)?.chain ?? [];
  return isSameFile(state, top?.file, file) && isSameFile(state, below?.file, base);
}

export function externalSpec({ target, format, file }: Overlay): DiskSpec {
  return { disk: target, snapshot: 'external', driver: format, file };
}
