/** The files that were compared with a backup, each as it was then: what changes afterwards is no longer what was compared. */
import type { FileStat, HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';

/** A file as it was when it was compared. Any write changes the time. */
export type ComparedAs = Pick<FileStat, 'ino' | 'changed'>;

export class ComparedFiles {
  readonly #known = new Map<string, ComparedAs>();

  note(file: string, as: ComparedAs): void {
    this.#known.set(file, as);
  }

  /** @throws EffectFailed, not begun, where one of the files has changed since, or was not compared */
  async requireUnchanged(io: Pick<HostIO, 'stat'>, files: readonly string[]): Promise<void> {
    for (const file of files) {
      const was = this.#known.get(file);
      const is = await io.stat(file);
      if (was && is && was.ino === is.ino && was.changed === is.changed) continue;
      throw new EffectFailed(
        `${file} ${was ? 'was changed since it was' : 'was not'} compared with the backup, so the definition is left alone`,
        { begun: false },
      );
    }
  }
}
