/** The files that were compared with a backup, each as it was then: what changes afterwards is no longer what was compared. */
import type { VerifyImageEffect } from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { FileStat, HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isFormer } from '../model/former-file.ts';
import { verifyImage } from './verify-image.ts';

/** A file as it was when it was compared. Any write changes the time. */
interface Compared extends Pick<FileStat, 'ino' | 'changed'> {
  readonly root: string;
}

export class ComparedFiles {
  readonly #known = new Map<string, Compared>();

  /**
   * Compares an image with the digest of a backup; one that this process has compared, and that has not changed since, is not
   * read again.
   * @throws EffectFailed as {@link verifyImage} does
   */
  async compare(
    io: HostIO,
    effect: VerifyImageEffect,
    context: Pick<PerformContext, 'signal' | 'onProgress'>,
  ): Promise<void> {
    const { file, root } = effect;
    const isKnown = this.#known.get(file)?.root === root && (await this.#isUnchanged(io, file));
    if (isKnown && (await io.usersAt(file, 'writers')).length === 0) return;
    this.#known.delete(file);
    const { ino, changed } = await verifyImage(io, effect, context);
    this.#known.set(file, { ino, changed, root });
  }

  /** @throws EffectFailed, not begun, where one of the files has changed since, or was not compared */
  async requireUnchanged(io: Pick<HostIO, 'stat'>, files: readonly string[]): Promise<void> {
    for (const file of files) {
      if (await this.#isUnchanged(io, file)) continue;
      const how = this.#known.has(file) ? 'was changed since it was' : 'was not';
      throw new EffectFailed(
        `${file} ${how} compared with the backup, so the definition is left alone`,
        { begun: false },
      );
    }
  }

  async #isUnchanged(io: Pick<HostIO, 'stat'>, file: string): Promise<boolean> {
    const was = this.#known.get(file);
    const is = was && (await io.stat(file));
    return !!was && !!is && isFormer(was, is) && was.changed === is.changed;
  }
}
