/**
 * The host state: what blockplan knows about one libvirt host, as an immutable value.
 *
 * Glossary, in libvirt's and QEMU's own words:
 * - **chain**: an image and the backing files below it; the first layer, the *active* one, takes the guest's writes.
 * - **overlay**: a layer above another; **base**: a layer below.
 * - **live XML**: the XML of the running guest; **definition**: the persistent XML, used at its next start.
 * - **transient domain**: a domain without a definition, which exists only while its guest runs.
 * - **block job**: a copy or commit that QEMU runs on a disk; *ready* once both sides hold the same data.
 * - **pivot**: the moment at which the guest's writes go to the other side of a ready job.
 */
import type { BackupStore } from './backup-store.ts';
import type { Confinement } from './confinement.ts';
import type { Destination } from './destination.ts';
import type { GuestProcess } from './guest-process.ts';
import type { ImageExtents } from './image-extents.ts';
import type { StrayOverlay } from './stray-overlay.ts';
import type { TrackedCheckpoint } from './tracking.ts';

/** The state of a libvirt host at one moment, as far as it concerns a plan's domain. */
export interface HostState {
  readonly domain: Domain;
  /** Files that matter to the plan, by absolute path; `null` where the file does not exist. */
  readonly files: Readonly<Record<string, ImageFile | null>>;
  /**
   * The identity behind each name, the same for all names of one file: the names of `files`, of the other domains' files and
   * of volumes, even where the file does not exist yet. `file-identity.ts` reads it; absent where it was not observed.
   */
  readonly names?: Readonly<Record<string, string>>;
  /** Folders for files of the plan, by absolute path; `null` where the folder does not exist. */
  readonly folders: Readonly<Record<string, Folder | null>>;
  /** All other domains of the host, with every file that their chains name. */
  readonly others: readonly OtherDomain[];
  /**
   * Overlays above the layers of the guest that no domain's chain has: of a snapshot that the guest was reverted from, or of a
   * guest that libvirt does not know now. Absent where none was found, or none searched for.
   */
  readonly overlays?: readonly StrayOverlay[];
  /** The folders and files in which such an overlay may have been missed. Absent where all were read, or none searched. */
  readonly unsearched?: readonly string[];
  /** The files for which this user can sync neither the file nor its file system; absent where there are none. */
  readonly unsyncable?: readonly string[];
  /** The backup stores that a plan names, by absolute path; `null` where no folder exists. Absent where none was read. */
  readonly stores?: Readonly<Record<string, BackupStore | null>>;
  readonly host: HostInfo;
  /** The unknown parts, for which the host state has the most common value; absent where everything was observed. */
  readonly untold?: readonly UnknownPart[];
}

/** Parts that a facts file may omit, and that a precondition, a message or a proof may depend on. */
export type UnknownPart =
  | 'uri'
  | 'state'
  | 'definition'
  | 'autostart'
  | 'agent'
  | 'managed-save'
  | 'nvram'
  | 'tpm'
  | 'snapshots'
  | 'checkpoints'
  | 'others';

export interface HostInfo {
  /** The connection, as libvirt spells it. */
  readonly uri: string;
  /** The connection as the user chose it, for commands to type; absent for libvirt's default. */
  readonly connect?: string;
  /** The release of the daemon, such as `9.0.0`; absent where unknown. */
  readonly libvirt?: string;
  /** The release of the QEMU that guests are started with, such as `7.2.22`; absent where unknown. */
  readonly qemu?: string;
  /** The user id that blockplan runs with; absent where unknown. */
  readonly user?: number;
}

/** The states of a domain in the words of `virsh domstate` (libvirt: virDomainState). */
export const VIRSH_STATES = [
  'running',
  'paused',
  'in shutdown',
  'shut off',
  'crashed',
  'pmsuspended',
] as const;

/** All states of a domain; `gone` where libvirt does not know the name. */
export const DOMAIN_STATES = [...VIRSH_STATES, 'gone'] as const;

export type DomainState = (typeof DOMAIN_STATES)[number];

