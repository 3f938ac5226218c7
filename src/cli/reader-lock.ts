/** The lock of a backup store, for a command that only reads it. */
import type { Lock } from '../claims.ts';
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { heldStore, userOf } from '../libvirt/locked-store.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { StoreHolder } from '../model/store-holder.ts';
import { preflightRefusal } from './refusal.ts';

/** A store that no prune changes until it is released, unless the findings say otherwise. */
export interface ReadLock {
  readonly findings: readonly Finding[];
  /** @throws BlockplanError storeLockUnavailable if the lock cannot be removed */
  release(): Promise<void>;
}

/**
 * Locks a store for other readers and this one. A store that this user cannot write to is not locked: there is a warning then.
 * @param store its absolute path
 * @param purpose the name of the command
 * @throws BlockplanError storeLockUnavailable if another process has it alone, or the lock cannot be written
 */
export async function lockForReading(store: string, purpose: string): Promise<ReadLock> {
  const folder = await localHost.inspectFolder(store);
  if (folder && !folder.writable) return unlocked(store);
  try {
    const taker = { purpose, user: userOf(localHost) };
    const lock = await localHost.lockStore(store, 'shared', taker);
    if ('heldBy' in lock) throw refuseHeld(store, lock.heldBy);
    return { findings: [], release: () => release(store, lock) };
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    throw preflightRefusal(
      codes.storeLockUnavailable,
      error.message,
      'make sure that this user can write to the folder of the lock, and that there is free space',
    );
  }
}

async function unlocked(store: string): Promise<ReadLock> {
  const alone = (await knownHolders(store)).filter(({ mode }) => mode === 'exclusive');
  if (alone.length > 0) throw refuseHeld(store, alone);
  return {
    findings: [
      {
        code: codes.storeLockUnavailable,
        severity: 'warning',
        message: `the backup store ${store} cannot be written to, so it is not locked: a prune may remove the backup meanwhile`,
        hint: 'do not prune the store until this command has ended',
      },
    ],
    release: async () => {},
  };
}

/** None if this user may not read them. */
async function knownHolders(store: string): Promise<readonly StoreHolder[]> {
  try {
    return await localHost.storeHolders(store);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    return [];
  }
}

function refuseHeld(store: string, holders: readonly StoreHolder[]) {
  const { held, todo } = heldStore(store, holders);
  return preflightRefusal(codes.storeLockUnavailable, held, todo);
}

async function release(store: string, lock: Lock): Promise<void> {
  try {
    await lock.release();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    // Another process has removed the lock, or the store.
    if (code === 'ENOENT') return;
    throw preflightRefusal(
      codes.storeLockUnavailable,
      `the lock of the backup store ${store} cannot be removed: ${message}`,
      'ignore it if only this host uses the store: the lock of a process that has ended does not count there',
    );
  }
}
