/** What a doctor looks at of a domain besides its host state: records, headers, and what lies around. */

import type { Layer } from './host-state.ts';
import type { Marker } from './marker.ts';

export interface Examination {
  /** When it was looked at, in milliseconds since the epoch. */
  readonly now: number;
  /** Why the domain is in its state, in libvirt's words (`virsh domstate --reason`); empty where it does not say. */
  readonly reason: string;
  /** By the path of an image that a disk or a definition names: what the headers say of it and of what is below. */
  readonly headers: Readonly<Record<string, HeaderChain>>;
  readonly snapshots: readonly SnapshotRecord[];
  readonly checkpoints: readonly CheckpointRecord[];
  /** By disk, what QEMU could not do with it (`virsh domblkerror`): `no space`, `unspecified error`. */
  readonly diskErrors: Readonly<Record<string, string>>;
  /** By disk, the file that the managed save image was made with; absent where there is no such image, or it is not told. */
  readonly saved?: Readonly<Record<string, string>>;
  readonly marker?: Marker;
  /** By path, when the other side of a job was made, in milliseconds since the epoch: libvirt tells no start of a job. */
  readonly mirrorsBorn: Readonly<Record<string, number>>;
  /** Images beside the guest's own that name one of these as their backing file. */
  readonly beside: readonly OverlayBeside[];
}

/** An image and what is below it, as far as the headers can be read. */
export interface HeaderChain {
  /** From the top. */
  readonly layers: readonly ImageHeader[];
  /** A file that is there and that nobody can make out, and what qemu-img says of it. */
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
   * Whether it was in use when it was written down last. A running guest's always is; of a guest that is off it says that
   * QEMU died with it.
   */
  readonly inUse: boolean;
}

/** What libvirt has on record of a snapshot. */
export interface SnapshotRecord {
  readonly name: string;
  readonly disks: readonly SnapshotDisk[];
  /** The file that its memory went to. */
  readonly memory?: string;
}

export interface SnapshotDisk {
  readonly target: string;
  readonly kind: 'external' | 'internal';
  /** The overlay that was made for it. */
  readonly overlay?: string;
  /** The file that the disk was on when it was taken. */
  readonly base?: string;
}

/** What libvirt has on record of a checkpoint. */
export interface CheckpointRecord {
  readonly name: string;
  readonly disks: readonly CheckpointDisk[];
}

export interface CheckpointDisk {
  readonly target: string;
  readonly bitmap: string;
  /** Whether the running QEMU has its bitmap whole; absent where the guest is off, or libvirt does not say. */
  readonly whole?: boolean;
}

export interface OverlayBeside {
  readonly file: string;
  /** The file of the guest that it rests on, by the guest's name of it. */
  readonly backing: string;
}
