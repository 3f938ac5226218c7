/** Files that a command writes for the user: each has all of its text, or is as it was. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file that must not exist.
 *
 * @throws a file system error, `EEXIST` if it exists; there is no file then that was not there before
 */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  await writeAll(file, path, text);
}

/**
 * Writes a file, or replaces it, so that a reader sees the old text or the new one. What is no file, such as a pipe, is
 * written to.
 *
 * @param mode the permissions of the file, in place of those that the umask leaves
 * @throws a file system error
 */
export async function replaceFile(path: string, text: string, mode?: number): Promise<void> {
  const known = await stat(path).catch(unlessAbsent);
  if (known && !known.isFile()) {
    const file = await open(path, 'w');
    return file.writeFile(text).finally(() => file.close());
  }
  // A link keeps its place, and its file is replaced.
  const real = known ? await realpath(path) : path;
  // Collectors read only names that end with .prom.
  const draft = join(dirname(real), `.${basename(real)}.${randomBytes(6).toString('hex')}`);
  const file = await open(draft, 'wx', mode);
  await writeAll(file, draft, text, mode ?? known?.mode);
  await rename(draft, real).catch(async (error: unknown) => {
    await rm(draft, { force: true });
    throw error;
  });
}

async function writeAll(
  file: FileHandle,
  path: string,
  text: string,
  mode?: number,
): Promise<void> {
  try {
    await file.writeFile(text);
    if (mode !== undefined) await file.chmod(mode);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
