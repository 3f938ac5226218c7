/** One run per domain on this machine; `claims.ts` has the protocol. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { holdersOf, jsonOf, type Lock, type LockFiles, type Taker, takeClaim } from '../claims.ts';
import { amount, fields, mismatchOf, optionalField, text } from '../model/shape.ts';
import { isOutOfSight, isProcessAlive, type KnownProcess, ownProcess } from '../processes.ts';
import { hostIdOf, isThisHost, thisHost } from '../this-host.ts';
import { makeFolder } from './durable.ts';
import { statePath } from './folder.ts';

/** Who holds a lock. */
export interface LockOwner extends Omit<Taker, 'mode'>, KnownProcess {
  readonly run: string;
  readonly user: string;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Takes the lock of a domain.
 * @param state the state directory
 * @param key see `domainKey`
 * @param run the run ID
 * @returns the lock, or the owner that holds it
 */
export async function takeLock(
  state: string,
  key: string,
  run: string,
  user: string,
): Promise<Lock | { heldBy: LockOwner }> {
  // Two processes may work for one run at once, such as two that resume it.
  const taker = `${run}.${randomBytes(3).toString('hex')}`;
  // Throws where the names would lead elsewhere.
  statePath(state, 'locks', `${key}.${taker}.claim`);
  const files = { ...locksIn(state), key };
  await makeFolder(files.folder, 0o700);
  const taken = await takeClaim<LockOwner>(files, {
    run,
    taker,
    ...ownProcess(),
    user,
    since: new Date().toISOString(),
  });
  return 'heldBy' in taken ? { heldBy: taken.heldBy[0] } : taken;
}

/** The owner of a domain's lock, dead or alive; a living one if there are several; undefined if no process holds it. */
export async function lockOwner(state: string, key: string): Promise<LockOwner | undefined> {
  const owners = await holdersOf({ ...locksIn(state), key });
  return owners.find(isProcessAlive) ?? owners[0];
}

/** Who holds a lock now, by the run that it is held for; living owners only. */
export async function livingHolders(state: string): Promise<ReadonlyMap<string, LockOwner>> {
  const owners = await holdersOf(locksIn(state));
  return new Map(owners.filter(isProcessAlive).map((owner) => [owner.run, owner]));
}

/**
 * The files of a lock whose owner cannot be looked up here, because it is on another host or in another container; empty
 * for others. If that process has certainly ended, they must be removed by hand.
 * @param key see `domainKey`
 */
export function filesOutOfSight(state: string, key: string, owner: LockOwner): string[] {
  if (!isOutOfSight(owner)) return [];
  return ['claim', 'lock'].map((ending) => join(state, 'locks', `${key}.${owner.taker}.${ending}`));
}

function locksIn(state: string): Omit<LockFiles<LockOwner>, 'key'> {
  const folder = join(state, 'locks');
  return { folder, read: (content) => readOwner(content, folder), isAlive: isProcessAlive };
}

const ownerShape = fields<LockOwner>({
  run: text,
  taker: text,
  pid: amount,
  boot: text,
  started: text,
  host: optionalField(text),
  machine: optionalField(text),
  namespace: optionalField(text),
  user: text,
  since: text,
});

/** An owner on this machine has the name that the machine has now: it may have been renamed since. */
function readOwner(content: string, folder: string): LockOwner | undefined {
  const value = jsonOf(content);
  if (mismatchOf(ownerShape, value)) return undefined;
  const owner = value as LockOwner;
  const { host, machine } = owner;
  const isHere =
    host !== undefined && machine && isThisHost({ host, hostId: hostIdOf(machine) }, folder);
  return isHere ? { ...owner, host: thisHost().host } : owner;
}
