/** Syncs files and folders to disk. */
import { type FileHandle, open } from 'node:fs/promises';
import type { OpenFiles } from './file-syncs.ts';

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
  const close = async () => {
    for (const handle of handles) await handle.close();
  };
  try {
    for (const path of paths) handles.push(await open(path, 'r'));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async sync() {
      for (const handle of handles) await handle.sync();
    },
    [Symbol.asyncDispose]: close,
  };
}
