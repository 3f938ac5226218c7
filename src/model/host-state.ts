/**
 * The host state: what blockplan knows of one libvirt host, as an immutable value.
 *
 * Glossary, in libvirt's and QEMU's own words:
 * - **chain**: an image and the backing files below it; the first layer, the *active* one, takes the guest's writes.
 * - **overlay**: a layer above another; **base**: a layer below.
 * - **live definition**: the XML of the running guest; **persistent definition**: the one used at its next start.
 * - **transient domain**: a running guest without a persistent definition.
 * - **block job**: a copy or commit that QEMU runs on a disk; *ready* once both sides hold the same data.
 * - **pivot**: the moment at which the guest's writes go to the other side of a ready job.
 */

import type { GuestProcess } from './guest-process.ts';

/** What a libvirt host looks like at one moment, as far as a plan's domain is concerned. */
export interface HostState {
  readonly domain: Domain;
  /** Files that matter to the plan, by absolute path; `null` where there is none at that path. */
  readonly files: Readonly<Record<string, ImageFile | null>>;
  /**
   * What each name leads to, the same for all names of one file: the names of `files` and of the other domains' files, also
   * where there is no file yet, and volumes of pools. `file-identity.ts` reads it; absent where nobody has looked.
   */
  readonly names?: Readonly<Record<string, string>>;
  /** Folders that files of the plan go to, by absolute path; `null` where there is none at that path. */
  readonly folders: Readonly<Record<string, Folder | null>>;
  /** All other domains of the host, with every file that their chains name. */
  readonly others: readonly OtherDomain[];
  readonly host: HostInfo;
  /** What nobody has told, so that the host state has what is most often so; absent where all of it was looked at. */
  readonly untold?: readonly UnknownPart[];
}

/** What a file of facts may leave out and a precondition or a message can rest on. */
export type UnknownPart =
  | 'uri'
  | 'state'
  | 'managed-save'
  | 'nvram'
  | 'tpm'
  | 'snapshots'
  | 'others';

