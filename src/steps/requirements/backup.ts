/** What steps require of a backup store. */
import { codes } from '../../codes.ts';
import type { Finding } from '../../errors.ts';
import type { BackupStore, StoredBackup } from '../../model/backup-store.ts';
import type { HostState } from '../../model/host-state.ts';
import { storeIn } from '../../model/known-stores.ts';
import { additionTo, ofOtherGuest } from '../../store/addition.ts';
import { backupMissing, backupUnreadable, newestUncertain } from '../../store/named-backup.ts';
import { LATEST } from '../../store/names.ts';
import { type Needs, type Refusal, refuse, refuseStep } from './requirement.ts';

/** Requires that a backup of the guest can be added to the store. Whether the folder exists is another requirement. */
export function requireOwnStore(needs: Needs, state: HostState, folder: string): boolean {
  const store = storeIn(state, folder);
  const addition = store ? additionTo(store, state.domain, folder) : { sequence: 1 };
  return needs.require(
    `the backups in ${folder}, if any, are of this guest`,
    { store: folder },
    'obstacles' in addition ? addition.obstacles.map(refuseStore) : [],
  );
}

/** An unfinished prune is the only obstacle that says nothing about what is in the store. */
function refuseStore({ code, message, hint }: Finding): Refusal {
  const refused = code === codes.pruneUnfinished ? refuse : refuseStep;
  return refused(code, 'store', message, hint);
}

/** The findings about the store as a whole. */
function checkReadable({ findings }: BackupStore): Refusal[] {
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message, hint }) => refuseStep(code, 'store', message, hint));
}

/** Requires that the store has a backup, whichever. */
export function requireBackups(needs: Needs, state: HostState, folder: string): boolean {
  const store = storeIn(state, folder);
  return needs.require(
    `${folder} has backups`,
    { store: folder },
    store === undefined ? checkKnown(state, folder) : checkAny(store, folder),
  );
}

/** Requires that the store can be pruned, and has the backups that are pinned. */
export function requirePrunable(
  needs: Needs,
  state: HostState,
  folder: string,
  pins: readonly string[] = [],
): boolean {
  const store = storeIn(state, folder);
  return needs.require(
    `${folder} is a backup store${pins.length > 0 ? ' that has the pinned backups' : ''}`,
    { store: folder },
    store === undefined ? checkKnown(state, folder) : checkPrunable(store, folder, pins),
  );
}

function checkPrunable(
  store: BackupStore | null,
  folder: string,
  pins: readonly string[],
): Refusal[] {
  if (!store) return [refuseMissing(folder)];
  const merged = store.mark?.drop.find(({ into }) => into !== undefined);
  if (merged)
    return [
      refuse(
        codes.pruneUnfinished,
        'store',
        `${merged.name} is being merged into ${merged.into} by a newer version of blockplan, which has not finished`,
        'finish it with that version',
      ),
    ];
  return [
    ...checkReadable(store),
    ...pins.flatMap((pin, at) =>
      store.backups.some(({ name }) => name === pin)
        ? []
        : [{ ...refuseBackup(backupMissing(store, folder, pin)), path: ['keep', 'pins', at] }],
    ),
  ];
}

function checkAny(store: BackupStore | null, folder: string): Refusal[] {
  if (!store) return [refuseMissing(folder)];
  const unread = checkReadable(store);
  if (unread.length > 0) return unread;
  return store.backups.length > 0 ? [] : [refuseBackup(backupMissing(store, folder, LATEST))];
}

function refuseMissing(folder: string): Refusal {
  return refuseStep(
    codes.notBackupStore,
    'store',
    `the backup store ${folder} does not exist`,
    'name a folder with backups of the guest',
  );
}

/**
 * Requires that the store has a backup of the guest.
 * @param name of the backup, or {@link LATEST}
 * @returns the backup; undefined if it cannot be used, or the store was not read
 */
export function requireBackup(
  needs: Needs,
  state: HostState,
  folder: string,
  name: string,
): StoredBackup | undefined {
  const store = storeIn(state, folder);
  const which = name === LATEST ? 'a backup' : `the backup ${name}`;
  const isFit = needs.require(
    `${folder} has ${which} of this guest`,
    { store: folder },
    store === undefined ? checkKnown(state, folder) : checkBackup(store, state, folder, name),
  );
  return isFit && store ? backupNamed(store, state, name) : undefined;
}

/** Facts have no stores. */
function checkKnown({ untold = [] }: HostState, folder: string): Refusal[] {
  return untold.includes('uri')
    ? [
        refuseStep(
          codes.storeUnreadable,
          'store',
          `the facts do not include the backup store ${folder}`,
          'preview the plan on the host, without facts',
        ),
      ]
    : [];
}

/** The backup of that name. The newest one is the last that was made, whatever the clock said. */
export function backupNamed(
  { backups }: BackupStore,
  { domain }: HostState,
  name: string,
): StoredBackup | undefined {
  return name === LATEST
    ? backups.findLast(({ point, dropped }) => point?.uuid === domain.uuid && !dropped)
    : backups.find((each) => each.name === name);
}

function checkBackup(
  store: BackupStore | null,
  state: HostState,
  folder: string,
  name: string,
): Refusal[] {
  if (!store) return [refuseMissing(folder)];
  const unread = checkReadable(store);
  if (unread.length > 0) return unread;
  const found = backupNamed(store, state, name);
  if (!found) return [refuseBackup(backupMissing(store, folder, name))];
  const problem = name === LATEST ? newestUncertain(store, found) : backupUnreadable(found);
  if (problem) return [refuseBackup(problem)];
  return found.point?.uuid === state.domain.uuid
    ? []
    : [refuseBackup(ofOtherGuest(found, state.domain))];
}

function refuseBackup({ code, message, hint }: Finding): Refusal {
  return refuseStep(code, 'backup', message, hint);
}
