/**
 * The lock of a backup store: taken alone by what removes backups, shared by what reads or adds them. Several hosts may
 * reach a store, and processes of another host cannot be checked: their claims are never judged dead.
 */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  holdersOf,
  jsonOf,
  type Lock,
  type LockFiles,
  type LockMode,
  type Taker,
  takeClaim,
} from '../claims.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { amount, fields, mismatchOf, oneOf, optionalField, text } from '../model/shape.ts';
import type { StoreHolder } from '../model/store-holder.ts';
import {
  bootId,
  isOutOfSight,
  isProcessAlive,
  type KnownProcess,
  ownProcess,
} from '../processes.ts';
import { failedAt } from './held-name.ts';
import type { StoreTaker } from './store-lock.ts';

/** The folder of the files in a store. No backup may have this name. */
const FOLDER = 'locks';
const KEY = 'store';

/** What the file of a taker says. */
interface StoreClaim extends Taker, StoreTaker, KnownProcess {
  readonly mode: LockMode;
  readonly host: string;
  readonly machine: string;
  readonly since: string;
}

/** Implements `HostIO.lockStore`. */
export async function lockStore(
  store: string,
  mode: LockMode,
  taker: StoreTaker,
): Promise<Lock | { readonly heldBy: readonly StoreHolder[] }> {
  try {
    await makeLockFolder(join(store, FOLDER));
    const taken = await takeClaim(storeLock(store), claimOf(mode, taker));
    if (!('heldBy' in taken)) return taken;
    return { heldBy: taken.heldBy.map((claim) => holder(store, claim)) };
  } catch (error) {
    throw failedAt(`${store} cannot be locked`, error, []);
  }
}

/** Implements `HostIO.storeHolders`. */
export async function storeHolders(store: string): Promise<StoreHolder[]> {
  const lock = storeLock(store);
  return (await holdersOf(lock)).filter(lock.isAlive).map((claim) => holder(store, claim));
}

async function makeLockFolder(path: string): Promise<void> {
  try {
    await mkdir(path, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!(await lstat(path)).isDirectory()) throw new EffectFailed(`${path} is not a folder`);
  }
}

function storeLock(store: string): LockFiles<StoreClaim> {
  return {
    folder: join(store, FOLDER),
    key: KEY,
    durable: true,
    read: readClaim,
    isAlive: (claim) => isUnknown(claim) || isProcessAlive(claim),
  };
}

function claimOf(mode: LockMode, { purpose, run, user }: StoreTaker): StoreClaim {
  return {
    ...{ purpose, ...(run === undefined ? {} : { run }), user },
    taker: randomBytes(8).toString('hex'),
    mode,
    ...ownProcess(),
    since: new Date().toISOString(),
  };
}

const claimShape = fields<StoreClaim>({
  taker: text,
  mode: oneOf<LockMode>('exclusive', 'shared'),
  purpose: text,
  run: optionalField(text),
  user: text,
  pid: amount,
  boot: text,
  started: text,
  host: text,
  machine: text,
  namespace: optionalField(text),
  since: text,
});

function readClaim(content: string, file: string): StoreClaim {
  const value = jsonOf(content);
  const taker = file.split('.')[1] ?? '';
  if (mismatchOf(claimShape, value) || (value as StoreClaim).taker !== taker)
    return unreadable(taker);
  return value as StoreClaim;
}

/** A claim that another version may have written, perhaps on another host: nothing is known of it, so it excludes all. */
function unreadable(taker: string): StoreClaim {
  const unknown = 'unknown';
  return {
    ...{ taker, mode: 'exclusive' },
    ...{ purpose: unknown, user: unknown, host: unknown, since: unknown },
    ...{ pid: 0, boot: '', started: '', machine: '' },
  };
}

/** Without a machine id, two hosts of the same name can only be told apart as long as they do not boot again. */
function isUnknown({ machine, boot }: StoreClaim): boolean {
  return machine === '' && boot !== bootId();
}

function holder(store: string, claim: StoreClaim): StoreHolder {
  const { mode, purpose, run, user, host, pid, since, taker } = claim;
  return {
    ...{ mode, purpose, ...(run === undefined ? {} : { run }), user, host, pid, since },
    ...(isUnknown(claim) || isOutOfSight(claim) ? { elsewhere: true as const } : {}),
    files: ['claim', 'lock'].map((ending) => join(store, FOLDER, `${KEY}.${taker}.${ending}`)),
  };
}
