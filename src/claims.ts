/**
 * Locks between processes, as files in a folder: of a domain on this machine, and of a backup store on any host that
 * reaches it. Every taker has files of its own, with a name that no other process ever uses: so any process can remove a
 * dead taker's files at any time, and none removes a living one's by mistake.
 *
 * A taker first claims the lock and then reads the claims of others. A holder keeps it. Among several claims that exclude
 * each other, the first by name gets it, once the others have been withdrawn. Every room except model may import this file.
 */
import { link, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long another taker may take to decide; a process that is stopped for longer counts as the holder. */
const UNDECIDED_MS = 5_000;

/** Holders in `shared` mode exclude only one in `exclusive` mode, which excludes all others. */
export type LockMode = 'exclusive' | 'shared';

/** What the file of a taker says, as far as this protocol reads it. */
export interface Taker {
  /** Distinguishes takers: no other uses this name. It is a part of file names. */
  readonly taker: string;
  /** Exclusive unless specified. */
  readonly mode?: LockMode;
}

export interface Lock {
  release(): Promise<void>;
}

/** A lock that can be taken. */
export interface LockFiles<T extends Taker> {
  /** It holds the files of all takers. */
  readonly folder: string;
  /** Distinguishes the lock from others in the folder; it is a part of file names. */
  readonly key: string;
  /** Whether the content of the files must survive a power loss. */
  readonly durable?: boolean;
  /**
   * The taker in a file.
   * @param name the file's name
   * @returns undefined where the content is none, and so counts as a dead taker's
   */
  read(content: string, name: string): T | undefined;
  /** Whether the taker can still hold the lock. */
  isAlive(taker: T): boolean;
}

const DRAFT = 'draft';
const CLAIM = 'claim';
const HELD = 'lock';

/**
 * Takes a lock.
 * @returns the lock, or those that hold it: at least one, and several only in shared mode
 * @throws an error of the file system, without leaving a file
 */
export async function takeClaim<T extends Taker>(
  files: LockFiles<T>,
  taker: T,
): Promise<Lock | { readonly heldBy: readonly [T, ...T[]] }> {
  const [draft, claim, held] = [DRAFT, CLAIM, HELD].map((ending) =>
    join(files.folder, `${files.key}.${taker.taker}.${ending}`),
  ) as [string, string, string];
  for (;;) {
    try {
      const flush = files.durable ?? false;
      await writeFile(draft, JSON.stringify(taker), { flag: 'wx', mode: 0o600, flush });
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    // The claim appears with its content in one step: half a file would count as a dead taker's. It replaces no other.
    try {
      await link(draft, claim);
    } finally {
      await rm(draft, { force: true });
    }
    if (await isLeftTo(files, taker)) {
      // The claim stays as long as the lock is held, so that a listing of the folder never misses it.
      await link(claim, held);
      return {
        async release() {
          await unlink(held);
          await unlink(claim);
        },
      };
    }
    await unlink(claim);
    const [first, ...more] = await winners(files, taker);
    if (first) return { heldBy: [first, ...more] };
    // No winner: the others have withdrawn or already finished, so the lock is free again.
  }
}

/** Waits until no other process wants the lock (true), or until another has it (false). */
async function isLeftTo<T extends Taker>(files: LockFiles<T>, taker: T): Promise<boolean> {
  const deadline = performance.now() + UNDECIDED_MS;
  for (;;) {
    const others = await rivals(files, taker);
    if (others.length === 0) return true;
    if (others.some(({ held, owner }) => held || owner.taker < taker.taker)) return false;
    if (performance.now() > deadline) return false;
    await delay(2);
  }
}

/** Who got the lock instead, or claims it and has not decided; empty if it is free again. */
async function winners<T extends Taker>(files: LockFiles<T>, taker: T): Promise<T[]> {
  const deadline = performance.now() + UNDECIDED_MS;
  for (;;) {
    const others = await rivals(files, taker);
    const holders = others.filter(({ held }) => held);
    if (holders.length > 0) return holders.map(({ owner }) => owner);
    if (others.length === 0 || performance.now() > deadline)
      return others.map(({ owner }) => owner);
    await delay(2);
  }
}

/** The claim of a living taker. */
interface Claim<T> {
  readonly owner: T;
  readonly held: boolean;
}

/** The claims of other living takers that exclude this one; the files of all dead ones are removed. */
async function rivals<T extends Taker>(files: LockFiles<T>, taker: T): Promise<Claim<T>[]> {
  const found: Claim<T>[] = [];
  const names = await namesOf(files.folder, files.key);
  for (const name of names.filter((each) => each.endsWith(`.${CLAIM}`))) {
    const held = `${name.slice(0, -CLAIM.length)}${HELD}`;
    const owner = await readTaker(files, name);
    if (owner && files.isAlive(owner)) found.push({ owner, held: names.includes(held) });
    else
      await Promise.all([held, name].map((each) => rm(join(files.folder, each), { force: true })));
  }
  return found.filter(({ owner }) => owner.taker !== taker.taker && excludes(owner, taker));
}

function excludes(one: Taker, other: Taker): boolean {
  return one.mode !== 'shared' || other.mode !== 'shared';
}

/**
 * Those who hold a lock, dead or alive; changes nothing.
 * @param files the lock; without a key, all locks in the folder
 */
export async function holdersOf<T extends Taker>(
  files: Pick<LockFiles<T>, 'folder' | 'read'> & { readonly key?: string },
): Promise<T[]> {
  const held = (await namesOf(files.folder, files.key)).filter((name) => name.endsWith(`.${HELD}`));
  const takers = await Promise.all(held.map((name) => readTaker(files, name)));
  return takers.filter((taker) => taker !== undefined);
}

async function namesOf(folder: string, key: string | undefined): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return key === undefined ? names : names.filter((name) => name.startsWith(`${key}.`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The taker that a file names; undefined where the file does not exist or its content is none. */
async function readTaker<T extends Taker>(
  { folder, read }: Pick<LockFiles<T>, 'folder' | 'read'>,
  name: string,
): Promise<T | undefined> {
  try {
    return read(await readFile(join(folder, name), 'utf8'), name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Parses JSON; undefined where the text is none, such as that of a file that was not written to its end. */
export function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
