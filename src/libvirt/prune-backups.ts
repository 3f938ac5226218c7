/**
 * Removes backups that a rule gives up and no kept backup needs. What is to be removed is written to the store first, so that
 * every reader of the store knows of an interrupted removal, and the next prune finishes it.
 */
import { join } from 'node:path';
import type {
  MarkPruneEffect,
  PruneEffect,
  RemovePrunedEffect,
  UnmarkPruneEffect,
} from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import {
  type BackupStore,
  type DroppedBackup,
  STORE_NAMES,
  type StoredBackup,
  type StoredPoint,
  type StoreFile,
  type StoreFolder,
  type StoreSubfolder,
  sumsName,
} from '../model/backup-store.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { writeMark } from '../store/mark.ts';
import { retentionOf } from '../store/retention.ts';
import { backupStoreOf } from '../store/store.ts';
import { withStoreLocked } from './locked-store.ts';
import type { MadeFiles } from './made-files.ts';
import { nextOf, replaceText } from './replaced-text.ts';

interface Place {
  readonly io: HostIO;
  readonly made: MadeFiles;
  /** @throws EffectFailed where a domain or a process uses one of the files, in a chain, a header, or open */
  requireUnused(files: readonly string[]): Promise<void>;
}

/** Performs an effect of a prune while nothing else uses the store; see there. */
export function performPrune(
  effect: PruneEffect,
  place: Place,
  context: PerformContext,
): Promise<void> {
  const { store } = effect;
  const purpose = { store, mode: 'exclusive', purpose: 'backup-prune' } as const;
  return withStoreLocked(place.io, purpose, context, () => {
    switch (effect.tool) {
      case 'mark-prune':
        return markPrune(place, effect, context);
      case 'remove-pruned':
        return removePruned(place, effect, context);
      case 'unmark-prune':
        return unmarkPrune(place, effect);
    }
  });
}

interface ReadStore {
  readonly folder: StoreFolder;
  readonly store: BackupStore;
}

/** @throws EffectFailed where the store cannot be read, or another version has to finish what it began */
async function readStore(io: HostIO, path: string): Promise<ReadStore> {
  const folder = await io.readStore(path);
  if (!folder) throw new EffectFailed(`the backup store ${path} does not exist`);
  const store = backupStoreOf(folder);
  const wrong = store.findings.find(({ severity }) => severity === 'error');
  if (wrong) throw new EffectFailed(wrong.message);
  const merged = store.mark?.drop.find(({ into }) => into !== undefined);
  if (merged)
    throw new EffectFailed(
      `${merged.name} is being merged into ${merged.into} by a newer version of blockplan: finish it with that version`,
    );
  return { folder, store };
}

/** Decides what is removed, from the store as it is now, and writes it down. May be repeated. */
async function markPrune(
  { io, made }: Place,
  { store: path, keep, guest, checkpoints }: MarkPruneEffect,
  { onMade }: PerformContext,
): Promise<void> {
  const { store, folder } = await readStore(io, path);
  const missing = keep.pins?.find((pin) => !store.backups.some(({ name }) => name === pin));
  if (missing !== undefined)
    throw new EffectFailed(`${path} has no backup "${missing}", which is pinned`);
  const removed = new Set(
    retentionOf(store, keep, guest, checkpoints)
      .filter(({ kept }) => !kept)
      .map(({ name }) => name),
  );
  const drop = store.backups
    .filter(({ name }) => removed.has(name))
    .map(({ name, point, dropped }): DroppedBackup => {
      const { sequence } = dropped ?? point ?? {};
      return { name, ...(sequence === undefined ? {} : { sequence }) };
    });
  // An earlier removal has ended before it removed the empty folder.
  const emptied = (store.mark?.drop ?? []).filter(({ name }) =>
    folder.folders.some((each) => each.name === name && isEmpty(each)),
  );
  const file = join(path, STORE_NAMES.mark);
  await replaceText(io, file, writeMark({ drop: [...drop, ...emptied] }), (stamp) =>
    made.add(file, stamp, onMade),
  );
}

/** Removes the mark of this run, and what was left of writing it. */
async function unmarkPrune({ io, made }: Place, { store }: UnmarkPruneEffect): Promise<void> {
  const file = join(store, STORE_NAMES.mark);
  await using next = await io.holdFile(nextOf(file));
  await next?.remove();
  await using mark = await io.holdFile(file);
  if (!mark) return;
  made.requireOwn(file, await mark.stamp());
  await mark.remove();
  made.forget(file);
}

/** Removes the backups that are marked, each before those that it is based on. May be repeated. */
async function removePruned(
  place: Place,
  { store: path }: RemovePrunedEffect,
  { signal, onNotice }: PerformContext,
): Promise<void> {
  const { io, made } = place;
  const before = await readStore(io, path);
  requireGoodOne(before.store, path);
  const removed: string[] = [];
  for (const dropped of topFirst(before.store)) {
    signal?.throwIfAborted();
    try {
      await removeBackup(place, path, dropped);
      removed.push(dropped.name);
    } catch (error) {
      // A backup that has lost a file stays marked, and the removal has failed.
      if (!(error instanceof EffectFailed) || (await hasLostFile(io, path, dropped.name)))
        throw error;
      onNotice?.(`the backup ${dropped.name} is kept: ${error.message}`);
    }
  }
  await requireWhole(io, path, before.store);
  const file = join(path, STORE_NAMES.mark);
  await using mark = await io.holdFile(file);
  await mark?.remove();
  made.forget(file);
  onNotice?.(
    removed.length === 0
      ? `no backup was removed from ${path}`
      : `removed from ${path}: ${removed.join(', ')}`,
  );
}

