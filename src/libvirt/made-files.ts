/** The files that a run has made, told from files that others put at the same places by their inodes. */
import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MadeFile } from '../commands/driver.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { ImageFile } from '../model/world.ts';
import { absentAsNull, syncPath } from './files.ts';

type Files = Readonly<Record<string, ImageFile | null>>;

export class MadeFiles {
  readonly #made: Map<string, MadeFile>;

  /** @param known what the run had made before it was taken up again */
  constructor(known: readonly MadeFile[] = []) {
    this.#made = new Map(known.map((made) => [made.file, made]));
  }

  /**
   * Makes an empty file that nobody but its owner can read, as a guest's data asks for.
   * @param written writes down that it was made
   * @throws EffectFailed where there is a file, or none can be made
   */
  async make(path: string, written: (made: MadeFile) => Promise<void>): Promise<void> {
    const made = await this.#create(path);
    await syncPath(dirname(path));
    this.#made.set(path, made);
    await written(made);
  }

  /** The file is told by the descriptor that it was made through: its path may lead elsewhere a moment later. */
  async #create(path: string): Promise<MadeFile> {
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        return madeFile(path, await file.stat({ bigint: true }));
      } finally {
        await file.close();
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw code === 'EEXIST'
        ? new EffectFailed(`${path} exists already; blockplan writes over no file`)
        : new EffectFailed(message);
    }
  }

  /** The same files, with `made` at those that the run has made. */
  async mark(files: Files): Promise<Record<string, ImageFile | null>> {
    const marked = Object.entries(files).map(
      async ([path, file]) =>
        [
          path,
          file && (await this.#isOwn(path)) ? { ...file, made: true as const } : file,
        ] as const,
    );
    return Object.fromEntries(await Promise.all(marked));
  }

  /** A file that has got another name counts as made by nobody. */
  forget(path: string): void {
    this.#made.delete(path);
  }

  /**
   * @param place where the file is looked at
   * @throws EffectFailed where there is a file that the run has not made
   */
  async requireOwn(path: string, place = path): Promise<void> {
    if ((await lookAt(place)) && !(await this.#isOwn(path, place)))
      throw new EffectFailed(`${path} was not made by this run, so it is left alone`);
  }

  async #isOwn(path: string, place = path): Promise<boolean> {
    const made = this.#made.get(path);
    const found = made && (await lookAt(place));
    return found?.ino === made?.ino && found?.born === made?.born && found !== undefined;
  }
}

/** Files are stamped by a clock that the kernel sets forward from tick to tick; one takes 10 ms at most. */
const TICK_MS = 10;

/**
 * The file at a place where a run was about to make one when it died: it counts as the run's own where it came to be
 * since, belongs to this user and is empty, so that nothing of anybody's is in it.
 * @param since milliseconds since the epoch
 */
export async function madeUnseen(path: string, since: number): Promise<MadeFile | undefined> {
  const found = await absentAsNull(stat(path, { bigint: true }));
  if (!found?.isFile() || found.size !== 0n || found.uid !== BigInt(process.getuid?.() ?? -1))
    return undefined;
  const born = found.birthtimeNs === 0n ? found.ctimeNs : found.birthtimeNs;
  return born / 1_000_000n < BigInt(since - TICK_MS) ? undefined : lookAt(path);
}

/** Inode and time of birth: an inode is given again, and the number of a device may be another after a reboot. */
async function lookAt(file: string): Promise<MadeFile | undefined> {
  const found = await absentAsNull(stat(file, { bigint: true }));
  return found ? madeFile(file, found) : undefined;
}

function madeFile(file: string, found: BigIntStats): MadeFile {
  return { file, ino: `${found.ino}`, born: `${found.birthtimeNs}` };
}
