/** Inspects the files and folders of this machine, as far as this user has access. */
import { type BigIntStats, constants, type Stats } from 'node:fs';
import { access, lstat, readlink, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import type { Folder, HostState, ImageFile } from '../model/host-state.ts';
import type { FileStamp, FileStat, FolderUser } from './host-io.ts';

/** Implements `HostIO.inspectFile`. */
export async function inspectFile(path: string): Promise<ImageFile | null> {
  const found = await allowed(path, absentAsNull(stat(path, { bigint: true })));
  if (!found) return null;
  const born = found.isFile() && hasBirthTime(found) ? { born: `${found.birthtimeNs}` } : {};
  return { size: Number(found.blocks) * 512, identity: identityOf(found), ...born };
}

/**
 * Where statx(2) is refused, such as by an old seccomp profile, Node reports the time of the last change instead (libuv,
 * `uv__fs_stat`). That of a file that was written to since it was created differs.
 */
function hasBirthTime({ birthtimeNs, ctimeNs }: BigIntStats): boolean {
  return birthtimeNs > 0n && birthtimeNs !== ctimeNs;
}

/** The same for every name of one file. Two nodes of one block device have the same identity. */
export function identityOf(found: Stats | BigIntStats): string {
  const [dev, ino] = [Number(found.dev), Number(found.ino)];
  return found.isBlockDevice() ? `device ${found.rdev}` : `${dev}:${ino}`;
}

/**
 * Whether the file at a path that the kernel reports, such as that of a swap file, has that identity. A path that this user
 * cannot follow counts as another file: the file in question has a path that the user can follow.
 */
export async function isFileAt(path: string, identity: string): Promise<boolean> {
  try {
    return identityOf(await stat(path)) === identity;
  } catch (error) {
    if (isElsewhere(error) || (error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}

/** Whether a file has disappeared, or is on a file system that is gone or does not answer. */
export function isElsewhere(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return ['ENOENT', 'ENOTDIR', 'ESRCH', 'ENOTCONN', 'ESTALE', 'EIO'].includes(code ?? '');
}

/** Implements `HostIO.inspectFiles`. */
export async function inspectFiles(
  paths: readonly string[],
): Promise<Required<Pick<HostState, 'files' | 'names'>>> {
  const looked = await Promise.all(
    [...new Set(paths)]
      .filter((path) => path.startsWith('/'))
      .map(async (path) => {
        const found = await inspectFile(path);
        const isLink = found !== null && (await allowed(path, linkAt(path))) !== null;
        const file = found && isLink ? { ...found, link: true as const } : found;
        return { path, file, leadsTo: file?.identity ?? (await placeOf(path)) };
      }),
  );
  return {
    files: Object.fromEntries(looked.map(({ path, file }) => [path, file])),
    names: Object.fromEntries(looked.map(({ path, leadsTo }) => [path, leadsTo])),
  };
}

/** Implements `HostIO.identify`. */
export async function identify(path: string): Promise<string> {
  return (await inspectFile(path))?.identity ?? (await placeOf(path));
}

/** Implements `HostIO.stat`. */
export async function statFile(path: string): Promise<FileStat | null> {
  const found = await absentAsNull(stat(path, { bigint: true }));
  const fileSystem = found && (await absentAsNull(statfs(path)));
  if (!fileSystem) return null;
  return {
    ...stampOf(found),
    kind: kindOf(found),
    length: Number(found.size),
    uid: Number(found.uid),
    device: `${found.dev}`,
    changed: `${found.ctimeNs}`,
    written: `${found.mtimeNs}`,
    ...(INVENTED_INODES.includes(fileSystem.type) ? { inoVaries: true } : {}),
  };
}

/** FUSE, CIFS, SMB2, FAT and exFAT: the client may number a file again each time that it is opened (statfs(2), magic.h). */
const INVENTED_INODES = [0x65735546, 0xff534d42, 0xfe534d42, 0x4d44, 0x2011bab0];

function kindOf(found: BigIntStats): FileStat['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isBlockDevice() ? 'block device' : 'other';
}

/** The device number is left out: it may change after a reboot. */
export function stampOf(found: BigIntStats): FileStamp {
  return { ino: `${found.ino}`, born: `${found.birthtimeNs}` };
}

/** The most links that QEMU and the kernel follow (path_resolution(7)). */
const MOST_LINKS = 40;

/** The place of a file that does not exist: the identity of the nearest existing folder, with the rest of the path. */
async function placeOf(path: string, links = 0): Promise<string> {
  const folder = dirname(path);
  const to = links < MOST_LINKS ? await allowed(path, linkAt(path)) : null;
  if (to !== null) return placeOf(resolve(await realFolder(path), to), links + 1);
  const found = await allowed(path, absentAsNull(stat(folder)));
  if (found) return `${found.dev}:${found.ino}/${basename(path)}`;
  return folder === path ? path : `${await placeOf(folder, links)}/${basename(path)}`;
}

/** The target of a symbolic link; null where the path is not a link. */
async function linkAt(path: string): Promise<string | null> {
  const found = await absentAsNull(lstat(path));
  return found?.isSymbolicLink() ? absentAsNull(readlink(path)) : null;
}

async function realFolder(path: string): Promise<string> {
  return (await absentAsNull(realpath(dirname(path)))) ?? dirname(path);
}

/** ext2 to ext4, XFS, JFS, GFS2, OCFS2 and tmpfs (statfs(2)): they store what is written, as it is. */
const PLAIN_FILE_SYSTEMS = [0xef53, 0x58465342, 0x3153464a, 0x01161970, 0x7461636f, 0x01021994];

/** Implements `HostIO.inspectFolder`. */
export async function inspectFolder(path: string, user?: FolderUser): Promise<Folder | null> {
  const found = await allowed(path, absentAsNull(statfs(path)));
  const itself = found && (await allowed(path, absentAsNull(stat(path))));
  if (!found || !itself?.isDirectory()) {
    const blockedBy = await obstacleOn(path);
    return blockedBy === undefined ? null : { free: 0, writable: false, blockedBy };
  }
  const real = await realpath(path);
  const barredAt = user && (await firstBarred(real, user));
  return {
    free: found.bavail * found.bsize,
    writable: await mayWrite(path),
    fileSystem: `${itself.dev}`,
    ...(PLAIN_FILE_SYSTEMS.includes(found.type) ? {} : { mayCompress: true }),
    ...(real === path ? {} : { real }),
    ...(barredAt === undefined ? {} : { barredAt }),
  };
}

/** What exists on the path and is not a folder; undefined if the path is only missing. */
async function obstacleOn(path: string): Promise<string | undefined> {
  const found = await allowed(path, absentAsNull(stat(path)));
  if (found) return found.isDirectory() ? undefined : path;
  return dirname(path) === path ? undefined : obstacleOn(dirname(path));
}

/**
 * The first folder on the path that the user certainly cannot enter. Where the group's bit grants access, it is unknown
 * whether this includes the user: it may be a member of the group, and an access list sets that bit as well.
 */
async function firstBarred(folder: string, { uid, gid }: FolderUser): Promise<string | undefined> {
  if (uid === 0) return undefined;
  const parts = folder.split('/').filter((part) => part !== '');
  for (let depth = 0; depth <= parts.length; depth++) {
    const path = `/${parts.slice(0, depth).join('/')}`;
    const found = await absentAsNull(stat(path));
    if (!found) return undefined;
    const mayOwner = found.uid === uid ? (found.mode & 0o100) !== 0 : undefined;
    const mayOthers = (found.mode & (found.gid === gid ? 0o010 : 0o011)) !== 0;
    if (!(mayOwner ?? mayOthers)) return path;
  }
  return undefined;
}

async function mayWrite(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    // Root is refused only on a read-only file system or in an immutable folder.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
    throw error;
  }
}

/** Turns missing access rights into a finding that the user can act on. */
async function allowed<T>(path: string, look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new BlockplanError('preflight-refused', [
      {
        code: codes.pathUnreadable,
        severity: 'error',
        message: `${path} cannot be inspected: ${(error as Error).message}`,
        hint: 'run blockplan as a user with access, such as root',
      },
    ]);
  }
}

/** Whether an error means that this user has no access, not that the file does not exist. */
export function isForbidden(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

/** The result; null where the file does not exist. */
export async function absentAsNull<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/**
 * The result of reading /proc or /sys; null where the entry is gone, even during the read: the kernel reports ENODEV for a
 * removed device, and ESRCH for a process that has ended (seen with a loop device on Linux 6.1).
 */
export async function goneAsNull<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await absentAsNull(look);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENODEV' || code === 'ENXIO' || code === 'ESRCH') return null;
    throw error;
  }
}
