/** Files of the host that libvirt runs on, as far as blockplan may look: sizes, folders, chains, and who has one open. */
import { constants } from 'node:fs';
import {
  access,
  lstat,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { EffectFailed } from '../model/driver.ts';
import type { Folder, ImageFile, Layer } from '../model/world.ts';

/** The file at that path; null when there is none. */
export async function lookAtFile(path: string): Promise<ImageFile | null> {
  const found = await absentAsNull(stat(path));
  return found && { size: found.blocks * 512, identity: `${found.dev}:${found.ino}` };
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

/** The folder at that path; null when there is none. */
export async function lookAtFolder(path: string): Promise<Folder | null> {
  const found = await absentAsNull(statfs(path));
  if (!found) return null;
  return { free: found.bavail * found.bsize, writable: await mayWrite(path) };
}

/** False only for a file that is, or may be, there and that this user may not read. */
export async function mayBeRead(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'EACCES' && code !== 'EPERM';
  }
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

async function absentAsNull<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/**
 * An image's chain as the images' own headers tell it, active layer first.
 * @param format the image's own; without it qemu-img guesses, which only an image that no guest writes to may be left to
 * @throws EffectFailed when qemu-img cannot read it
 */
export async function imageChain(path: string, format?: string): Promise<Layer[]> {
  const { stdout, stderr, exitCode, failed } = await execa(
    'qemu-img',
    [
      ...['info', '--force-share', '--backing-chain', '--output=json'],
      ...(format === undefined ? [] : ['-f', format]),
      path,
    ],
    { reject: false, timeout: 60_000 },
  );
  if (failed)
    throw new EffectFailed(
      `the chain of ${path} cannot be read: ${stderr || `qemu-img ended with ${exitCode}`}`,
    );
  const layers = JSON.parse(stdout) as { filename: string; format: string }[];
  return layers.map(({ filename, format }) => ({ file: filename, format }));
}

/** The processes that have the file open, as far as this user may see: `pid (name)`. */
export async function openers(path: string): Promise<string[]> {
  const target = await realpath(path);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) =>
      (await hasOpen(pid, target)) ? [`${pid} (${await nameOf(pid)})`] : [],
    ),
  );
  return found.flat();
}

async function hasOpen(pid: string, target: string): Promise<boolean> {
  try {
    const links = await Promise.all(
      (await readdir(`/proc/${pid}/fd`)).map((fd) =>
        readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''),
      ),
    );
    return links.includes(target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The process has ended, or belongs to somebody else and this user may not look.
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ESRCH' || code === 'EPERM')
      return false;
    throw error;
  }
}

async function nameOf(pid: string): Promise<string> {
  return (await absentAsNull(readFile(`/proc/${pid}/comm`, 'utf8')))?.trim() ?? 'ended meanwhile';
}

/** Removes a regular file, and makes its absence last through a power loss. A file that is gone already is no failure. */
export async function removeFile(path: string): Promise<void> {
  const found = await absentAsNull(lstat(path));
  if (!found) return;
  if (!found.isFile()) throw new EffectFailed(`${path} is not a regular file, so it is left alone`);
  await unlink(path);
  await syncPath(dirname(path));
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
