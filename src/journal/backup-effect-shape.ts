/** The shapes of the effects that make a backup, as a journal holds them. */
import type { BackupEffect } from '../commands/backup-effect.ts';
import type { RetentionRule } from '../model/backup-store.ts';
import {
  amount,
  byKey,
  type Fields,
  fields,
  listOf,
  oneOf,
  optionalField,
  text,
  trueFlag,
} from '../model/shape.ts';

export type BackupFields = {
  readonly [T in BackupEffect['tool']]: Extract<BackupEffect, { tool: T }>;
};

export const BACKUP_FIELDS: { readonly [T in keyof BackupFields]: Fields<BackupFields[T]> } = {
  'draft-backup': {
    tool: oneOf('draft-backup' as const),
    draft: text,
    name: text,
    sources: byKey(text),
    left: byKey(text),
    checkpoint: optionalField(text),
    parent: optionalField(text),
    roots: optionalField(byKey(text)),
    reasons: optionalField(byKey(text)),
    unfrozen: optionalField(text),
    why: text,
  },
  'arm-thaw': {
    tool: oneOf('arm-thaw' as const),
    timeoutMs: amount,
    agentTimeout: amount,
    optional: optionalField(trueFlag),
    why: text,
  },
  'note-quiesce': {
    tool: oneOf('note-quiesce' as const),
    draft: text,
    required: optionalField(trueFlag),
    why: text,
  },
  'await-backup': {
    tool: oneOf('await-backup' as const),
    draft: text,
    disks: listOf(text),
    until: oneOf<'complete' | 'ended'>('complete', 'ended'),
    why: text,
    timeoutMs: amount,
  },
  'digest-backup': {
    tool: oneOf('digest-backup' as const),
    draft: text,
    disks: listOf(text),
    why: text,
  },
  'publish-backup': { tool: oneOf('publish-backup' as const), draft: text, to: text, why: text },
  'discard-backup': {
    tool: oneOf('discard-backup' as const),
    draft: text,
    disks: listOf(text),
    why: text,
  },
  'retire-checkpoints': {
    tool: oneOf('retire-checkpoints' as const),
    checkpoints: listOf(text),
    records: byKey(text),
    why: text,
  },
  'verify-image': {
    tool: oneOf('verify-image' as const),
    file: text,
    disk: text,
    root: text,
    otherwise: text,
    why: text,
  },
  'mark-prune': {
    tool: oneOf('mark-prune' as const),
    store: text,
    keep: fields<RetentionRule>({
      last: optionalField(amount),
      daily: optionalField(amount),
      weekly: optionalField(amount),
      monthly: optionalField(amount),
      pins: optionalField(listOf(text)),
    }),
    checkpoints: listOf(text),
    guest: text,
    why: text,
  },
  'remove-pruned': { tool: oneOf('remove-pruned' as const), store: text, why: text },
  'unmark-prune': { tool: oneOf('unmark-prune' as const), store: text, why: text },
  'verify-backups': {
    tool: oneOf('verify-backups' as const),
    store: text,
    backup: optionalField(text),
    guest: text,
    why: text,
  },
};
