/** Files of the host that libvirt runs on, as far as blockplan may look: whether they are there, sizes, folders. */
import { constants, type Stats } from 'node:fs';
import { access, open, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BlockplanError } from '../errors.ts';
import type { Folder, ImageFile } from '../model/world.ts';

/**
 * The file at that path; null when there is none.
 * @throws BlockplanError BP129 where this user may not look: nobody can tell then whether there is one
 */
export async function lookAtFile(path: string): Promise<ImageFile | null> {
  const found = await allowed(path, absentAsNull(stat(path)));
  if (!found) return null;
  return { size: found.blocks * 512, identity: identityOf(found) };
}

/** The same for every name of one file. Two nodes of one block device are one place, wherever they lie. */
export function identityOf(found: Stats): string {
  return found.isBlockDevice() ? `device ${found.rdev}` : `${found.dev}:${found.ino}`;
}

/** The files at those of the paths that are paths; a disk may as well be on a network. */
export async function lookAtFiles(
  paths: readonly string[],
): Promise<Record<string, ImageFile | null>> {
  const files = [...new Set(paths)].filter((path) => path.startsWith('/'));
  const looked = await Promise.all(
    files.map(async (path) => [path, await lookAtFile(path)] as const),
  );
  return Object.fromEntries(looked);
}

/**
 * The folder at that path; null when there is none.
 * @param user who shall get at files in it: the guest's QEMU
 * @throws BlockplanError BP129 where this user may not look
 */
export async function lookAtFolder(path: string, user?: User): Promise<Folder | null> {
  const found = await allowed(path, absentAsNull(statfs(path)));
  const itself = found && (await allowed(path, absentAsNull(stat(path))));
  if (!found || !itself) return null;
  const barredAt = user && (await firstBarred(await realpath(path), user));
  return {
    free: found.bavail * found.bsize,
    writable: await mayWrite(path),
    fileSystem: `${itself.dev}`,
    ...(barredAt === undefined ? {} : { barredAt }),
  };
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The first folder on the way that the user may certainly not enter. Where the group's bit lets somebody in, nobody can
 * tell from here whether that is this user: it may be in the group, and an access list shows in that bit as well.
 */
async function firstBarred(folder: string, { uid, gid }: User): Promise<string | undefined> {
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
    // For root only a read-only file system or an immutable folder says no.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
    throw error;
  }
}

/** The path without links in it; for a file that is not there yet, that of its folder with its name. */
export async function realPath(path: string): Promise<string> {
  const real = await absentAsNull(realpath(path));
  if (real !== null) return real;
  const folder = await absentAsNull(realpath(dirname(path)));
  return folder === null ? path : join(folder, basename(path));
}

/** A look that this user may not take is a refusal that can be acted on, and no bug. */
async function allowed<T>(path: string, look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new BlockplanError('preflight-refused', [
      {
        code: 'BP129',
        severity: 'error',
        message: `${path} cannot be looked at: ${(error as Error).message}`,
        hint: 'run it as a user who may look there, such as root',
      },
    ]);
  }
}

/** Whether an error says that this user may not, and not that there is nothing. */
export function isForbidden(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

/** What the look finds; null where there is no such file. */
export async function absentAsNull<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Makes what was written to a file or a folder last through a power loss. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
