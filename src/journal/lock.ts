/**
 * One run a domain on this machine. Every taker has a file of its own, whose name nobody else ever uses: so a dead
 * one's can be removed by anybody at any time, and nobody removes a living one's by mistake.
 */
import { link, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { amount, fields, mismatchOf, text } from '../model/shape.ts';
import { bootId, startTime } from '../processes.ts';
import { makeFolder } from './durable.ts';
import { statePath } from './folder.ts';

/** How long another taker may take to make up its mind; a process that is stopped for longer counts as the holder. */
const UNDECIDED_MS = 5_000;

/** Who holds a lock. Boot and start time tell a living process from another that got its number later. */
export interface LockOwner {
  readonly run: string;
  /** Who takes it: a run that was interrupted may be resumed by two at once. */
  readonly taker: string;
  readonly pid: number;
  readonly boot: string;
  readonly started: string;
  readonly user: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a domain. A taker first says that it wants the lock and then looks at who else does: whoever has it
 * keeps it; of those who want it the first by name gets it, once all others have stepped back.
 * @param state the state folder
 * @param key see `domainKey`
 * @param run the run's id
 * @param taker what nobody else calls itself: the run's id at its first start
 * @returns the lock, or the owner that holds it
 */
export async function takeLock(
  state: string,
  key: string,
  run: string,
  user: string,
  taker = run,
): Promise<Lock | { heldBy: LockOwner }> {
  const folder = join(state, 'locks');
  await makeFolder(folder, 0o700);
  const [draft, claim, held] = ['draft', CLAIM, HELD].map((ending) =>
    statePath(state, 'locks', `${key}.${taker}.${ending}`),
  ) as [string, string, string];
  const owner: LockOwner = {
    run,
    taker,
    pid: process.pid,
    boot: bootId(),
    started: startTime(process.pid) ?? '',
    user,
    since: new Date().toISOString(),
  };
  try {
    await writeFile(draft, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  // The claim appears with its content in one step: half a file would pass for a dead owner's.
  await rename(draft, claim);
  if (!(await isLeftToUs(folder, key, taker))) {
    await unlink(claim);
    const heldBy = await winner(folder, key);
    // Nobody: the other has given up or was quick, so the lock is free again.
    return heldBy ? { heldBy } : takeLock(state, key, run, user, taker);
  }
  // The claim stays as long as the lock is held, so that at no moment a look into the folder could miss it.
  await link(claim, held);
  return {
    async release() {
      await unlink(held);
      await unlink(claim);
    },
  };
}

/** Waits until nobody else wants the lock any more (true), or until it is another's (false). */
async function isLeftToUs(folder: string, key: string, taker: string): Promise<boolean> {
  const deadline = Date.now() + UNDECIDED_MS;
  for (;;) {
    const others = (await claims(folder, key)).filter((claim) => claim.owner.taker !== taker);
    if (others.length === 0) return true;
    if (others.some(({ held, owner }) => held || owner.taker < taker)) return false;
    if (Date.now() > deadline) return false;
    await delay(2);
  }
}

/** Who has got the lock that was left to another, or wants it and takes its time; undefined when it is free again. */
async function winner(folder: string, key: string): Promise<LockOwner | undefined> {
  const deadline = Date.now() + UNDECIDED_MS;
  for (;;) {
    const others = await claims(folder, key);
    const holder = others.find(({ held }) => held);
    if (holder || others.length === 0 || Date.now() > deadline) return (holder ?? others[0])?.owner;
    await delay(2);
  }
}

const CLAIM = 'claim';
const HELD = 'lock';

/** What a living process has put down for a domain. */
interface Claim {
  readonly owner: LockOwner;
  readonly held: boolean;
}

/** All claims of living processes on a domain; what dead ones have left is removed. */
async function claims(folder: string, key: string): Promise<Claim[]> {
  const found: Claim[] = [];
  const names = await namesOf(folder, key);
  for (const name of names.filter((each) => each.endsWith(`.${CLAIM}`))) {
    const held = `${name.slice(0, -CLAIM.length)}${HELD}`;
    const owner = await readOwner(join(folder, name));
    if (owner && isAlive(owner)) found.push({ owner, held: names.includes(held) });
    else await Promise.all([held, name].map((each) => rm(join(folder, each), { force: true })));
  }
  return found;
}

async function namesOf(folder: string, key: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => name.startsWith(`${key}.`));
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Whether the process that is named still runs. */
export function isAlive(owner: Pick<LockOwner, 'pid' | 'boot' | 'started'>): boolean {
  return owner.boot === bootId() && startTime(owner.pid) === owner.started;
}

/** The owner of a domain's lock, dead or alive; a living one where there are several; undefined where nobody holds it. */
export async function lockOwner(state: string, key: string): Promise<LockOwner | undefined> {
  const folder = join(state, 'locks');
  const held = (await namesOf(folder, key)).filter((name) => name.endsWith(`.${HELD}`));
  const owners = (await Promise.all(held.map((name) => readOwner(join(folder, name))))).filter(
    (owner) => owner !== undefined,
  );
  return owners.find(isAlive) ?? owners[0];
}

/** Who holds a lock now, by the run that it is held for; nobody who is dead. */
export async function livingHolders(state: string): Promise<ReadonlyMap<string, LockOwner>> {
  const folder = join(state, 'locks');
  const held = (await namesIn(folder)).filter((name) => name.endsWith(`.${HELD}`));
  const owners = await Promise.all(held.map((name) => readOwner(join(folder, name))));
  return new Map(owners.flatMap((owner) => (owner && isAlive(owner) ? [[owner.run, owner]] : [])));
}

const ownerShape = fields<LockOwner>({
  run: text,
  taker: text,
  pid: amount,
  boot: text,
  started: text,
  user: text,
  since: text,
});

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return mismatchOf(ownerShape, value) ? undefined : (value as LockOwner);
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined;
    throw error;
  }
}
