/** Finds who else has a file open, by any of its names and as any user. */
import { readdir, readFile, readlink, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileUsers } from '../model/destination.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { goneAsNull, identityOf, inspectFile, isElsewhere, isFileAt } from './files.ts';

/** Descriptors that are not files: without a path, devices, or made by the kernel. Devices count where one is queried. */
const NO_FILE = /^(?!\/)|^\/memfd:|^\/(?:dev(?!\/shm\/)|proc|sys)\//;

/** The pauses between looks at a file that is only read, in milliseconds. */
const PAUSES_MS = [100, 300, 600];

/**
 * Implements `HeldFile.openers`.
 *
 * A file that is only read, and then no longer open, is unused: another run opens each image of a folder to read its header.
 *
 * Only root can inspect the processes of other users, so the kernel's table of locks is checked too: QEMU and its tools
 * lock each image that they open, even for reading, and the table shows all locks to every user (QEMU,
 * docs/system/images.rst, "disk image file locking"; proc_locks(5)).
 *
 * What this process and its own qemu-img only read does not count.
 * @param name the path to show, where `path` is another path to the file
 * @param which who counts; writers are those that have it open for writing
 * @throws EffectFailed when this cannot be determined
 */
export async function openers(
  path: string,
  name = path,
  which: FileUsers = 'all',
): Promise<string[]> {
  let found = await openersNow(path, name, which);
  for (const pause of PAUSES_MS) {
    if (found.users.length === 0 || found.isLasting) break;
    await delay(pause);
    found = await openersNow(path, name, which);
  }
  return found.users;
}

interface Openers {
  readonly users: string[];
  /** Set where one of them writes, or is a device. */
  readonly isLasting?: true;
}

async function openersNow(path: string, name: string, which: FileUsers): Promise<Openers> {
  const identity = (await inspectFile(path))?.identity;
  if (identity === undefined) return { users: [] };
  const asked = await Promise.all((await pids()).map((pid) => hasOpen(pid, identity)));
  const known = asked.filter(({ who }) => who !== undefined);
  const found = known.flatMap(({ who, writes }) => (which === 'all' || writes ? (who ?? []) : []));
  const lasting = known.some(({ writes }) => writes) ? { isLasting: true as const } : {};
  if (found.length > 0) return { users: found, ...lasting };
  const loops = await loopDevices(identity);
  if (loops.length > 0) return { users: loops, isLasting: true };
  // QEMU locks what it only reads, too: a lock is explained by a reader that is known.
  const locked = known.length === 0 && (await isLocked(path));
  if (locked) return { users: ['a process that this user cannot inspect, such as QEMU'] };
  if (locked === undefined && asked.some(({ hidden }) => hidden))
    throw new EffectFailed(
      `${name} may be open in a process of another user, so it is left alone; run blockplan as root`,
    );
  return { users: [] };
}

async function pids(): Promise<string[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
}

interface Opener {
  readonly who?: string;
  readonly writes?: boolean;
  readonly hidden?: true;
}

async function hasOpen(pid: string, identity: string): Promise<Opener> {
  const folder = `/proc/${pid}/fd`;
  try {
    const fds = await readdir(folder);
    const open = await Promise.all(fds.map((fd) => isThat(join(folder, fd), identity)));
    if (!open.includes(true)) return {};
    const own = fds.filter((_fd, at) => open[at]);
    const modes = await Promise.all(own.map((fd) => isForWriting(`/proc/${pid}/fdinfo/${fd}`)));
    const writes = modes.includes(true);
    if (!writes && (await isOwn(pid))) return {};
    return { who: `process ${pid} (${await nameOf(pid)})`, writes };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return {};
    if (code === 'EACCES' || code === 'EPERM') return { hidden: true };
    throw error;
  }
}

/**
 * Whether it is this process, a copy of it that is about to become another program (such a copy has the same files open,
 * fork(2)), or a qemu-img that it runs. While blockplan checks one file, it reads the headers of others with these.
 */