export interface Domain {
  readonly name: string;
  /** For a domain that is gone: its new name, where it was renamed. */
  readonly calledNow?: string;
  /** For a domain that is gone, or was transient and is off: set where it was migrated to another host and runs there. */
  readonly movedAway?: true;
  /**
   * For a domain that is gone, or was transient and is off: set where neither an event nor its log shows that its guest
   * stopped here, so that it may run on another host.
   */
  readonly stopUnseen?: true;
  /** With `stopUnseen`: the path of that log, if it is known; this user may not be able to read it. */
  readonly guestLog?: string;
  readonly uuid: string;
  readonly state: DomainState;
  /** Set where the guest is paused because of an I/O error on a disk (`virsh domstate --reason`). */
  readonly ioError?: true;
  readonly persistent: boolean;
  readonly autostart: boolean;
  /** The definition with its security information, byte for byte; absent for a transient domain. */
  readonly definition?: string;
  /** The definition bundle that `undefine` saved in the journal and that has not been restored yet. */
  readonly kept?: Bundle;
  /** Set where the run has begun to freeze its file systems, and no thaw was answered since: libvirt does not show it. */
  readonly frozen?: true;
  /** Disks of the running guest or, when it is off, of its definition; in the order of the XML. */
  readonly disks: readonly Disk[];
  /** Whether the guest agent's channel is connected. */
  readonly agent: boolean;
  readonly snapshots: readonly string[];
  readonly checkpoints: readonly string[];
  /** What each checkpoint tracks; absent where it was not read. `checkpoints` says which of them exist. */
  readonly tracking?: readonly TrackedCheckpoint[];
  /** Whether libvirt keeps a managed-save image, an NVRAM file or a TPM state for it. */
  readonly managedSave: boolean;
  readonly nvram: boolean;
  readonly tpm: boolean;
  /** The guest's maximum memory in bytes; absent where unknown. */
  readonly memory?: number;
  /** The QEMU process that the guest runs in; absent where it does not run, or this is unknown. */
  readonly process?: GuestProcess;
  /** What the guest's QEMU may access on the host; absent where it does not run, or this is unknown. */
  readonly confinement?: Confinement;
}

export interface Disk {
  /** The target name inside the guest, such as `vda`. */
  readonly target: string;
  readonly device: 'disk' | 'cdrom' | 'floppy' | 'lun';
  readonly readonly: boolean;
  /** The properties in its live XML or its definition that disk-elements.ts refuses; absent where there are none. */
  readonly unsupported?: readonly string[];
  /** Set where QEMU looks for zeroes in what is written to the disk: `<driver detect_zeroes='on'>`. */
  readonly detectZeroes?: true;
  /** The live chain, active layer first; empty when the drive has no medium. */
  readonly chain: readonly Layer[];
  /** The source that the definition names; absent for a transient domain or an empty drive. */
  readonly persistentSource?: string;
  /** The `snapshot=` attribute of the disk: what a snapshot does with it by default. */
  readonly snapshot?: string;
  readonly job?: BlockJob;
  /** The guest-visible size in bytes; absent where unknown. */
  readonly capacity?: number;
}

export interface Layer {
  readonly file: string;
  readonly format: string;
  /** Other files with its data: that of a qcow2, the extents of a vmdk; absent where it has none, or was not read. */
  readonly dataFiles?: readonly string[];
  /** Set for a block device, which libvirt opens differently from a file of the same path. */
  readonly block?: true;
  /** libvirt's index of the layer, as in `vda[1]`, from the live XML. */
  readonly index?: number;
}

export interface BlockJob {
  readonly type: 'copy' | 'commit' | 'active-commit' | 'pull' | 'backup' | 'other';
  /** True only when the live XML says `ready='yes'`: cur == end alone is not ready. */
  readonly ready: boolean;
  /** The mirror of a copy or an active commit, or the file that a backup writes to. */
  readonly mirror?: string;
}

