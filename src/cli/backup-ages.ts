/** How old the newest good backup in each store is: what monitoring asks every few minutes. Needs no libvirt. */
import { resolve } from 'node:path';
import { localHost } from '../host-io/local-host.ts';
import { redactValue } from '../model/redact-value.ts';
import type { BackupAge } from '../render/backup-ages.ts';
import { type ListedBackup, listBackups } from '../store/listing.ts';
import { backupStoreOf } from '../store/store.ts';
import { unreadStore } from '../store/unread-store.ts';

/**
 * @param maxAge in milliseconds
 * @param now in milliseconds since the epoch
 */
export function backupAges(
  stores: readonly string[],
  maxAge: number,
  now: number,
): Promise<BackupAge[]> {
  return Promise.all(stores.map(async (store) => redactValue(await ageIn(store, maxAge, now))));
}

async function ageIn(place: string, maxAge: number, now: number): Promise<BackupAge> {
  const store = resolve(place);
  const isTooOld = true;
  try {
    const folder = await localHost.readStore(store);
    if (!folder) return { store, isTooOld, problem: `the backup store ${store} does not exist` };
    const newest = listBackups(backupStoreOf(folder)).backups.find(isGood);
    if (newest?.time === undefined)
      return { store, isTooOld, problem: `${store} has no good backup` };
    const { name: backup, time } = newest;
    const age = now - Date.parse(time);
    // A clock that was wrong when the backup was made would otherwise keep it new for years.
    if (age < -maxAge)
      return { store, backup, time, isTooOld, problem: `the time of ${backup} is in the future` };
    return { store, backup, time, isTooOld: age > maxAge };
  } catch (error) {
    return { store, isTooOld, problem: unreadStore(store, error).message };
  }
}

/** The list begins with the newest. One that was found damaged does not count. */
function isGood({ state, verified }: ListedBackup): boolean {
  return state === 'complete' && verified?.good !== false;
}