export interface HostInfo {
  /** The connection, as libvirt spells it. */
  readonly uri: string;
  /** The release of the daemon, as `9.0.0`; absent where nobody has asked. */
  readonly libvirt?: string;
  /** The release of the QEMU that guests are started with, as `7.2.22`; absent where nobody has asked. */
  readonly qemu?: string;
  /** The user id that blockplan runs with; absent where nobody has asked. */
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

/** All states of a domain; `gone` when libvirt does not know the name. */
export const DOMAIN_STATES = [...VIRSH_STATES, 'gone'] as const;

export type DomainState = (typeof DOMAIN_STATES)[number];

export interface Domain {
  readonly name: string;
  /** Of one that is gone by its name: the name that somebody has given it since. */
  readonly calledNow?: string;
  /** Of one that is gone: set where somebody has migrated it to another host, and it runs there. */
  readonly movedAway?: true;
  readonly uuid: string;
  readonly state: DomainState;
  readonly persistent: boolean;
  readonly autostart: boolean;
  /** The persistent definition with its security information, byte for byte; absent for a transient domain. */
  readonly definition?: string;
  /** The definition bundle that `undefine` left in the journal and that nothing has restored yet. */
  readonly kept?: Bundle;
  /** Disks of the running guest or, when it is off, of its definition; in the XML's order. */
  readonly disks: readonly Disk[];
  /** Whether the guest agent's channel is connected. */
  readonly agent: boolean;
  readonly snapshots: readonly string[];
  readonly checkpoints: readonly string[];
  /** Whether libvirt keeps a managed-save image, an NVRAM file or a TPM state for it. */
  readonly managedSave: boolean;
  readonly nvram: boolean;
  readonly tpm: boolean;
  /** The guest's memory in bytes, at most; absent where nobody has looked. */
  readonly memory?: number;
  /** The QEMU process that the guest runs in; absent where it does not run, or nobody has looked. */
  readonly process?: GuestProcess;
  /** What the guest's QEMU may do on the host; absent where it does not run, or nobody has looked. */
  readonly confinement?: Confinement;
}

/** The `<seclabel>` elements of the live definition (libvirt, formatdomain, "Security label"). */
export interface Confinement {
  /** Whether an AppArmor profile says which files QEMU may open. */
  readonly apparmor: boolean;
  /** The user and the group that QEMU runs as; absent where that is the user that asks. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /**
   * Whether libvirt gives that user the files that it has QEMU open: not with `relabel='no'`. What `dynamic_ownership` in
   * qemu.conf says nobody can read.
   */
  readonly givesFiles: boolean;
}

export interface Disk {
  /** The target name inside the guest, such as `vda`. */
  readonly target: string;
  readonly device: 'disk' | 'cdrom' | 'floppy' | 'lun';
  readonly readonly: boolean;
  /**
   * What the disk has, by its live or its persistent definition, that blockplan does not work on: `<slices>`,
   * `<driver copy_on_read='on'>` (see disk-elements.ts); absent where there is nothing.
   */
  readonly unsupported?: readonly string[];
  /** The live chain, active layer first; empty when the drive has no medium. */
  readonly chain: readonly Layer[];
  /** The source that the persistent definition names; absent for a transient domain or an empty drive. */
  readonly persistentSource?: string;
  /** The definition's own `snapshot=` attribute for the disk: what a snapshot does with it by default. */
  readonly snapshot?: string;
  readonly job?: BlockJob;
  /** The guest-visible size in bytes, where the host told it. */
  readonly capacity?: number;
}

export interface Layer {
  readonly file: string;
  readonly format: string;
  /**
   * Further files that hold its data: the data file of a qcow2, the extents of a vmdk; absent where it has none, or nothing
   * has looked inside.
   */
  readonly dataFiles?: readonly string[];
  /** Set for a block device, which libvirt opens in another way than a file of the same path. */
  readonly block?: true;
  /** libvirt's index of the layer, as in `vda[1]`; the live definition has it. */
  readonly index?: number;
}

export interface BlockJob {
  readonly type: 'copy' | 'commit' | 'active-commit' | 'pull' | 'backup' | 'other';
  /** True only when the live XML says `ready='yes'`: cur == end alone is not ready. */
  readonly ready: boolean;
  /** The other side of a copy or an active commit. */
  readonly mirror?: string;
}

export interface ImageFile {
  /** `qcow2`, `raw`, …; absent where nothing has looked inside. */
  readonly format?: string;
  /** Bytes that the file takes on its storage; 0 where nobody has told. */
  readonly size: number;
  /** Set where the size is unknown. */
  readonly sizeUntold?: true;
  /** The same for every name of one file (links, bind mounts); absent where nothing has looked. */
  readonly identity?: string;
  /** Set where the path itself is a symbolic link: to remove it leaves the file. */
  readonly link?: true;
  /** True for a file that this run has made; a file of another user at the same path is not. */
  readonly made?: true;
  /**
   * The backing file that the image's own header names, as it is written there: a path, or a name relative to the image's
   * folder (see `headers.ts`). `null` for none; absent where nothing has looked inside.
   */
  readonly backing?: string | null;
  /** Of an image that is in no chain: as a layer's. */
  readonly dataFiles?: readonly string[];
  /** What a copy into it would meet; absent where nothing has looked. */
  readonly place?: Destination;
}

/** What is at a path that exists, as far as a step that writes into it needs to know. */
export interface Destination {
  readonly kind: 'file' | 'block device' | 'other';
  /** Bytes from its beginning to its end: what a guest sees of it as a raw image. */
  readonly length: number;
  /**
   * What its first bytes say; `null` where blockplan does not know them. Never used as the format of a source: a guest can
   * write a header into its raw disk.
   */
  readonly header: HeaderSummary | null;
  /** Who uses it, as clauses that follow "it is": `mounted at /mnt`; empty where nobody does. */
  readonly heldBy: readonly string[];
}

/** The part of an image's header that says how large the guest sees it. */
export interface HeaderSummary {
  readonly format: string;
  readonly virtualSize: number;
}

export interface Folder {
  /** Whether a file can be made in it: false on a read-only file system or without the right to. */
  readonly writable: boolean;
  /** Bytes free for files of the user that blockplan runs as. */
  readonly free: number;
  /** The same for all folders that share their free bytes; absent where nobody has looked. */
  readonly fileSystem?: string;
  /** The first folder on the way there that the guest's QEMU may certainly not enter; absent where there is none. */
  readonly barredAt?: string;
}

export interface OtherDomain {
  readonly name: string;
  /** Every file that its chains name, live and persistent. */
  readonly files: readonly string[];
  /** Those of them that its guest writes to, or will at its next start. */
  readonly writes: readonly string[];
  /** Images of it that are there but may not be read, so that what lies below them is not known. */
  readonly unread: readonly string[];
}

/** All that is needed to bring a definition back exactly as it was. */
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

/** The disk of that target name, as the guest has it; undefined where it has none. */
export function diskOf(state: HostState, target: string): Disk | undefined {
  return state.domain.disks.find((disk) => disk.target === target);
}

/** The file that takes the guest's writes on that disk; undefined for an unknown disk or an empty drive. */
export function activeFile(state: HostState, target: string): string | undefined {
  return diskOf(state, target)?.chain[0]?.file;
}

/** A layer's path, and whether libvirt takes it for a block device. */
export function layerText({ file, block }: Layer): string {
  return block ? `the block device ${file}` : file;
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

/** The same host state with one file made, replaced or (with `null`) removed. */
export function withFile(state: HostState, path: string, file: ImageFile | null): HostState {
  return { ...state, files: { ...state.files, [path]: file } };
}

/** The same disk without its job. */
export function withoutJob(disk: Disk): Disk {
  const { job: _ended, ...rest } = disk;
  return rest;
}

/** Whether a guest of that domain is there to run block jobs in; one that is paused does (seen on libvirt 9.0 with QEMU 7.2). */
export function isUp(state: HostState): boolean {
  return state.domain.state === 'running' || state.domain.state === 'paused';
}
