/**
 * A backup store: a folder with a subfolder for each backup of one guest. Its first half is what is read from disk, of which
 * nothing is trusted; the second half is what that means.
 */
import type { Finding } from '../errors.ts';

/** The files in a backup's folder besides its images and sums, and those of the store itself. */
export const STORE_NAMES = {
  manifest: 'manifest.json',
  definition: 'definition.xml',
  verification: 'verified.json',
  mark: 'prune.json',
  locks: 'locks',
  draftEnding: '.partial',
} as const;

/** The image of a disk, in the folder of the backup. */
export function imageName(target: string): string {
  return `${target}.qcow2`;
}

/** The sums of a disk, in the folder of the backup. */
export function sumsName(target: string): string {
  return `${target}.sums`;
}

/** A store's folder as it was read. */
export interface StoreFolder {
  readonly folders: readonly StoreSubfolder[];
  /** The file that a prune writes before it changes anything. */
  readonly mark?: FileText;
  /** The names of the files in the folder of the store's lock. */
  readonly holders: readonly string[];
  /** The other entries, by name: files, links, devices. */
  readonly strays: readonly string[];
}

/** A folder in a store: a backup, a draft or anything else. */
export interface StoreSubfolder {
  readonly name: string;
  readonly manifest?: FileText;
  /** The result of its last verification. */
  readonly verification?: FileText;
  /** The regular files besides these two. */
  readonly files: readonly StoreFile[];
  /** The other entries, by name: folders, links, devices. */
  readonly strays: readonly string[];
  /** Why the folder cannot be read; it then seems empty. */
  readonly unread?: string;
}

/** Why something was not read, if only another user may read it. */
export const PERMISSION_DENIED = 'permission denied';

/** The text of a small file, or why it was not read. */
export type FileText = { readonly text: string } | { readonly unread: string };

export interface StoreFile {
  readonly name: string;
  /** Bytes that it takes on its storage. */
  readonly size: number;
  /** Bytes from its beginning to its end. */
  readonly length: number;
  /** Absent if it is not a qcow2 image. */
  readonly header?: StoredHeader;
  /** Why its first bytes cannot be read. */
  readonly unread?: string;
}

/** The header of a qcow2 image. */
export interface StoredHeader {
  /** The size of the disk in bytes. */
  readonly virtualSize: number;
  /** The backing file as the header spells it. */
  readonly backing?: string;
  /** Set if the data is in another file. */
  readonly hasDataFile?: true;
}

/** A store as a value: what its headers and manifests say, and what is wrong with it. */
export interface BackupStore {
  /** In the order in which they were made; those without a valid manifest come first, by name. */
  readonly backups: readonly StoredBackup[];
  readonly drafts: readonly StoredPoint[];
  /** The backups that an unfinished prune is removing. */
  readonly mark?: PruneMark;
  /** The names of the holders of its lock. */
  readonly holders: readonly string[];
  /** Files and folders that belong to nothing, relative to the store. */
  readonly strays: readonly string[];
  /** What is wrong with the store as a whole. */
  readonly findings: readonly Finding[];
  /** When it was read, in UTC (ISO 8601); absent where that does not matter. */
  readonly readAt?: string;
}

/** A point in time of a guest's disks, complete or not. */
export interface StoredPoint {
  /** The name of its folder, without the suffix of a draft. */
  readonly name: string;
  /** Absent if its manifest is missing or invalid. */
  readonly point?: PointInTime;
  readonly disks: readonly StoredDisk[];
  /** Bytes that its folder takes on its storage. */
  readonly size: number;
  /** The backups that its images or its manifest name as what they are based on; absent where that cannot be read. */
  readonly needs?: readonly string[];
  /** What is wrong with it; with an error, it cannot be restored. */
  readonly findings: readonly Finding[];
}

export interface StoredBackup extends StoredPoint {
  /** The last verification of its content; absent if there was none. */
  readonly verified?: Verification;
  /** Set if an unfinished prune is removing it. */
  readonly dropped?: DroppedBackup & {
    /** Whether it has lost a file. Otherwise it is whole, and a later prune decides about it again. */
    readonly begun?: true;
  };
  /** Why the other disks that the guest had are not in it, by target. */
  readonly left?: Readonly<Record<string, string>>;
}

/** What a comparison of a backup's content with its checksums has found. */
export interface Verification {
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly disks: readonly VerifiedDisk[];
}

export interface VerifiedDisk {
  readonly target: string;
  /** The digest in the manifest at that time: of another one, the result says nothing. */
  readonly root: string;
  /** What is wrong, as a clause; absent if the disk is as it was backed up. */
  readonly problem?: string;
}

/** What the manifest says of the backup as a whole. */
export interface PointInTime {
  readonly domain: string;
  readonly uuid: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
  /** Increases with each backup in the store; clocks can jump. */
  readonly sequence: number;
  /** The backup that its increments were made from. */
  readonly parent?: string;
  readonly checkpoint?: string;
  readonly quiesced: boolean;
  /** Why the guest's file systems were not frozen. */
  readonly notQuiesced?: string;
}

export type DiskMode = 'full' | 'incremental';

export interface StoredDisk {
  readonly target: string;
  /** The image's name in the folder of the backup. */
  readonly file: string;
  readonly mode: DiskMode;
  /** The size of the disk in bytes. */
  readonly capacity: number;
  /** The file that the guest ran on; absent in a host state of an earlier version. */
  readonly source?: string;
  readonly serial?: string;
  /** The digest of the disk at that point; absent in a draft. */
  readonly root?: string;
  /** Disk space that the image uses, in bytes; absent if the image is missing. */
  readonly size?: number;
  /** The backup whose image its header names; absent if it names none, or something else. */
  readonly below?: string;
  /** Set if this image, or one below it, is missing or does not match. */
  readonly broken?: BrokenImage;
}

/** What is wrong with a disk of a backup. */
export interface BrokenImage {
  /** A clause, without the name of the backup. */
  readonly problem: string;
  /** Absent where the cause is another backup, whose own finding has the hint. */
  readonly hint?: string;
}

/** How many backups are kept, by what they are the newest of; all of them together. */
export interface RetentionRule {
  /** The newest ones. */
  readonly last?: number;
  /** The newest of each of that many days in UTC; likewise for the others. */
  readonly daily?: number;
  /** Weeks begin on Monday. */
  readonly weekly?: number;
  readonly monthly?: number;
  /** Names of backups that are always kept. */
  readonly pins?: readonly string[];
}

/** The mark of a prune: which backups it removes. */
export interface PruneMark {
  readonly drop: readonly DroppedBackup[];
}

export interface DroppedBackup {
  readonly name: string;
  /** Its sequence number, if it is known: another backup may have got the name since. */
  readonly sequence?: number;
  /** The kept backup that takes over its data; absent if no kept backup needs it. */
  readonly into?: string;
}
