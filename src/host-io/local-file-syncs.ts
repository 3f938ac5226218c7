/** Syncs files and folders to disk. */
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OpenFiles } from './file-syncs.ts';
import { absentAsNull, isForbidden } from './files.ts';
import { runProgram } from './programs.ts';

/** Implements `HostIO.sync`. */
export async function syncPaths(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await using open = await openPaths([path]);
    await open.sync();
  }
}

/** Implements `HostIO.openToSync`. */
export async function openPaths(paths: readonly string[]): Promise<OpenFiles> {
  const handles: FileHandle[] = [];
  const folders = new Set<string>();
  const close = async () => {
    for (const handle of handles) await handle.close();
  };
  try {
    for (const path of paths) {
      const opened = await openedOrFolder(path);
      if (typeof opened === 'string') folders.add(opened);
      else handles.push(opened);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async sync() {
      for (const handle of handles) await handle.sync();
      for (const folder of folders) await syncFileSystem(folder);
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Implements `HostIO.findUnsyncable`. */
export async function findUnsyncable(files: readonly string[]): Promise<readonly string[]> {
  const local = [...new Set(files)].filter((file) => file.startsWith('/'));
  const found = await Promise.all(
    local.map(async (file) => ((await isSyncable(file)) ? [] : [file])),
  );
  return found.flat();
}

async function isSyncable(path: string): Promise<boolean> {
  try {
    const found = await absentAsNull(stat(path));
    if (!found && dirname(path) === path) return true;
    if (!found) return await isSyncable(dirname(path));
    // Opening a pipe would wait for its writer.
    if (!found.isFile() && !found.isDirectory() && !found.isBlockDevice()) return true;
    const opened = await openedOrFolder(path);
    if (typeof opened !== 'string') await opened.close();
    return true;
  } catch (error) {
    // Whatever else is wrong with a file is not about its sync.
    return !isForbidden(error);
  }
}

/**
 * The open file or, where this user cannot open it, the nearest folder above it on its file system that can be opened.
 * @throws the refusal of the file itself
 */
async function openedOrFolder(path: string): Promise<FileHandle | string> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const folder = isForbidden(error) ? await openFolderAbove(path) : undefined;
    if (folder === undefined) throw error;
    return folder;
  }
}

/** Undefined for a device: the file system of its name is not the one with its data. */
async function openFolderAbove(path: string): Promise<string | undefined> {
  const file = await stat(path);
  let at = file.isBlockDevice() ? '/' : await realpath(path);
  while (dirname(at) !== at) {
    at = dirname(at);
    if ((await stat(at)).dev !== file.dev) return undefined;
    if (await canOpen(at)) return at;
  }
  return undefined;
}

async function canOpen(folder: string): Promise<boolean> {
  try {
    await (await open(folder, 'r')).close();
    return true;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

/** Writes all data of a file system to its storage (syncfs(2), which Node does not have; coreutils 8.24). */
async function syncFileSystem(folder: string): Promise<void> {
  const { ok, stderr } = await runProgram(['sync', '--file-system', folder]);
  if (!ok) throw new Error(stderr || `the file system of ${folder} cannot be synced`);
}
