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
  const user = io.user === 0 ? 'root' : `uid ${io.user ?? '?'}`;
  const taker = { purpose, run: basename(folder), user };
  const lock = await io.lockStore(store, mode, taker);
  if ('heldBy' in lock) throw new EffectFailed(heldText(store, lock.heldBy), { begun: false });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

function heldText(store: string, holders: readonly StoreHolder[]): string {
  const [first] = holders;
  if (!first) return `the backup store ${store} is locked`;
  const { purpose, run, user, host, pid, since, elsewhere, files } = first;
  const by = run === undefined ? purpose : `${purpose} of run ${run}`;
  const held = `the backup store ${store} is in use since ${since} by ${by} (${user}@${host}, pid ${pid})`;
  return elsewhere
    ? `${held}. Whether that process still runs cannot be checked from here; once it has certainly ended, remove its lock: ${commandLine('rm', '-f', ...files)}`
    : `${held}. Try again once it has ended`;
}
