/** Finds images that name a guest's file as their backing file, in the folders of the guest's files. */
import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FoundOverlays, OverlayBeside } from '../model/examination.ts';
import { pathsNamed } from '../model/image-names.ts';
import { absentAsNull, identityOf } from './files.ts';
import type { Argv } from './host-io.ts';
import { startProgram } from './programs.ts';
import { readQcow2Header } from './qcow2-header.ts';

/** How many files are open at once. */
const AT_ONCE = 16;

const STAT = ['stat', '--dereference', '--'] as const;
const READ = ['head', '--quiet', '--bytes=1', '--'] as const;

/**
 * Implements `HostIO.findOverlays`. Only the header of a qcow2 is trusted: the content of a raw image is the guest's.
 * @param own the guest's files, none of which is reported
 */
export async function findOverlays(
  own: readonly string[],
  others: readonly string[] = [],
  limitMs = Number.POSITIVE_INFINITY,
): Promise<FoundOverlays> {
  const search = new Search(performance.now() + limitMs);
  await search.run(own, others);
  return search.found;
}

/**
 * What this process reads, another one has read before, in time. That one can be abandoned where storage does not answer; in
 * this process, the read would keep a thread, and the process could not even exit.
 */
class Search {
  readonly #deadline: number;
  readonly #overlays: OverlayBeside[] = [];
  readonly #unread: string[] = [];
  readonly #seen = new Set<string>();
  /** The guest's names of its files, by identity. */
  readonly #own = new Map<string, string>();

  /** @param deadline by `performance.now()` */
  constructor(deadline: number) {
    this.#deadline = deadline;
  }

  get found(): FoundOverlays {
    return { overlays: this.#overlays, unread: this.#unread };
  }

  async run(own: readonly string[], others: readonly string[]): Promise<void> {
    const folders = [...new Set(own.map((file) => dirname(file)))];
    if (own.length > 0 && !(await this.#answers([...STAT, ...own]))) {
      this.#unread.push(...folders, ...others);
      return;
    }
    for (const file of own)
      await this.#attempt(file, async () => {
        const found = await statAt(file);
        if (found) this.#own.set(identityOf(found), file);
      });
    for (const folder of folders) await this.#searchFolder(folder);
    if (others.length === 0) return;
    const isRead = (await this.#answers([...READ, ...others])) && (await this.#readAll(others));
    if (!isRead) this.#unread.push(...others);
  }

  async #searchFolder(folder: string): Promise<void> {
    const readAll = ['-maxdepth', '1', '-type', 'f', '-exec', ...READ, '{}', '+'];
    let files: readonly string[] = [];
    const list = async () => {
      files = await filesIn(folder);
    };
    if (!(await this.#answers(['find', folder, ...readAll]))) this.#unread.push(folder);
    else if ((await this.#attempt(folder, list)) && !(await this.#readAll(files)))
      this.#unread.push(folder);
  }

  /** Reads the headers of files that answer. @returns false where the time is up before all are read */
  async #readAll(files: readonly string[]): Promise<boolean> {
    const unseen = files.filter((file) => !this.#seen.has(file));
    const named: { readonly file: string; readonly path: string }[] = [];
    for (let at = 0; at < unseen.length; at += AT_ONCE) {
      if (performance.now() >= this.#deadline) return false;
      const read = unseen.slice(at, at + AT_ONCE).map((file) =>
        this.#attempt(file, async () => {
          this.#seen.add(file);
          for (const path of await backingOf(file)) named.push({ file, path });
        }),
      );
      await Promise.all(read);
    }
    const paths = [...new Set(named.map(({ path }) => path))];
    if (paths.length > 0 && !(await this.#answers([...STAT, ...paths]))) return false;
    for (const { file, path } of named) await this.#attempt(file, () => this.#compare(file, path));
    return true;
  }

  async #compare(file: string, path: string): Promise<void> {
    const below = await statAt(path);
    const backing = below && this.#own.get(identityOf(below));
    const itself = backing ? await statAt(file) : null;
    if (!below || !backing || !itself || this.#own.has(identityOf(itself))) return;
    const isOutdated = below.mtimeNs > itself.mtimeNs ? { isOutdated: true as const } : {};
    this.#overlays.push({ file, backing, ...isOutdated });
  }

  /** A place that cannot be read is remembered, whatever the reason is. @returns whether it was read */
  async #attempt(place: string, read: () => Promise<void>): Promise<boolean> {
    try {
      await read();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      this.#unread.push(place);
      return false;
    }
  }

  /** Whether a program that touches files ends in time, with whatever result. */
  #answers(argv: Argv): Promise<boolean> {
    const left = this.#deadline - performance.now();
    if (left <= 0) return Promise.resolve(false);
    const program = startProgram(argv, { stdin: 'ignore' });
    return new Promise((resolve) => {
      const giveUp = () => {
        program.abandon();
        resolve(false);
      };
      const late = Number.isFinite(left) ? setTimeout(giveUp, left) : undefined;
      void program.exited.then(() => {
        clearTimeout(late);
        resolve(true);
      });
    });
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = (await absentAsNull(readdir(folder, { withFileTypes: true }))) ?? [];
  return entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
}

/** The paths that the header of an image names below it; a name on a network is no file of the guest. */
async function backingOf(file: string): Promise<string[]> {
  const named = (await absentAsNull(readQcow2Header(file)))?.backing;
  const paths = typeof named === 'string' ? (pathsNamed(named, dirname(file)) ?? []) : [];
  return paths.filter((path) => path.startsWith('/'));
}

function statAt(path: string): Promise<BigIntStats | null> {
  return absentAsNull(stat(path, { bigint: true }));
}