async function isOwn(pid: string): Promise<boolean> {
  if (pid === `${process.pid}`) return true;
  const [itself, self] = await Promise.all([pid, 'self'].map(statusOf));
  const isOurs = itself?.parent === `${process.pid}`;
  return isOurs && (itself.name === 'qemu-img' || itself.name === self?.name);
}

/** The name and the parent of a process (proc_pid_status(5)). */
async function statusOf(pid: string): Promise<{ name?: string; parent?: string } | undefined> {
  const status = await goneAsNull(readFile(`/proc/${pid}/status`, 'utf8'));
  return /^Name:\s*(?<name>.*)$[\s\S]*^PPid:\s*(?<parent>\d+)$/m.exec(status ?? '')?.groups;
}

/** Compares identities, not names: the process may have opened the file by another name or in another mount namespace. */
async function isThat(place: string, identity: string): Promise<boolean> {
  try {
    const at = await readlink(place);
    if (NO_FILE.test(at) && !(at.startsWith('/dev/') && identity.startsWith('device ')))
      return false;
    return identityOf(await stat(place)) === identity;
  } catch (error) {
    // It has been closed in the meantime, or is on another file system than ours.
    if (isElsewhere(error)) return false;
    throw error;
  }
}

/** The last two bits of the flags, which are octal, are the access mode (proc_pid_fdinfo(5), open(2)). */
async function isForWriting(info: string): Promise<boolean> {
  const flags = /^flags:\s*([0-7]+)$/m.exec((await goneAsNull(readFile(info, 'utf8'))) ?? '')?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0;
}

async function nameOf(pid: string): Promise<string> {
  return (await goneAsNull(readFile(`/proc/${pid}/comm`, 'utf8')))?.trim() ?? 'already exited';
}

/** A loop device holds its file open inside the kernel, not in a process. */
async function loopDevices(identity: string): Promise<string[]> {
  const names = (await goneAsNull(readdir('/sys/block'))) ?? [];
  const found = await Promise.all(
    names
      .filter((name) => name.startsWith('loop'))
      .map(async (name) => {
        const file = await goneAsNull(readFile(`/sys/block/${name}/loop/backing_file`, 'utf8'));
        const isHeld = file && (await isFileAt(file.replace(/\n$/, ''), identity));
        return isHeld ? [`the loop device ${name}`] : [];
      }),
  );
  return found.flat();
}

/** The file systems (by statfs type) where stat reports the same device number as the kernel's table of locks. */
const TELLS_ITS_DEVICE: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x01021994, // tmpfs
]);

/**
 * Whether any process holds a lock on the file; undefined where the table cannot be read. The table has the kernel's device
 * number, which differs from stat's on some file systems, such as btrfs: there only the inode is compared, and in doubt the
 * file counts as locked.
 */
async function isLocked(path: string): Promise<boolean | undefined> {
  try {
    const table = await readFile('/proc/locks', 'utf8');
    const { ino, dev } = await stat(path);
    const device = TELLS_ITS_DEVICE.has((await statfs(path)).type) ? numbersOf(dev) : undefined;
    return lockedInodes(table).some(
      (lock) => lock.inode === `${ino}` && (device === undefined || lock.device === device),
    );
  } catch {
    // Whatever the reason is, the locks are unknown.
    return undefined;
  }
}

/** `fe:00:2171230`: two hexadecimal numbers of the device, and the inode. */
function lockedInodes(table: string): { readonly device: string; readonly inode: string }[] {
  return [...table.matchAll(/\s([\da-f]+:[\da-f]+):(\d+)\s/gi)].map(([, device, inode]) => ({
    device: device!.toLowerCase(),
    inode: inode!,
  }));
}

/** A device number as written in the table of locks (Linux, kdev_t.h: 12 bits of major, 20 of minor). */
function numbersOf(dev: number): string {
  const hex = (number: number) => number.toString(16).padStart(2, '0');
  return `${hex((dev >>> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >>> 12) & 0xfff00))}`;
}
