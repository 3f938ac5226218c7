/** Folders, and files that survive a power loss. */
import { existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file into a run's folder so that its content and its name survive a power loss. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  await writeSynced(path, content);
  await syncFolder(dirname(path));
}

/** Writes a file and syncs its content to disk; fails if there is no space for it. */
export async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * Makes a folder with its parents, where they do not exist. Node 20's own recursive `mkdir` never returns below /proc.
 * @throws an error of the file system
 */
export async function makeFolder(path: string, mode: number): Promise<void> {
  const parent = dirname(path);
  if (!existsSync(parent)) await makeFolder(parent, mode);
  try {
    await mkdir(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Makes the names in a folder survive a power loss. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
