/** Writes small files, such as a manifest: each is whole or absent, also after a power loss. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { EffectFailed } from '../model/effect-failed.ts';
import { absentAsNull, stampOf } from './files.ts';
import { changeNames, type HeldName } from './held-name.ts';
import type { FileStamp } from './host-io.ts';

/** What a temporary name adds to the file's own: a random part, so that no two processes write to one file. */
const TEMPORARY = /\.blockplan-[\da-f]{16}$/;

/** The name of the file that a temporary name stands for; any other name as it is. */
export function finalNameOf(name: string): string {
  return name.replace(TEMPORARY, '');
}

/** Implements `HostIO.writeFile`. */
export function writeWhole(path: string, content: string, mode = 0o600): Promise<FileStamp> {
  return changeNames(`${path} cannot be written`, [path], async ([name]) => {
    const stamp = (await writtenBefore(name, content)) ?? (await linkNew(name, content, mode));
    await removeRemains(name);
    await name.folder.sync();
    return stamp;
  });
}

/**
 * The stamp of the file that has the name and this content, because an interrupted call wrote it; undefined where nothing
 * has the name.
 * @throws EffectFailed where something else has the name
 */
async function writtenBefore(name: HeldName, content: string): Promise<FileStamp | undefined> {
  const found = await name.look();
  if (!found) return undefined;
  const bytes = Buffer.from(content);
  if (!found.isFile() || found.size !== BigInt(bytes.length)) throw alreadyThere(name);
  const file = await open(name.place, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if (!bytes.equals(await file.readFile())) throw alreadyThere(name);
    return stampOf(await file.stat({ bigint: true }));
  } finally {
    await file.close();
  }
}

/** A name is linked to the file when its content is on disk: link(2) overwrites nothing. */
async function linkNew(name: HeldName, content: string, mode: number): Promise<FileStamp> {
  const suffix = `.blockplan-${randomBytes(8).toString('hex')}`;
  const temporary = name.folder.placeOf(`${basename(name.path)}${suffix}`);
  try {
    const stamp = await writeSynced(temporary, content, mode);
    await link(temporary, name.place);
    return stamp;
  } catch (error) {
    throw (await name.look()) ? alreadyThere(name) : error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeSynced(path: string, content: string, mode: number): Promise<FileStamp> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    const found = await file.stat({ bigint: true });
    // The umask of the process may have removed rights.
    if ((Number(found.mode) & 0o777) !== mode) await file.chmod(mode);
    await file.sync();
    return stampOf(found);
  } finally {
    await file.close();
  }
}

/**
 * Removes the temporary files of interrupted calls. A call that still runs in another process cannot succeed any more, as
 * the name is taken.
 */
async function removeRemains(name: HeldName): Promise<void> {
  const own = basename(name.path);
  for (const entry of await name.folder.list()) {
    if (!TEMPORARY.test(entry) || finalNameOf(entry) !== own) continue;
    const found = await absentAsNull(lstat(name.folder.placeOf(entry)));
    if (found?.isFile()) await rm(name.folder.placeOf(entry), { force: true });
  }
}

function alreadyThere({ path }: HeldName): EffectFailed {
  return new EffectFailed(`${path} already exists; blockplan does not overwrite files`);
}
