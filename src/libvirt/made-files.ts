/** The files that a run has made, told from files that others put at the same places by their identity. */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EffectFailed } from '../model/driver.ts';
import type { ImageFile } from '../model/world.ts';
import { lookAtFile, syncPath } from './files.ts';

type Files = Readonly<Record<string, ImageFile | null>>;

export class MadeFiles {
  /** The identity of each file that was made, by path. */
  readonly #identities = new Map<string, string>();

  /**
   * Makes an empty file that nobody but its owner can read, as a guest's data asks for.
   * @throws EffectFailed where there is a file, or none can be made
   */
  async make(path: string): Promise<void> {
    try {
      await (await open(path, 'wx', 0o600)).close();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw code === 'EEXIST'
        ? new EffectFailed(`${path} exists already; blockplan writes over no file`)
        : new EffectFailed(message);
    }
    const identity = (await lookAtFile(path))?.identity;
    if (identity !== undefined) this.#identities.set(path, identity);
    await syncPath(dirname(path));
  }

  /** The same files, with `made` at those that the run has made. */
  mark(files: Files): Record<string, ImageFile | null> {
    return Object.fromEntries(
      Object.entries(files).map(([path, file]) => [
        path,
        file && this.#isOwn(path, file) ? { ...file, made: true } : file,
      ]),
    );
  }

  /** @throws EffectFailed where there is a file that the run has not made */
  async requireOwn(path: string): Promise<void> {
    const file = await lookAtFile(path);
    if (file && !this.#isOwn(path, file))
      throw new EffectFailed(`${path} was not made by this run, so it is left alone`);
  }

  #isOwn(path: string, { identity }: ImageFile): boolean {
    return identity !== undefined && this.#identities.get(path) === identity;
  }
}
