/**
 * The effects that make a backup in a store, and compare what is restored with it. libvirt makes the copies; the rest is
 * blockplan's own. The copy of vda is `vda.qcow2` in the folder of the backup, and its sums are `vda.sums`.
 */

import type { RetentionRule } from '../model/backup-store.ts';

export type BackupEffect =
  | DraftBackupEffect
  | ArmThawEffect
  | NoteQuiesceEffect
  | AwaitBackupEffect
  | DigestBackupEffect
  | PublishBackupEffect
  | DiscardBackupEffect
  | RetireCheckpointsEffect
  | VerifyImageEffect
  | VerifyBackupsEffect
  | PruneEffect;

/** What a prune does while it holds the lock of the store alone. */
export type PruneEffect = MarkPruneEffect | RemovePrunedEffect | UnmarkPruneEffect;

/** Make the folder of a backup that is not complete, with its manifest and an empty image for each disk. */
export interface DraftBackupEffect {
  readonly tool: 'draft-backup';
  /** The folder; it must not exist. */
  readonly draft: string;
  readonly name: string;
  /** The file that the guest runs on, for each disk that is copied, by target name. */
  readonly sources: Readonly<Record<string, string>>;
  /** Why the other disks are left out, by target name. */
  readonly left: Readonly<Record<string, string>>;
  /** The checkpoint that is created with it. */
  readonly checkpoint?: string;
  /** The backup whose images are below those of the disks in `roots`. */
  readonly parent?: string;
  /** The digest of each incremental disk in the parent, by target name. */
  readonly roots?: Readonly<Record<string, string>>;
  /** Why other disks are copied in full, although the plan asks for increments; by target name. */
  readonly reasons?: Readonly<Record<string, string>>;
  /** Why the file systems will not be frozen, or what is known of that until then; absent where the plan does not ask for it. */
  readonly unfrozen?: string;
  readonly why: string;
}

/**
 * Start a process that sends the freeze, and thaws the guest when the time is over, or when blockplan has ended before it has
 * thawed it itself. A thaw that was answered ends it.
 */
export interface ArmThawEffect {
  readonly tool: 'arm-thaw';
  readonly timeoutMs: number;
  /** The timeout for the guest agent with which it freezes and thaws, in seconds. */
  readonly agentTimeout: number;
  /** Set if the backup is made without a freeze where it does not start. */
  readonly optional?: true;
  readonly why: string;
}

/** Write into the manifest whether the file systems were frozen when the backup began. */
export interface NoteQuiesceEffect {
  readonly tool: 'note-quiesce';
  readonly draft: string;
  /** Set if the backup fails unless they certainly were. */
  readonly required?: true;
  readonly why: string;
}

/** Wait for libvirt's event until the backup of the domain is complete, or has ended in any way. */
export interface AwaitBackupEffect {
  readonly tool: 'await-backup';
  readonly draft: string;
  readonly disks: readonly string[];
  readonly until: 'complete' | 'ended';
  readonly why: string;
  /** The limit of the whole wait. */
  readonly timeoutMs: number;
}

/** Write the sums of each copy, so that later damage can be detected. */
export interface DigestBackupEffect {
  readonly tool: 'digest-backup';
  readonly draft: string;
  readonly disks: readonly string[];
  readonly why: string;
}

/** Complete the manifest, sync all files, and rename the folder. */
export interface PublishBackupEffect {
  readonly tool: 'publish-backup';
  readonly draft: string;
  /** The folder's path from then on; it must not exist. */
  readonly to: string;
  readonly why: string;
}

/** Remove the folder of a backup that is not complete, if this run made it. */
export interface DiscardBackupEffect {
  readonly tool: 'discard-backup';
  readonly draft: string;
  readonly disks: readonly string[];
  readonly why: string;
}

/** Delete the checkpoints of earlier backups, as far as they still exist. */
export interface RetireCheckpointsEffect {
  readonly tool: 'retire-checkpoints';
  readonly checkpoints: readonly string[];
  /**
   * Those among them of which a bitmap is missing, which libvirt refuses to delete, with the XML of a record without that
   * disk; empty where no bitmap is left.
   */
  readonly records: Readonly<Record<string, string>>;
  readonly why: string;
}

/** Compare the content of an image with the digest of a backup. */
export interface VerifyImageEffect {
  readonly tool: 'verify-image';
  /** The image, a qcow2 file. */
  readonly file: string;
  /** The target name of the disk. */
  readonly disk: string;
  /** The digest, as in the manifest of the backup. */
  readonly root: string;
  /** What a difference means, as a clause. */
  readonly otherwise: string;
  readonly why: string;
}

/** Compare backups with their checksums, check their images, and write the result into each of them. */
export interface VerifyBackupsEffect {
  readonly tool: 'verify-backups';
  readonly store: string;
  /** The backup, or `latest` for the newest of the guest; absent for all of the store. */
  readonly backup?: string;
  /** The UUID of the guest. */
  readonly guest: string;
  readonly why: string;
}

/** Write which backups a rule gives up to `prune.json` in the store, with those that an earlier prune has begun to remove. */
export interface MarkPruneEffect {
  readonly tool: 'mark-prune';
  readonly store: string;
  readonly keep: RetentionRule;
  /** The checkpoints of the guest: the backup of each is kept. */
  readonly checkpoints: readonly string[];
  /** The UUID of the guest. */
  readonly guest: string;
  readonly why: string;
}

/** Remove the backups that `prune.json` names, and then that file. */
export interface RemovePrunedEffect {
  readonly tool: 'remove-pruned';
  readonly store: string;
  readonly why: string;
}

/** Remove `prune.json`, if this run made it. */
export interface UnmarkPruneEffect {
  readonly tool: 'unmark-prune';
  readonly store: string;
  readonly why: string;
}
