/** What `doctor` inspects of a domain besides its host state: records, headers, and stray overlays. */

import type { Layer } from './host-state.ts';
import type { Marker } from './marker.ts';
import type { TrackedCheckpoint } from './tracking.ts';

export interface Examination {
  /** The time of the examination, in milliseconds since the epoch. */
  readonly now: number;
  /** Why the domain is in its state, as libvirt reports it (`virsh domstate --reason`); empty where it gives no reason. */
  readonly reason: string;
  /** By the path of an image that a disk or a definition names: the headers of this image and of those below it. */
  readonly headers: Readonly<Record<string, HeaderChain>>;
  readonly snapshots: readonly SnapshotRecord[];
  readonly checkpoints: readonly TrackedCheckpoint[];
  /** By disk, what QEMU could not do with it (`virsh domblkerror`): `no space`, `unspecified error`. */
  readonly diskErrors: Readonly<Record<string, string>>;
  /** By disk, its file when the managed save image was made; absent where no such image exists or can be read. */
  readonly saved?: Readonly<Record<string, string>>;
  readonly marker?: Marker;
  /** What libvirt refuses to show: it is unknown whether it exists and what it is. Absent where all was read. */
  readonly unread?: readonly UnreadPart[];
  /** By path, when a job's mirror was created, in milliseconds since the epoch: libvirt does not report a job's start. */
  readonly mirrorsBorn: Readonly<Record<string, number>>;
  /** By path, when the regular files among the guest's layers were last written to, in milliseconds since the epoch. */
  readonly written: Readonly<Record<string, number>>;
  /** Images in the folders of the guest's files that name one of these as their backing file. */
  readonly beside: readonly OverlayBeside[];
}

/** A part of a domain that libvirt refuses to show. */
export interface UnreadPart {
  readonly part: 'snapshots' | 'checkpoints' | 'other';
  /** Such as `the record of snapshot "s1"`. */
  readonly what: string;
  /** libvirt's reason. */
  readonly why: string;
}

/** An image and what is below it, as far as the headers can be read. */
export interface HeaderChain {
  /** From the top. */
  readonly layers: readonly ImageHeader[];
  /** An existing file that cannot be read, and qemu-img's error. */
  readonly unread?: { readonly file: string; readonly why: string };
}

export interface ImageHeader extends Layer {
  readonly bitmaps: readonly Bitmap[];
  /** The names of the internal snapshots. */
  readonly snapshots: readonly string[];
}

export interface Bitmap {
  readonly name: string;
  /**
   * Whether it was in use when it was last written to the image. A running guest's always is; for a guest that is off it
   * means that QEMU was killed while using it.
   */
  readonly inUse: boolean;
}

/** libvirt's record of a snapshot. */
export interface SnapshotRecord {
  readonly name: string;
  readonly disks: readonly SnapshotDisk[];
  /** The file with the guest's memory. */
  readonly memory?: string;
}

export interface SnapshotDisk {
  readonly target: string;
  readonly kind: 'external' | 'internal';
  /** The overlay that was made for it. */
  readonly overlay?: string;
  /** The file that the disk had when the snapshot was taken. */
  readonly base?: string;
}

export interface OverlayBeside {
  readonly file: string;
  /** The guest's file that it names as its backing file, by the guest's name of it. */
  readonly backing: string;
  /** Set if that file has been written to since the last write to the overlay, so that the overlay no longer fits it. */
  readonly isOutdated?: true;
}

/** What a search for such images finds. */
export interface FoundOverlays {
  readonly overlays: readonly OverlayBeside[];
  /** The folders and files that could not be read, or not in time: there may be more overlays. */
  readonly unread: readonly string[];
}
