/** Who has a file open: by any of its names, and whoever runs the process. */
import { readdir, readFile, readlink, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { EffectFailed } from '../model/effect-failed.ts';
import { goneAsNull, identityOf, inspectFile, isElsewhere, isFileAt } from './files.ts';

/** What a process holds open besides files: it has no path, or is a device, or is made by the kernel. A device counts where one is asked for. */
const NO_FILE = /^(?!\/)|^\/memfd:|^\/(?:dev(?!\/shm\/)|proc|sys)\//;

/**
 * Implements `HeldFile.openers`.
 *
 * The processes of other users cannot be asked by everybody, so the kernel's table of locks is looked at too: QEMU and
 * its tools lock each image that they open, for reading as well, and the table shows everybody's locks to everybody
 * (QEMU, docs/system/images.rst, "disk image file locking"; proc_locks(5)).
 * @param name the file's own path, where `path` is another way to it
 * @throws EffectFailed when it cannot be told
 */
export async function openers(path: string, name = path): Promise<string[]> {
  const identity = (await inspectFile(path))?.identity;
  if (identity === undefined) return [];
  const asked = await Promise.all((await pids()).map((pid) => hasOpen(pid, identity)));
  const found = asked.flatMap(({ who }) => who ?? []);
  if (found.length > 0) return found;
  const loops = await loopDevices(identity);
  if (loops.length > 0) return loops;
  const locked = await isLocked(path);
  if (locked) return ['a process that this user may not look into, such as a QEMU'];
  if (locked === undefined && asked.some(({ hidden }) => hidden))
    throw new EffectFailed(
      `nobody can tell whether ${name} is open in a process of another user, so it is left alone; run it as root`,
    );
  return [];
}

async function pids(): Promise<string[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
}

async function hasOpen(pid: string, identity: string): Promise<{ who?: string; hidden?: true }> {
  const folder = `/proc/${pid}/fd`;
  try {
    const fds = await readdir(folder);
    const open = await Promise.all(fds.map((fd) => isThat(join(folder, fd), identity)));
    return open.includes(true) ? { who: `process ${pid} (${await nameOf(pid)})` } : {};
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return {};
    if (code === 'EACCES' || code === 'EPERM') return { hidden: true };
    throw error;
  }
}

/** By identity, not by name: the process may have opened it by another one, or in another mount namespace. */
async function isThat(place: string, identity: string): Promise<boolean> {
  try {
    const at = await readlink(place);
    if (NO_FILE.test(at) && !(at.startsWith('/dev/') && identity.startsWith('device ')))
      return false;
    return identityOf(await stat(place)) === identity;
  } catch (error) {
    // It has been closed meanwhile, or lies where ours does not.
    if (isElsewhere(error)) return false;
    throw error;
  }
}

async function nameOf(pid: string): Promise<string> {
  return (await goneAsNull(readFile(`/proc/${pid}/comm`, 'utf8')))?.trim() ?? 'ended meanwhile';
}

/** A loop device holds its file open inside the kernel: no process shows it. */
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

/** By the number that statfs gives their kind: the file systems whose files stat tells by the device that the kernel locks by. */
const TELLS_ITS_DEVICE: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x01021994, // tmpfs
]);

/**
 * Whether any process holds a lock on it; undefined where the table cannot be read. The table names a file system by the
 * kernel's number, and stat gives another one on some, such as btrfs: there the inode alone counts, and in doubt the file
 * is taken for locked.
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
    // Whatever the reason is: it cannot be told.
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

/** A device number as the table of locks writes it (Linux, kdev_t.h: 12 bits of major, 20 of minor). */
function numbersOf(dev: number): string {
  const hex = (number: number) => number.toString(16).padStart(2, '0');
  return `${hex((dev >>> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >>> 12) & 0xfff00))}`;
}
