/** The files that a run has made, told from files that others put at the same places by their inodes. */
import type { MadeFile } from '../commands/driver.ts';
import type { FileStamp, HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { ImageFile } from '../model/host-state.ts';

type Files = Readonly<Record<string, ImageFile | null>>;

export class MadeFiles {
  readonly #io: HostIO;
  readonly #made: Map<string, MadeFile>;

  /** @param known what the run had made before it was resumed */
  constructor(io: HostIO, known: readonly MadeFile[] = []) {
    this.#io = io;
    this.#made = new Map(known.map((made) => [made.file, made]));
  }

  /**
   * Makes an empty file that nobody but its owner can read, as a guest's data asks for.
   * @param written writes down that it was made
   * @throws EffectFailed where there is a file, or none can be made
   */
  async make(path: string, written: (made: MadeFile) => Promise<void>): Promise<void> {
    const made = { file: path, ...(await this.#io.makeFile(path)) };
    this.#made.set(path, made);
    await written(made);
  }

  /** The same files, with `made` at those that the run has made. */
  async mark(files: Files): Promise<Record<string, ImageFile | null>> {
    const marked = Object.entries(files).map(
      async ([path, file]) =>
        [
          path,
          file && (await this.#isOwnAt(path)) ? { ...file, made: true as const } : file,
        ] as const,
    );
    return Object.fromEntries(await Promise.all(marked));
  }

  /** A file that has got another name counts as made by nobody. */
  forget(path: string): void {
    this.#made.delete(path);
  }

  /**
   * @param found the file that is at the path
   * @throws EffectFailed where there is a file that the run has not made
   */
  requireOwn(path: string, found: FileStamp | undefined): void {
    if (found && !this.#isOwn(path, found))
      throw new EffectFailed(`${path} was not made by this run, so it is left alone`);
  }

  async #isOwnAt(path: string): Promise<boolean> {
    if (!this.#made.has(path)) return false;
    const found = await this.#io.stat(path);
    return found !== null && this.#isOwn(path, found);
  }

  #isOwn(path: string, { ino, born }: FileStamp): boolean {
    const made = this.#made.get(path);
    return made?.ino === ino && made.born === born;
  }
}

/** Files are stamped by a clock that the kernel sets forward from tick to tick; one takes 10 ms at most. */
const TICK_MS = 10;

/**
 * The file at a place where a run was about to make one when it died: it counts as the run's own where it came to be
 * since, belongs to this user and is empty, so that nothing of anybody's is in it.
 * @param since milliseconds since the epoch
 */
export async function fileMadeBeforeCrash(
  io: HostIO,
  path: string,
  since: number,
): Promise<MadeFile | undefined> {
  const found = await io.stat(path);
  if (found?.kind !== 'file' || found.length !== 0 || found.uid !== io.user) return undefined;
  const { ino, born, changed } = found;
  const madeAt = BigInt(born === '0' ? changed : born) / 1_000_000n;
  return madeAt < BigInt(since - TICK_MS) ? undefined : { file: path, ino, born };
}
