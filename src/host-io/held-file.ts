/** A file to be removed or moved, addressed through the open descriptor of its folder. */
import type { BigIntStats } from 'node:fs';
import { link, unlink } from 'node:fs/promises';
import { EffectFailed } from '../model/effect-failed.ts';
import { absentAsNull, inspectFile, stampOf } from './files.ts';
import { failedAt, HeldName } from './held-name.ts';
import type { FileStamp, HeldFile } from './host-io.ts';
import { openers } from './openers.ts';

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
    if (!held) await name.folder.close();
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
    await this.#name.folder.sync();
  }

  async moveTo(path: string): Promise<void> {
    const to = await HeldName.of(path);
    try {
      if (!this.#isIt(await to.look())) await this.#linkTo(to);
      await to.folder.sync();
      await this.remove();
    } finally {
      await to.folder.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#name.folder.close();
  }

  get #place(): string {
    return this.#name.place;
  }

  async #linkTo(to: HeldName): Promise<void> {
    await this.#isStillThere();
    try {
      await link(this.#place, to.place);
    } catch (error) {
      const what = `${this.#name.path} cannot be moved to ${to.path}`;
      throw failedAt(what, error, [this.#name.folder, to.folder]);
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
