/** Works on a backup store while its lock is held. */
import { basename } from 'node:path';
import { commandLine } from '../command.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { StoreHolder } from '../model/store-holder.ts';

/** What the lock of a store is taken for. */
export interface LockPurpose {
  readonly store: string;
  readonly mode: StoreHolder['mode'];
  /** The kind of the step. */
  readonly purpose: string;
}

/**
 * @throws EffectFailed, not begun, where another process holds the lock in a mode that excludes this one; what the work throws
 */
export async function withStoreLocked<T>(
  io: HostIO,
  { store, mode, purpose }: LockPurpose,
  { folder }: Pick<PerformContext, 'folder'>,
  work: () => Promise<T>,
): Promise<T> {
  const taker = { purpose, run: basename(folder), user: userOf(io) };
  const lock = await io.lockStore(store, mode, taker);
  if ('heldBy' in lock) throw new EffectFailed(heldText(store, lock.heldBy), { begun: false });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** The user that a lock is taken for. */
export function userOf({ user }: Pick<HostIO, 'user'>): string {
  return user === 0 ? 'root' : `uid ${user ?? '?'}`;
}

function heldText(store: string, holders: readonly StoreHolder[]): string {
  const { held, todo } = heldStore(store, holders);
  return `${held}. ${todo.charAt(0).toUpperCase()}${todo.slice(1)}`;
}

/** Who holds the lock of a store, and what to do about it, as sentences without a full stop. */
export function heldStore(
  store: string,
  [first]: readonly StoreHolder[],
): { readonly held: string; readonly todo: string } {
  if (!first) return { held: `the backup store ${store} is locked`, todo: 'try again' };
  const { purpose, run, user, host, pid, since, elsewhere, files } = first;
  const by = run === undefined ? purpose : `${purpose} of run ${run}`;
  return {
    held: `the backup store ${store} is in use since ${since} by ${by} (${user}@${host}, pid ${pid})`,
    todo: elsewhere
      ? `whether that process still runs cannot be checked from here; once it has certainly ended, remove its lock: ${commandLine('rm', '-f', ...files)}`
      : 'try again once it has ended',
  };
}
