/** Files that a command writes for the user: each has all of its text, or is as it was. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What link(2) answers on a file system without hard links. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'ENOSYS']);
/** What the kernel answers to a user who may write to a file, but not to its folder, or not as its owner. */
const NOT_ALLOWED: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM']);

/**
 * Writes a file that must not exist. On failure nothing is left behind.
 *
 * @throws a file system error, `EEXIST` if it exists
 */
export function writeNewFile(path: string, text: string): Promise<void> {
  return withDraft(path, 0o666, async (draft, file) => {
    await file.writeFile(text);
    try {
      await link(draft, path);
    } catch (error) {
      if (!NO_LINKS.has(codeOf(error))) throw Object.assign(error as Error, { path });
      await writeExclusively(path, text);
    }
  });
}

/**
 * Puts a file in the place of the one with its name, as install(1) does: a reader sees the old text or the new one. A link
 * is replaced and not followed, because another user may own the folder.
 *
 * @param mode its permissions, whatever the umask
 * @throws a file system error, `EEXIST` if the name leads to a pipe, a device or a folder
 */
export async function installFile(path: string, text: string, mode: number): Promise<void> {
  const known = await stat(path).catch(unlessAbsent);
  if (known && !known.isFile())
    throw Object.assign(new Error('it exists and is not a regular file'), { code: 'EEXIST' });
  await withDraft(path, 0o600, async (draft, file) => {
    await file.writeFile(text);
    await file.chmod(mode);
    await rename(draft, path);
  });
}

/**
 * Writes a file that the user names, or replaces it, so that a reader sees the old text or the new one. It keeps its owner
 * and its permissions; a link keeps its place, and its file is replaced. A pipe or a device is written to directly, and so
 * is a file whose folder or owner does not allow this user to replace it.
 *
 * @throws a file system error
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const known = await stat(path).catch(unlessAbsent);
  if (known && !known.isFile()) return overwrite(path, text);
  const place = known ? await realpath(path) : path;
  try {
    await withDraft(place, known ? 0o600 : 0o666, async (draft, file) => {
      await file.writeFile(text);
      if (known) {
        await file.chown(known.uid, known.gid);
        await file.chmod(known.mode);
      }
      await rename(draft, place);
    });
  } catch (error) {
    if (!known || !NOT_ALLOWED.has(codeOf(error))) throw error;
    await overwrite(place, text);
  }
}

/**
 * Hands over a new file beside that path, which is removed unless it is renamed.
 * @param mode its permissions at first, less what the umask forbids
 */
async function withDraft(
  path: string,
  mode: number,
  use: (draft: string, file: FileHandle) => Promise<void>,
): Promise<void> {
  // Collectors read only names that end with .prom.
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  const file = await open(draft, 'wx', mode);
  try {
    await use(draft, file);
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}

async function writeExclusively(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function overwrite(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_TRUNC);
  await file.writeFile(text).finally(() => file.close());
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
