/** The part of `HostIO` that keeps several processes, also of several hosts, from changing one backup store. */
import type { Lock, LockMode } from '../claims.ts';
import type { StoreHolder } from '../model/store-holder.ts';

/** The locks of backup stores. Whoever changes or reads a store for a while holds its lock. */
export interface StoreLocks {
  /**
   * Takes the lock of a store: `exclusive` where backups are removed or merged, `shared` where they are made or read. The
   * taker is the process that does this, so an agent's locks end with it.
   * @returns the lock, or those that hold it. The files of a process of this host that has ended are removed; a claim of
   * another host is kept in any case.
   * @throws EffectFailed where the store does not exist, or this user cannot write to it
   */
  lockStore(
    store: string,
    mode: LockMode,
    taker: StoreTaker,
  ): Promise<Lock | { readonly heldBy: readonly StoreHolder[] }>;
  /** Those who hold the lock of a store now, without the ones that have certainly ended. Changes nothing. */
  storeHolders(store: string): Promise<readonly StoreHolder[]>;
}

/** For what a lock is taken, and for whom: what those who are refused get to read. */
export type StoreTaker = Pick<StoreHolder, 'purpose' | 'run' | 'user'>;