export interface ImageFile {
  /** `qcow2`, `raw`, …; absent where unknown. */
  readonly format?: string;
  /** Bytes that the file occupies on its storage; 0 where unknown. */
  readonly size: number;
  /** Set where the size is unknown. */
  readonly sizeUntold?: true;
  /** Bytes that it certainly occupies, for a simulated copy, whose `size` is an upper bound; absent for other files. */
  readonly least?: number;
  /** What its tables and those of the files below it say; absent where they were not read. */
  readonly extents?: ImageExtents;
  /** The same for every name of one file (links, bind mounts); absent where it was not observed. */
  readonly identity?: string;
  /** When a regular file was created, in nanoseconds since the epoch; absent where its file system does not record this. */
  readonly born?: string;
  /** Set where the path itself is a symbolic link: removing it leaves the file. */
  readonly link?: true;
  /** Set for a file that this run has made; not for another file at the same path. */
  readonly made?: true;
  /**
   * The backing file as the image's own header spells it: a path, or a name relative to the image's folder (see
   * `headers.ts`). `null` for none; absent where the header was not read.
   */
  readonly backing?: string | null;
  /** The data files of an image that is in no chain, as in {@link Layer}. */
  readonly dataFiles?: readonly string[];
  /** What a copy into it would find; absent where it was not inspected. */
  readonly place?: Destination;
}

export interface Folder {
  /** Whether a file can be created in it: false on a read-only file system or without permission. */
  readonly writable: boolean;
  /** Bytes free for files of the user that blockplan runs as. */
  readonly free: number;
  /** The same for all folders that share their free bytes; absent where unknown. */
  readonly fileSystem?: string;
  /** Set where its file system may store files in less space than was written: it may compress or deduplicate. */
  readonly mayCompress?: true;
  /** Its path without links, where it differs. */
  readonly real?: string;
  /** What exists on its path and is not a folder, such as a regular file; absent for a folder. */
  readonly blockedBy?: string;
  /** The first folder on the path that the guest's QEMU certainly cannot enter; absent where there is none. */
  readonly barredAt?: string;
}

export interface OtherDomain {
  readonly name: string;
  /** Every file that its chains name, live and persistent. */
  readonly files: readonly string[];
  /** The files among them that its guest writes to, or will write to after its next start. */
  readonly writes: readonly string[];
  /** Set where its guest is known to run. */
  readonly running?: true;
  /** Its images that exist but cannot be read, so that the layers below them are unknown. */
  readonly unread: readonly string[];
}

/** Everything that is needed to restore a definition exactly as it was. */
export interface Bundle {
  /** `virsh dumpxml --inactive --security-info`, byte for byte. */
  readonly definition: string;
  readonly autostart: boolean;
  /** Snapshot metadata, parents before children. */
  readonly snapshots: readonly SavedMetadata[];
  readonly currentSnapshot?: string;
  /** Checkpoint metadata, parents before children. */
  readonly checkpoints: readonly SavedMetadata[];
}

/** A snapshot's or checkpoint's metadata. */
export interface SavedMetadata {
  readonly name: string;
  /** `virsh snapshot-dumpxml --security-info` or `virsh checkpoint-dumpxml --security-info`. */
  readonly xml: string;
}

/** The disk with that target, as the guest has it; undefined where it has none. */
export function diskOf(state: HostState, target: string): Disk | undefined {
  return state.domain.disks.find((disk) => disk.target === target);
}

/** The file that takes the guest's writes on that disk; undefined for an unknown disk or an empty drive. */
export function activeFile(state: HostState, target: string): string | undefined {
  return diskOf(state, target)?.chain[0]?.file;
}

/** The same host state with the plan's domain changed. */
export function withDomain(state: HostState, change: Partial<Domain>): HostState {
  return { ...state, domain: { ...state.domain, ...change } };
}

/** The same host state with one disk of the plan's domain changed; an unknown target changes nothing. */
export function withDisk(
  state: HostState,
  target: string,
  change: (disk: Disk) => Disk,
): HostState {
  const disks = state.domain.disks.map((disk) => (disk.target === target ? change(disk) : disk));
  return withDomain(state, { disks });
}

/** The same host state with one file added, replaced or (with `null`) removed. */
export function withFile(state: HostState, path: string, file: ImageFile | null): HostState {
  return { ...state, files: { ...state.files, [path]: file } };
}

/** The same disk without its job. */
export function withoutJob(disk: Disk): Disk {
  const { job: _ended, ...rest } = disk;
  return rest;
}

/** Whether a backup of the disk is running. */
export function isBackedUp({ job }: Disk): boolean {
  return job?.type === 'backup';
}

/** Whether the domain's guest can run block jobs; a paused one can (seen on libvirt 9.0 with QEMU 7.2). */
export function isUp(state: HostState): boolean {
  return state.domain.state === 'running' || state.domain.state === 'paused';
}
