/** The files that were in a guest's chains during a run, and the overlays above the ones that it removes. */
import { dirname } from 'node:path';
import type { HostIO } from '../host-io/host-io.ts';
import type { FoundOverlays } from '../model/examination.ts';
import { isSameFile } from '../model/file-identity.ts';
import type { Domain } from '../model/host-state.ts';
import { overlaysAbove } from './stray-overlays.ts';

/** How long a search counts: the removals of one phase follow each other, and each would read the same folder. */
const COUNTS_MS = 10_000;

interface Searched extends FoundOverlays {
  readonly files: readonly string[];
  readonly at: number;
}

export class FormerLayers {
  readonly #files: Set<string>;
  #latest: Searched | undefined;

  /** @param files those of a process that has worked on the run before */
  constructor(files: readonly string[] = []) {
    this.#files = new Set(files);
  }

  get files(): readonly string[] {
    return [...this.#files];
  }

  add({ disks }: Domain): void {
    for (const { file } of disks.flatMap(({ chain }) => chain)) this.#files.add(file);
  }

  /** The overlays beside a file that is to be removed or moved, which name it and were in no chain of the guest. */
  async overlaysAbove(io: HostIO, file: string): Promise<FoundOverlays> {
    const { overlays, unread } = this.#searchedFor(file) ?? (await this.#search(io, file));
    const looked = await io.inspectFiles([
      file,
      ...overlays.flatMap((each) => [each.file, each.backing]),
    ]);
    return {
      // Since the search, the run may have removed one itself.
      overlays: overlays.filter(
        (each) => looked.files[each.file] && isSameFile(looked, each.backing, file),
      ),
      unread,
    };
  }

  #searchedFor(file: string): Searched | undefined {
    const latest = this.#latest;
    if (!latest?.files.includes(file)) return undefined;
    return performance.now() < latest.at + COUNTS_MS ? latest : undefined;
  }

  /** Searches for the other former layers in that folder as well: they may be removed next. */
  async #search(io: HostIO, file: string): Promise<Searched> {
    const beside = this.files.filter((each) => dirname(each) === dirname(file));
    const files = [...new Set([file, ...beside])];
    const found = await overlaysAbove(io, files, [], this.files);
    const latest = { ...found, files, at: performance.now() };
    this.#latest = latest;
    return latest;
  }
}
