/** What `blockplan backups` lists: the backups in a store, newest first. */
import type { Finding } from '../errors.ts';
import type { BackupStore, DiskMode, StoredBackup, StoredPoint } from '../model/backup-store.ts';
import { lacksData } from '../model/left-out.ts';
import { damagedDisks, isVerified } from './verification.ts';

/** `merging`: an unfinished prune is removing it. */
export const BACKUP_STATES = ['complete', 'broken', 'draft', 'merging'] as const;

export type BackupState = (typeof BACKUP_STATES)[number];

export interface BackupListing {
  readonly backups: readonly ListedBackup[];
  /** The names of the holders of the store's lock. */
  readonly holders: readonly string[];
  /** Files and folders that belong to nothing, relative to the store. */
  readonly strays: readonly string[];
  /** What is wrong with the store as a whole. */
  readonly findings: readonly Finding[];
}

/** All but the name, the state and the size is absent if the manifest is missing or invalid. */
export interface ListedBackup {
  readonly name: string;
  readonly state: BackupState;
  /** The kept backup that it is merged into. */
  readonly into?: string;
  readonly domain?: string;
  readonly uuid?: string;
  /** ISO 8601, in UTC. */
  readonly time?: string;
  readonly sequence?: number;
  readonly parent?: string;
  readonly checkpoint?: string;
  readonly quiesced?: boolean;
  readonly notQuiesced?: string;
  /** Absent if its data was never verified. */
  readonly verified?: ListedVerification;
  /** Bytes that the folder, or the image of the requested disk, takes on its storage. */
  readonly size: number;
  readonly disks: readonly ListedDisk[];
  /** The other disks that the guest had; empty for a draft, and for a listing of one disk. */
  readonly leftOut: readonly ListedLeftOut[];
  readonly findings: readonly Finding[];
}

/** The last verification of a backup. */
export interface ListedVerification {
  /** ISO 8601, in UTC. */
  readonly time: string;
  /** Whether all disks were as they were backed up. What is wrong is a finding. */
  readonly good: boolean;
}

/** A disk of the guest that is not in a backup. */
export interface ListedLeftOut {
  readonly target: string;
  readonly reason: string;
  /** Whether the backup lacks its data: the guest could write to it, or the reason is unknown. */
  readonly lacking: boolean;
}

export interface ListedDisk {
  readonly target: string;
  readonly mode: DiskMode;
  /** The size of the disk in bytes. */
  readonly capacity: number;
  readonly serial?: string;
  readonly root?: string;
  readonly file: string;
  /** Disk space that the image uses, in bytes; absent if the image is missing. */
  readonly size?: number;
  /** The backup whose image this one needs. */
  readonly below?: string;
}

/**
 * Drafts come first, then the backups from the newest to the oldest, then those without a valid manifest.
 * @param target lists only the backups of this disk, and only this disk of them
 */
export function listBackups(store: BackupStore, target?: string): BackupListing {
  const { backups, drafts, holders, strays, findings } = store;
  const all = [
    ...drafts.toReversed().map((draft) => listed(draft, 'draft')),
    ...backups.toReversed().map((backup) => ({
      ...listed(backup, stateOf(backup)),
      leftOut: leftOutOf(backup),
      ...verifiedPart(backup),
      ...(backup.dropped?.into === undefined ? {} : { into: backup.dropped.into }),
    })),
  ];
  const shown = target === undefined ? all : all.flatMap((each) => withDisk(each, target));
  return { backups: shown, holders, strays, findings };
}

/** The targets of all disks in the store, sorted. */
export function storedTargets({ backups, drafts }: BackupStore): string[] {
  const disks = [...backups, ...drafts].flatMap((each) => each.disks);
  return [...new Set(disks.map(({ target }) => target))].sort();
}

function stateOf({ dropped, findings }: StoredBackup): BackupState {
  if (dropped) return 'merging';
  return findings.some(({ severity }) => severity === 'error') ? 'broken' : 'complete';
}

function listed(stored: StoredPoint, state: BackupState): ListedBackup {
  const { name, point, size, disks, findings } = stored;
  return {
    name,
    state,
    ...point,
    size,
    disks: disks.map(({ broken: _broken, source: _source, ...disk }) => disk),
    leftOut: [],
    findings,
  };
}

/** A result for other content than that of the backup says nothing about it. */
function verifiedPart({ verified, disks }: StoredBackup): Pick<ListedBackup, 'verified'> {
  if (!verified) return {};
  const { time } = verified;
  if (damagedDisks(verified, disks).length > 0) return { verified: { time, good: false } };
  return isVerified({ verified, disks }) ? { verified: { time, good: true } } : {};
}

function leftOutOf({ left = {} }: StoredBackup): ListedLeftOut[] {
  return Object.entries(left).map(([target, reason]) => ({
    ...{ target, reason },
    lacking: lacksData(reason),
  }));
}

function withDisk(backup: ListedBackup, target: string): ListedBackup[] {
  const disks = backup.disks.filter((disk) => disk.target === target);
  return disks.map((disk) => ({ ...backup, size: disk.size ?? 0, disks: [disk], leftOut: [] }));
}
