/** The files that a run has made, distinguished by inode from files that others put at the same paths. */
import { basename, dirname } from 'node:path';
import type { MadeFile } from '../commands/driver.ts';
import type { FileStamp, FileStat, HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { ImageFile } from '../model/host-state.ts';

type Files = Readonly<Record<string, ImageFile | null>>;

export class MadeFiles {
  readonly #io: HostIO;
  readonly #made: Map<string, MadeFile>;

  /** @param known what the run had made before it was resumed */
  constructor(io: HostIO, known: readonly MadeFile[] = []) {
    this.#io = io;
    // Only these: what is recorded again must not bring along the number of the record that it was read from.
    this.#made = new Map(known.map(({ file, ino, born }) => [file, { file, ino, born }]));
  }

  /**
   * Makes an empty file that only its owner can read, because a guest's data goes into it.
   * @param written records that it was made
   * @throws EffectFailed where the file already exists or cannot be made
   */
  async make(path: string, written: (made: MadeFile) => Promise<void>): Promise<void> {
    const made = { file: path, ...(await this.#io.makeFile(path)) };
    this.#made.set(path, made);
    await written(made);
  }

  /**
   * Makes a folder.
   * @param written records that it was made
   * @throws EffectFailed where something has the name, or the folder cannot be made
   */
  async makeFolder(
    path: string,
    mode: number,
    written: (made: MadeFile) => Promise<void>,
  ): Promise<void> {
    const made = { file: path, ...(await this.#io.makeFolder(path, mode)) };
    this.#made.set(path, made);
    await written(made);
  }

  /**
   * Counts a file as made by the run before it has that name.
   * @param written records that
   */
  async add(
    file: string,
    { ino, born }: FileStamp,
    written: (made: MadeFile) => Promise<void>,
  ): Promise<void> {
    const made = { file, ino, born };
    this.#made.set(file, made);
    await written(made);
  }

  /** What the run has made at that path keeps counting as its own under another name. */
  async rename(
    from: string,
    to: string,
    written: (made: MadeFile) => Promise<void>,
  ): Promise<void> {
    const known = this.#made.get(from);
    if (!known) return;
    const made = { ...known, file: to };
    this.#made.set(to, made);
    await written(made);
  }

  /** The stamp of what the run has made at that path. */
  stampAt(path: string): FileStamp | undefined {
    return this.#made.get(path);
  }

  /** The same files, with `made` set on those that the run has made. */
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

  /** A file that was moved no longer counts as made by the run. */
  forget(path: string): void {
    this.#made.delete(path);
  }

  /**
   * @param found the file that is at the path now
   * @throws EffectFailed where the file was not made by the run
   */
  requireOwn(path: string, found: FileStamp | undefined): void {
    if (found && !this.#isOwn(path, found))
      throw new EffectFailed(`${path} was not created by this run, so it is left alone`);
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

/** The kernel stamps files with a clock that advances once per tick; a tick takes 10 ms at most. */
const TICK_MS = 10;

/**
 * The file or folder at a path where a run was about to make one when it died. It counts as the run's own if it was created
 * since, belongs to this user and is empty: so it contains no data, and is not in use by another run.
 * @param since milliseconds since the epoch
 */
export async function fileMadeBeforeCrash(
  io: HostIO,
  path: string,
  since: number,
): Promise<MadeFile | undefined> {
  const found = await io.stat(path);
  if (!found || found.uid !== io.user || !(await isUnfilled(io, path, found))) return undefined;
  const { ino, born, changed } = found;
  const madeAt = BigInt(born === '0' ? changed : born) / 1_000_000n;
  return madeAt < BigInt(since - TICK_MS) ? undefined : { file: path, ino, born };
}

async function isUnfilled(io: HostIO, path: string, { kind, length }: FileStat): Promise<boolean> {
  if (kind !== 'folder') return kind === 'file' && length === 0;
  const parent = await io.readStore(dirname(path));
  const found = parent?.folders.find(({ name }) => name === basename(path));
  if (!found || found.unread !== undefined || found.manifest) return false;
  return found.files.length === 0 && found.strays.length === 0;
}
