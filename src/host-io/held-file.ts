/** A file to be removed or moved, addressed through the open descriptor of its folder. */
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, link, lstat, open, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { EffectFailed } from '../model/effect-failed.ts';
import { absentAsNull, inspectFile, stampOf } from './files.ts';
import type { FileStamp, HeldFile } from './host-io.ts';
import { openers } from './openers.ts';

/** An open folder, and a name in it. */
class HeldName {
  readonly path: string;
  readonly #folder: FileHandle;

  private constructor(path: string, folder: FileHandle) {
    this.path = path;
    this.#folder = folder;
  }

  /** @throws an error of the file system, such as ENOENT where the folder does not exist */
  static async of(path: string): Promise<HeldName> {
    const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    return new HeldName(path, folder);
  }

  /** A path to the name in exactly this folder, as long as it is held (proc_pid_fd(5)). */
  get place(): string {
    return `/proc/self/fd/${this.#folder.fd}/${basename(this.path)}`;
  }

  /** What has the name now, without following a link; null where nothing has it. */
  look(): Promise<BigIntStats | null> {
    return absentAsNull(lstat(this.place, { bigint: true }));
  }

  /** Makes the names in the folder survive a power loss. */
  sync(): Promise<void> {
    return this.#folder.sync();
  }

  close(): Promise<void> {
    return this.#folder.close();
  }
}

/** Implements `HostIO.holdFile`. */
export async function holdFile(path: string): Promise<HeldFile | null> {
  const name = await absentAsNull(HeldName.of(path));
  if (!name) return null;
  let held: HeldFile | null = null;
  try {
    const found = await name.look();
    if (found && !found.isFile())
      throw new EffectFailed(`${path} is not a regular file, so it is left alone`);
    if (found) held = new LocalHeldFile(name, found);
    return held;
  } finally {
    if (!held) await name.close();
  }
}

class LocalHeldFile implements HeldFile {
  readonly #name: HeldName;
  readonly #found: BigIntStats;

  constructor(name: HeldName, found: BigIntStats) {
    this.#name = name;
    this.#found = found;
  }

  async identity(): Promise<string | undefined> {
    return (await inspectFile(this.#place))?.identity;
  }

  async stamp(): Promise<FileStamp | undefined> {
    const found = await this.#name.look();
    return found ? stampOf(found) : undefined;
  }

  openers(): Promise<string[]> {
    return openers(this.#place, this.#name.path);
  }

  async remove(): Promise<void> {
    if (!(await this.#isStillThere())) return;
    await unlink(this.#place);
    await this.#name.sync();
  }

  async moveTo(path: string): Promise<void> {
    const to = await HeldName.of(path);
    try {
      if (!this.#isIt(await to.look())) await this.#linkTo(to);
      await to.sync();
      await this.remove();
    } finally {
      await to.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#name.close();
  }

  get #place(): string {
    return this.#name.place;
  }

  async #linkTo(to: HeldName): Promise<void> {
    await this.#isStillThere();
    try {
      await link(this.#place, to.place);
    } catch (error) {
      const why = (error as Error).message.replaceAll(to.place, to.path);
      throw new EffectFailed(
        `${this.#name.path} cannot be moved to ${to.path}: ${why.replaceAll(this.#place, this.#name.path)}`,
      );
    }
    if (this.#isIt(await to.look())) return;
    // Another process was faster: the new name leads to a file that was never checked.
    await unlink(to.place);
    throw this.#changed();
  }

  /** @throws EffectFailed where another file has the name now */
  async #isStillThere(): Promise<boolean> {
    const now = await this.#name.look();
    if (now && !this.#isIt(now)) throw this.#changed();
    return now !== null;
  }

  /** The birth time distinguishes it from another file that reuses its inode. */
  #isIt(other: BigIntStats | null): boolean {
    const { dev, ino, birthtimeNs } = this.#found;
    return (
      other?.isFile() === true &&
      other.dev === dev &&
      other.ino === ino &&
      other.birthtimeNs === birthtimeNs
    );
  }

  #changed(): EffectFailed {
    return new EffectFailed(
      `${this.#name.path} was replaced by another file during the check, so it is left alone`,
    );
  }
}
