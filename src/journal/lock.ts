/**
 * One run per domain on this machine. Every taker has a file of its own, with a name that no other process ever uses: so
 * any process can remove a dead taker's file at any time, and none removes a living one's by mistake.
 */
import { link, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { amount, fields, mismatchOf, text } from '../model/shape.ts';
import { bootId, isProcessAlive, startTime } from '../processes.ts';
import { makeFolder } from './durable.ts';
import { statePath } from './folder.ts';

/** How long another taker may take to decide; a process that is stopped for longer counts as the holder. */
const UNDECIDED_MS = 5_000;

/** Who holds a lock. Boot and start time distinguish a process from a later one with the same PID. */
export interface LockOwner {
  readonly run: string;
  /** Distinguishes takers: two processes may resume the same interrupted run at once. */
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
 * Takes the lock of a domain. A taker first claims the lock and then reads the claims of others: a holder keeps it; among
 * several claims the first by name gets it, once all others have been withdrawn.
 * @param state the state directory
 * @param key see `domainKey`
 * @param run the run ID
 * @param taker a name that no other taker uses: the run ID at its first start
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
  // The claim appears with its content in one step: half a file would count as a dead owner's.
  await rename(draft, claim);
  if (!(await isLeftToUs(folder, key, taker))) {
    await unlink(claim);
    const heldBy = await winner(folder, key);
    // No winner: the other has withdrawn or already finished, so the lock is free again.
    return heldBy ? { heldBy } : takeLock(state, key, run, user, taker);
  }
  // The claim stays as long as the lock is held, so that a listing of the folder never misses it.
  await link(claim, held);
  return {
    async release() {
      await unlink(held);
      await unlink(claim);
    },
  };
}

/** Waits until no other process wants the lock (true), or until another has it (false). */
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

/** Who got the lock instead, or claims it and has not decided; undefined if it is free again. */
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

/** The claim of a living process on a domain. */
interface Claim {
  readonly owner: LockOwner;
  readonly held: boolean;
}

/** All claims of living processes on a domain; the files of dead ones are removed. */
async function claims(folder: string, key: string): Promise<Claim[]> {
  const found: Claim[] = [];
  const names = await namesOf(folder, key);
  for (const name of names.filter((each) => each.endsWith(`.${CLAIM}`))) {
    const held = `${name.slice(0, -CLAIM.length)}${HELD}`;
    const owner = await readOwner(join(folder, name));
    if (owner && isProcessAlive(owner)) found.push({ owner, held: names.includes(held) });
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

/** The owner of a domain's lock, dead or alive; a living one if there are several; undefined if no process holds it. */
export async function lockOwner(state: string, key: string): Promise<LockOwner | undefined> {
  const folder = join(state, 'locks');
  const held = (await namesOf(folder, key)).filter((name) => name.endsWith(`.${HELD}`));
  const owners = (await Promise.all(held.map((name) => readOwner(join(folder, name))))).filter(
    (owner) => owner !== undefined,
  );
  return owners.find(isProcessAlive) ?? owners[0];
}

/** Who holds a lock now, by the run that it is held for; living owners only. */
export async function livingHolders(state: string): Promise<ReadonlyMap<string, LockOwner>> {
  const folder = join(state, 'locks');
  const held = (await namesIn(folder)).filter((name) => name.endsWith(`.${HELD}`));
  const owners = await Promise.all(held.map((name) => readOwner(join(folder, name))));
  return new Map(
    owners.flatMap((owner) => (owner && isProcessAlive(owner) ? [[owner.run, owner]] : [])),
  );
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