/**
 * The mark may be old, or copied from another machine, and the backups that it spares may be damaged since.
 * @throws EffectFailed, without changing anything, where a whole backup would be removed and no good one remain
 */
function requireGoodOne({ backups }: BackupStore, path: string): void {
  const isWhole = backups.some(({ dropped }) => dropped && !dropped.begun);
  const isGood = ({ point, dropped, findings }: StoredBackup) =>
    point && !dropped && !findings.some(({ severity }) => severity === 'error');
  if (isWhole && !backups.some(isGood))
    throw new EffectFailed(
      `no good backup would remain in ${path}: prune it again, which decides anew`,
      { begun: false },
    );
}

/** The marked backups, each before those that it is based on. One that a former attempt has almost removed is no backup any more. */
function topFirst({ backups, mark }: BackupStore): readonly DroppedBackup[] {
  const order = (each: DroppedBackup) => backups.findIndex(({ name }) => name === each.name);
  return (mark?.drop ?? []).toSorted((a, b) => order(b) - order(a));
}

/** Why a backup must not be removed, as a clause; undefined if it can be. The manifest is removed last. */
function whyKept(
  store: BackupStore,
  folder: StoreSubfolder,
  { name, sequence }: DroppedBackup,
): string | undefined {
  const { backups, drafts } = store;
  const found = backups.find((each) => each.name === name);
  if (!found?.point && !isEmpty(folder)) return 'it has no valid manifest';
  if (found?.point && found.point.sequence !== sequence) return 'another backup has got its name';
  const others: readonly StoredPoint[] = [...backups.filter((each) => each !== found), ...drafts];
  const user = others.find(({ needs }) => needs?.includes(name));
  if (user) return `${user.name} needs it`;
  const unread = others.find(({ needs }) => needs === undefined);
  return unread && `${unread.name} cannot be read, and may need it`;
}

/**
 * The store is read each time: another tool may have copied files into it, whatever its lock says.
 * @throws EffectFailed, without changing anything, where it is needed or in use, or is not as blockplan made it
 */
async function removeBackup(
  { io, requireUnused }: Place,
  path: string,
  dropped: DroppedBackup,
): Promise<void> {
  const { name } = dropped;
  const place = join(path, name);
  const { folder, store } = await readStore(io, path);
  const stamp = await io.stat(place);
  const found = folder.folders.find((each) => each.name === name);
  if (!found || !stamp) return;
  const refused = whyKept(store, found, dropped) ?? whyStray(store, name);
  if (refused !== undefined) throw new EffectFailed(refused);
  // A guest may have been started from it, or from an overlay above it.
  await requireUnused(
    found.files.filter(({ header }) => header).map((file) => join(place, file.name)),
  );
  const { manifest, verification } = STORE_NAMES;
  const rank = ({ name: file, header }: StoreFile) => (file.endsWith('.sums') ? 0 : header ? 1 : 2);
  // Without its checksums a backup is not whole; the manifest says until the end what the folder was.
  await io.removeFolder(place, stamp, [
    ...found.files.toSorted((a, b) => rank(a) - rank(b)).map((file) => file.name),
    ...[nextOf(verification), verification, nextOf(manifest), manifest],
  ]);
}

/** Why the content of a folder is not only that of a backup, as a clause; undefined if it is. */
function whyStray({ strays }: BackupStore, name: string): string | undefined {
  const stray = strays.find((each) => each.startsWith(`${name}/`) && each !== `${name}/`);
  return stray && `it contains ${stray.slice(name.length + 1)}, which blockplan did not create`;
}

function isEmpty({ manifest, verification, files, strays, unread }: StoreSubfolder): boolean {
  const all = [manifest, verification, unread, ...files, ...strays];
  return all.every((each) => each === undefined);
}

/** Whether a backup lacks an image or its checksums. A removal leaves the manifest for last. */
async function hasLostFile(io: HostIO, path: string, name: string): Promise<boolean> {
  const folder = await io.readStore(path);
  const found = folder?.folders.find((each) => each.name === name);
  const { disks = [] } =
    (folder && backupStoreOf(folder).backups.find((each) => each.name === name)) || {};
  const names = new Map(found?.files.map((each) => [each.name, each]));
  return disks.some(({ target, file }) => !names.has(file) || !names.has(sumsName(target)));
}

/** @throws EffectFailed where a backup that stays was whole before, and is not now */
async function requireWhole(io: HostIO, path: string, before: BackupStore): Promise<void> {
  const { store } = await readStore(io, path);
  for (const { name, findings, dropped } of before.backups) {
    if (dropped || findings.some(({ severity }) => severity === 'error')) continue;
    const now = store.backups.find((each) => each.name === name);
    const wrong = now?.findings.find(({ severity }) => severity === 'error');
    if (!now)
      throw new EffectFailed(`the backup ${name} in ${path} was removed by another process`);
    if (wrong) throw new EffectFailed(`after the removal, ${wrong.message}`);
  }
}
