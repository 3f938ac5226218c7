/** One run a domain on this machine: a file made with O_EXCL that names its owner. */
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Who holds a lock. Boot and start time tell a living process from another that got its number later. */
export interface Owner {
  readonly run: string;
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
 * Takes the lock of a domain. The file appears with its content in one step (a link), and a dead owner's is moved aside
 * before it is judged, so that of two runs that find it at once only one goes on.
 * @param state the state folder
 * @param key the domain's UUID
 * @returns the lock, or the owner that holds it
 */
export async function takeLock(
  state: string,
  key: string,
  run: string,
  user: string,
): Promise<Lock | { heldBy: Owner }> {
  const folder = join(state, 'locks');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${key}.lock`);
  const mine = join(folder, `${key}.${run}`);
  const owner: Owner = {
    run,
    pid: process.pid,
    boot: bootId(),
    started: startTime(process.pid) ?? '',
    user,
    since: new Date().toISOString(),
  };
  await writeFile(mine, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
  try {
    while (!(await linked(mine, path))) {
      const heldBy = await readOwner(path);
      if (heldBy && isAlive(heldBy)) return { heldBy };
      const stolen = await moveAside(path, `${mine}.stale`);
      if (stolen && isAlive(stolen)) {
        await linked(`${mine}.stale`, path);
        await unlink(`${mine}.stale`);
        return { heldBy: stolen };
      }
      if (stolen) await unlink(`${mine}.stale`);
    }
    return { release: () => unlink(path) };
  } finally {
    await unlink(mine);
  }
}

/** Links a file to a name that nobody has; false when somebody has it. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead owner's lock out of the way and says whose it was; undefined when somebody else was quicker. */
async function moveAside(path: string, to: string): Promise<Owner | undefined> {
  try {
    await rename(path, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return readOwner(to);
}

/** Whether the process that is named still runs. */
export function isAlive(owner: Pick<Owner, 'pid' | 'boot' | 'started'>): boolean {
  return owner.boot === bootId() && startTime(owner.pid) === owner.started;
}

/** The owner of a domain's lock, dead or alive; undefined where nobody holds it. */
export async function lockOwner(state: string, key: string): Promise<Owner | undefined> {
  return readOwner(join(state, 'locks', `${key}.lock`));
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined;
    throw error;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** When a process started, in clock ticks since boot (proc(5), stat, field 22); undefined when there is none. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === 'ENOENT' ||
      (error as NodeJS.ErrnoException).code === 'ESRCH'
    )
      return undefined;
    throw error;
  }
}
