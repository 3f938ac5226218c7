/** A store as a value, from its folder as it was read. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import {
  type BackupStore,
  type PointInTime,
  type PruneMark,
  STORE_NAMES,
  type StoredBackup,
  type StoredDisk,
  type StoreFolder,
  type StoreSubfolder,
} from '../model/backup-store.ts';
import { checkDisks } from './chain.ts';
import { entryOf, type StoreEntry } from './entry.ts';
import type { BackupManifest } from './manifest.ts';
import { readMark } from './mark.ts';
import { draftName, isBackupName } from './names.ts';
import { storeFinding, unreadHint } from './store-finding.ts';

/**
 * What a folder holds. Pure; whatever is wrong is a finding of the backup that it concerns, or of the store.
 */
export function backupStoreOf(folder: StoreFolder): BackupStore {
  const { mark, findings } = markOf(folder);
  const backups: StoreEntry[] = [];
  const drafts: StoreEntry[] = [];
  const strays = [...folder.strays];
  for (const each of folder.folders) {
    const draft = draftName(each.name);
    if (draft !== undefined) drafts.push(entryOf(each, draft));
    else if (isBackup(each)) backups.push(entryOf(each, each.name));
    else strays.push(`${each.name}/`);
  }
  return {
    ...checkedEntries(backups.toSorted(byOrder), drafts.toSorted(byOrder), mark),
    ...(mark ? { mark } : {}),
    holders: folder.holders,
    strays: [...strays, ...[...backups, ...drafts].flatMap((entry) => entry.strays)].sort(),
    findings,
  };
}

/** Whether a folder has anything of a store: a backup, a draft or the mark of a prune. */
export function isBackupStore(folder: StoreFolder): boolean {
  return (
    folder.mark !== undefined ||
    folder.folders.some((each) => draftName(each.name) !== undefined || isBackup(each))
  );
}

/** Without a manifest, a folder with images is a backup that has lost it. */
function isBackup({ name, manifest, files, unread }: StoreSubfolder): boolean {
  if (!isBackupName(name)) return false;
  return (
    manifest !== undefined ||
    unread !== undefined ||
    files.some(({ header }) => header !== undefined)
  );
}

function markOf({ mark }: StoreFolder): { mark?: PruneMark; findings: readonly Finding[] } {
  if (mark === undefined) return { findings: [] };
  const read =
    'unread' in mark ? { problem: `cannot be read: ${mark.unread}` } : readMark(mark.text);
  if ('mark' in read) return { mark: read.mark, findings: [] };
  const restore = 'restore the file from a copy of the store';
  const hint = 'unread' in mark ? unreadHint(mark.unread, restore) : restore;
  return {
    findings: [
      storeFinding(
        codes.pruneMarkInvalid,
        `${STORE_NAMES.mark} ${read.problem}, so it is unknown which backups a prune is removing`,
        'isNewer' in read ? 'use that version, or a newer one' : hint,
      ),
    ],
  };
}

function byOrder(a: StoreEntry, b: StoreEntry): number {
  const order = (a.manifest?.sequence ?? 0) - (b.manifest?.sequence ?? 0);
  return order || (a.name < b.name ? -1 : 1);
}

/** The backups and the drafts with their chains, in the order given: what an image needs comes before it. */
function checkedEntries(
  sorted: readonly StoreEntry[],
  drafts: readonly StoreEntry[],
  mark: PruneMark | undefined,
): Pick<BackupStore, 'backups' | 'drafts'> {
  const entries = new Map(sorted.map((entry) => [entry.name, entry]));
  const drop = new Map((mark?.drop ?? []).map((each) => [each.name, each]));
  const before = new Map<string, readonly StoredDisk[]>();
  // A plain removal replaces no image.
  const merged = [...drop.values()].filter(({ into }) => into !== undefined);
  const context = { entries, merged: new Set(merged.map(({ name }) => name)), before };
  const contradictions = contradictionsIn(sorted);
  const backups = sorted.map((entry): StoredBackup => {
    const { disks, findings } = checkDisks(entry, context);
    before.set(entry.name, disks);
    const dropped = drop.get(entry.name);
    const own = {
      ...summaryOf(entry),
      disks,
      ...leftIn(entry),
      ...(entry.verified ? { verified: entry.verified } : {}),
    };
    const all = [...entry.findings, ...findings, ...contradictions(entry)];
    if (!dropped) return { ...own, findings: all };
    // What a removal has begun with is inconsistent until it is gone, and that is no finding.
    const isBegun = all.some(
      ({ code, severity }) => severity === 'error' || code === codes.backupSumsInvalid,
    );
    return { ...own, findings: [], dropped: { ...dropped, ...(isBegun ? { begun: true } : {}) } };
  });
  return {
    backups,
    drafts: drafts.map((entry) => ({
      ...summaryOf(entry),
      disks: checkDisks(entry, context).disks,
      findings: entry.findings,
    })),
  };
}

function summaryOf({ name, manifest, size, needs }: StoreEntry) {
  return {
    ...{ name, size },
    ...(needs === undefined ? {} : { needs }),
    ...(manifest ? { point: pointOf(manifest) } : {}),
  };
}

function leftIn({ manifest }: StoreEntry): Pick<StoredBackup, 'left'> {
  const left = manifest?.['left-out'] ?? [];
  const reasons = left.map(({ target, reason }) => [target, reason] as const);
  return left.length === 0 ? {} : { left: Object.fromEntries(reasons) };
}

function pointOf(manifest: BackupManifest): PointInTime {
  const { domain, uuid, time, sequence, parent, checkpoint, quiesced } = manifest;
  const notQuiesced = manifest['not-quiesced'];
  return {
    ...{ domain, uuid, time, sequence, quiesced },
    ...(parent === undefined ? {} : { parent }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(notQuiesced === undefined ? {} : { notQuiesced }),
  };
}

/** The warnings about a backup that does not belong to the others: it can be restored, but it is not one of their series. */
function contradictionsIn(sorted: readonly StoreEntry[]): (entry: StoreEntry) => Finding[] {
  const manifests = sorted.flatMap(({ manifest }) => manifest ?? []);
  const counts = new Map<string, number>();
  for (const { uuid } of manifests) counts.set(uuid, (counts.get(uuid) ?? 0) + 1);
  const [own] = manifests.toSorted((a, b) => (counts.get(b.uuid) ?? 0) - (counts.get(a.uuid) ?? 0));
  const sequences = new Map<number, string[]>();
  for (const { sequence, name } of manifests)
    sequences.set(sequence, [...(sequences.get(sequence) ?? []), name]);
  const warn = (message: string, hint: string) =>
    storeFinding(codes.backupOutOfPlace, message, hint, 'warning');
  return ({ name, manifest }) => {
    if (!manifest) return [];
    const { uuid, domain, sequence } = manifest;
    const same = sequences.get(sequence)?.find((each) => each !== name);
    return [
      ...(own && own.uuid !== uuid
        ? [
            warn(
              `${name} is a backup of another guest, ${domain} (${uuid}); most backups in this store belong to ${own.domain}`,
              'move it to a store of its own, with the backups that it needs',
            ),
          ]
        : []),
      ...(same
        ? [
            warn(
              `${name} and ${same} have the same sequence number, ${sequence}`,
              'move one of the two out of the store: their order is unknown',
            ),
          ]
        : []),
    ];
  };
}
