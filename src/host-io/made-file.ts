/** Makes files: for a guest's data, and for a command to read. */
import { mkdtemp, open, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EffectFailed } from '../model/effect-failed.ts';
import { stampOf } from './files.ts';
import type { FileStamp } from './host-io.ts';
import { syncPaths } from './local-file-syncs.ts';

/** Implements `HostIO.makeFile`. */
export async function createFile(path: string): Promise<FileStamp> {
  const stamp = await create(path);
  await syncPaths([dirname(path)]);
  return stamp;
}

/** The stamp comes from the open descriptor: the path may lead to another file a moment later. */
async function create(path: string): Promise<FileStamp> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      return stampOf(await file.stat({ bigint: true }));
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST'
      ? new EffectFailed(`${path} already exists; blockplan does not overwrite files`)
      : new EffectFailed(message);
  }
}

/** Implements `HostIO.writeScratchFile`. */
export async function writeScratchFile(name: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blockplan-'));
  const path = join(folder, name);
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
    return path;
  } catch (error) {
    await removeScratchFile(path);
    throw error;
  }
}

/** Implements `HostIO.removeScratchFile`. */
export async function removeScratchFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await rmdir(dirname(path)).catch(unlessAbsent);
}

/** Another process may have cleaned up the folder for temporary files. */
function unlessAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
