/** The backup stores that a host state knows. */
import type { BackupStore } from './backup-store.ts';
import type { HostState } from './host-state.ts';

/** The store in that folder; undefined where it was not read, and `null` where no folder exists. */
export function storeIn(
  { stores = {} }: HostState,
  folder: string,
): BackupStore | null | undefined {
  return Object.hasOwn(stores, folder) ? stores[folder] : undefined;
}

/** The same host state with the backup stores of another one. */
export function withStoresOf(state: HostState, { stores }: HostState): HostState {
  return stores === undefined ? state : { ...state, stores };
}
