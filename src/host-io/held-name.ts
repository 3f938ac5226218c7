/** Folders that are held open, and names in them: replacing the folder, or a link in its place, has no effect. */
import { type BigIntStats, constants, lstatSync } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EffectFailed } from '../model/effect-failed.ts';
import { absentAsNull, stampOf } from './files.ts';
import type { FileStamp } from './host-io.ts';

/** An open folder. */
export class HeldFolder {
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** @throws an error of the file system, such as ENOENT where the folder does not exist */
  static async of(path: string): Promise<HeldFolder> {
    return new HeldFolder(path, await open(path, constants.O_RDONLY | constants.O_DIRECTORY));
  }

  /**
   * The folder that has a held name; null where nothing has it.
   * @throws EffectFailed where something else has it, such as a link
   */
  static async at(name: HeldName): Promise<HeldFolder | null> {
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
    try {
      return new HeldFolder(name.path, await open(name.place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return null;
      if (code === 'ENOTDIR' || code === 'ELOOP')
        throw new EffectFailed(`${name.path} is not a folder, so it is left alone`);
      throw error;
    }
  }

  /** A path to a name in exactly this folder, as long as it is held (proc_pid_fd(5)). */
  placeOf(name: string): string {
    return `/proc/self/fd/${this.#handle.fd}/${name}`;
  }

  /** The names in it. */
  list(): Promise<string[]> {
    return readdir(this.placeOf(''));
  }

  stat(): Promise<BigIntStats> {
    return this.#handle.stat({ bigint: true });
  }

  chmod(mode: number): Promise<void> {
    return this.#handle.chmod(mode);
  }

  /** Makes the names in it survive a power loss. */
  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** A message of the file system with paths in place of the descriptor. */
  explain(message: string): string {
    return message.replaceAll(this.placeOf(''), join(this.path, '/'));
  }
}

/** A name in an open folder. */
export class HeldName {
  readonly path: string;
  readonly folder: HeldFolder;

  private constructor(path: string, folder: HeldFolder) {
    this.path = path;
    this.folder = folder;
  }

  /** @throws an error of the file system, such as ENOENT where the folder does not exist */
  static async of(path: string): Promise<HeldName> {
    return new HeldName(path, await HeldFolder.of(dirname(path)));
  }

  /** A path to the name in exactly this folder. */
  get place(): string {
    return this.folder.placeOf(basename(this.path));
  }

  /** What has the name now, without following a link; null where nothing has it. */
  look(): Promise<BigIntStats | null> {
    return absentAsNull(lstat(this.place, { bigint: true }));
  }

  /** The same, for a change that must follow at once. */
  lookAtOnce(): BigIntStats | null {
    return lstatSync(this.place, { bigint: true, throwIfNoEntry: false }) ?? null;
  }
}

/** Whether something exists and has that stamp. */
export function hasStamp(found: BigIntStats | null, { ino, born }: FileStamp): boolean {
  if (!found) return false;
  const stamp = stampOf(found);
  return stamp.ino === ino && stamp.born === born;
}

/**
 * Holds names while a function changes something at them.
 * @param what what is not done if it fails, such as "/store/a cannot be made"
 * @throws EffectFailed for each error of the file system
 */
export async function changeNames<const Paths extends readonly string[], T>(
  what: string,
  paths: Paths,
  change: (names: { readonly [At in keyof Paths]: HeldName }) => Promise<T>,
): Promise<T> {
  const held: HeldName[] = [];
  try {
    for (const path of paths) held.push(await HeldName.of(path));
    return await change(held as { [At in keyof Paths]: HeldName });
  } catch (error) {
    const folders = held.map(({ folder }) => folder);
    throw failedAt(what, error, folders);
  } finally {
    await Promise.all(held.map(({ folder }) => folder.close()));
  }
}

/** An error of the file system as an `EffectFailed` that names paths, not descriptors; any other error as it is. */
export function failedAt(what: string, error: unknown, folders: readonly HeldFolder[]): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const why = folders.reduce((message, folder) => folder.explain(message), error.message);
  return new EffectFailed(`${what}: ${why}`);
}
