/** What the next backup of a guest in a store needs to know. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { type BackupStore, STORE_NAMES, type StoredPoint } from '../model/backup-store.ts';
import type { Domain } from '../model/host-state.ts';
import { storeFinding } from './store-finding.ts';

/** The sequence number of a new backup, or why none can be added: unless all others are known, it would be a guess. */
export type Addition =
  | { readonly sequence: number }
  | { readonly obstacles: readonly [Finding, ...Finding[]] };

type Guest = Pick<Domain, 'name' | 'uuid'>;

/** @param path of the store, for messages */
export function additionTo(store: BackupStore, guest: Guest, path: string): Addition {
  const { backups, drafts, mark, findings } = store;
  const all = [...backups, ...drafts];
  const other = all.find(({ point }) => point && point.uuid !== guest.uuid);
  const [first, ...rest] = [
    ...findings.filter(({ severity }) => severity === 'error'),
    // What a prune only removes is no parent, and what a draft needs is not removed.
    ...(mark?.drop.some(({ into }) => into !== undefined) ? [mergeUnfinished(path)] : []),
    ...backups.filter(({ point }) => !point).map(unknownBackup),
    ...drafts.filter(({ point }) => !point).map(unknownDraft),
    ...(other ? [ofOtherGuest(other, guest)] : []),
  ];
  if (first) return { obstacles: [first, ...rest] };
  const numbers = all.flatMap(({ point }) => point?.sequence ?? []);
  return { sequence: Math.max(0, ...numbers) + 1 };
}

function mergeUnfinished(path: string): Finding {
  return storeFinding(
    codes.pruneUnfinished,
    `no backup can be added to ${path}: a newer version of blockplan began to merge backups in it and has not finished`,
    'finish it with that version',
  );
}

const UNKNOWN = 'the last sequence number in the store is unknown';

function unknownBackup({ name, findings: [why] }: StoredPoint): Finding {
  return storeFinding(
    why?.code ?? codes.backupManifestInvalid,
    `${UNKNOWN}: ${why?.message ?? `${name} has no manifest`}`,
    why?.hint,
  );
}

function unknownDraft({ name, findings: [why] }: StoredPoint): Finding {
  const folder = `${name}${STORE_NAMES.draftEnding}`;
  return storeFinding(
    why?.code ?? codes.backupManifestInvalid,
    `${UNKNOWN}: ${why?.message ?? `${folder} has no manifest`}`,
    why?.code === codes.backupManifestNewer
      ? why.hint
      : `roll back the run that was making it, which may be another user's or another host's; only if there is none, remove the folder ${folder}`,
  );
}

/** The finding about a backup or draft in a store of another guest. */
export function ofOtherGuest({ name, point }: StoredPoint, guest: Guest): Finding {
  return storeFinding(
    codes.backupOfOtherGuest,
    `the backup ${name} is of another guest, ${point?.domain} (${point?.uuid}); "${guest.name}" has the UUID ${guest.uuid}`,
    'name the store of this guest',
  );
}
