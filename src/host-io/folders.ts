/** Makes, moves and removes folders, each through the open descriptor of the folder that it is in. */
import { type BigIntStats, renameSync, rmdirSync } from 'node:fs';
import { lstat, mkdir, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EffectFailed } from '../model/effect-failed.ts';
import { absentAsNull, stampOf } from './files.ts';
import { changeNames, failedAt, HeldFolder, type HeldName, hasStamp } from './held-name.ts';
import type { FileStamp } from './host-io.ts';
import { openers } from './openers.ts';
import { finalNameOf } from './written-file.ts';

/** Implements `HostIO.makeFolder`. */
export function createFolder(path: string, mode: number): Promise<FileStamp> {
  return changeNames(`${path} cannot be created`, [path], async ([name]) => {
    if (await name.look()) throw alreadyThere(path);
    await mkdir(name.place, mode);
    try {
      const stamp = await finish(name, mode);
      await name.folder.sync();
      return stamp;
    } catch (error) {
      // It is empty. If it cannot be removed either, the first error says why.
      await rmdir(name.place).catch(() => {});
      throw error;
    }
  });
}

/** Gives a new folder its mode. */
async function finish(name: HeldName, mode: number): Promise<FileStamp> {
  const folder = await HeldFolder.at(name);
  if (!folder) throw new EffectFailed(`${name.path} was removed by another process`);
  try {
    const found = await folder.stat();
    const bits = Number(found.mode) & 0o7777;
    // The umask of the process may have removed rights. The bits above are inherited from the folder that it is in.
    if ((bits & 0o777) !== mode) await folder.chmod((bits & 0o7000) | mode);
    await folder.sync();
    return stampOf(found);
  } finally {
    await folder.close();
  }
}

/** Implements `HostIO.moveFolder`. */
export function moveFolder(from: string, to: string, stamp: FileStamp): Promise<void> {
  return changeNames(`${from} cannot be moved to ${to}`, [from, to], async ([old, next]) => {
    if (!isFolder(await next.look(), stamp)) {
      const folder = await openOwn(old, stamp);
      if (!folder) throw new EffectFailed(`${from} does not exist`);
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
      renameToFree(old, next, stamp);
    }
    await next.folder.sync();
    await old.folder.sync();
  });
}

/**
 * rename(2) itself refuses to replace a file, a link, or a folder that is not empty. It would replace an empty folder, so
 * the name is checked right before. Node offers no renameat2(2), which could do both in one step.
 */
function renameToFree(from: HeldName, to: HeldName, stamp: FileStamp): void {
  if (to.lookAtOnce()) throw alreadyThere(to.path);
  if (!isFolder(from.lookAtOnce(), stamp)) throw replaced(from.path);
  renameSync(from.place, to.place);
}

/** Implements `HostIO.removeFolder`. */
export async function removeFolder(
  path: string,
  stamp: FileStamp,
  names: readonly string[],
): Promise<void> {
  if (!(await absentAsNull(stat(dirname(path))))) return;
  await changeNames(`${path} cannot be removed`, [path], async ([name]) => {
    const folder = await openOwn(name, stamp);
    if (folder) {
      try {
        await empty(folder, names);
      } catch (error) {
        throw failedAt(`${path} cannot be removed`, error, [folder]);
      } finally {
        await folder.close();
      }
      const found = name.lookAtOnce();
      if (found && !isFolder(found, stamp)) throw replaced(path);
      if (found) rmdirSync(name.place);
    }
    await name.folder.sync();
  });
}

/**
 * Removes the files with these names in their order, and what interrupted calls of `HostIO.writeFile` have left of them.
 * @throws EffectFailed, without removing anything, where the folder has something else, or a file is in use
 */
async function empty(folder: HeldFolder, names: readonly string[]): Promise<void> {
  const order = (name: string) => names.indexOf(finalNameOf(name));
  const found = (await folder.list()).sort((a, b) => order(a) - order(b));
  const others: string[] = [];
  for (const name of found)
    if (order(name) < 0 || !(await lstat(folder.placeOf(name))).isFile()) others.push(name);
  if (others.length > 0)
    throw new EffectFailed(
      `${folder.path} contains ${others.join(', ')}, which blockplan did not create, so it is left alone`,
    );
  for (const name of found) {
    const path = join(folder.path, name);
    const open = await openers(folder.placeOf(name), path);
    if (open.length > 0)
      throw new EffectFailed(
        `${path} is open in ${open.join(', ')}, so ${folder.path} is left alone`,
      );
  }
  for (const name of found) await unlink(folder.placeOf(name));
  await folder.sync();
}

/**
 * The folder with that stamp, if it has the name; null where nothing has it.
 * @throws EffectFailed where anything else has it
 */
async function openOwn(name: HeldName, stamp: FileStamp): Promise<HeldFolder | null> {
  const folder = await HeldFolder.at(name);
  if (!folder || hasStamp(await folder.stat(), stamp)) return folder;
  await folder.close();
  throw replaced(name.path);
}

function isFolder(found: BigIntStats | null, stamp: FileStamp): boolean {
  return found?.isDirectory() === true && hasStamp(found, stamp);
}

function alreadyThere(path: string): EffectFailed {
  return new EffectFailed(`${path} already exists; blockplan does not overwrite anything`);
}

function replaced(path: string): EffectFailed {
  return new EffectFailed(`${path} was replaced by another folder, so it is left alone`);
}
