/** What a run asks of the place where it happens: the user's libvirt, or a simulated host state. */

import type { Bundle, DomainState, HostState } from '../model/host-state.ts';
import type { Marker } from '../model/marker.ts';
import type { Effect, Progress } from './effect.ts';

/** How long libvirt may be away before a run gives it up. */
export const RECONNECT_LIMIT_MS = 60_000;

export interface Driver {
  /**
   * Looks at the domain, and at whether there are files at these absolute paths; the chain's own are looked at anyway.
   * Folders, other domains and sizes are left out.
   */
  observe(files: readonly string[]): Promise<HostState>;
  /**
   * Completes a host state that has just been observed with the backing file names in the headers of the guest's layers, and
   * with the files that they lead to.
   */
  headers(state: HostState): Promise<HostState>;
  /** Completes a host state that has just been observed: these files, their folders, the other domains, the disks' sizes. */
  survey(state: HostState, files: readonly string[]): Promise<HostState>;
  /**
   * Does one effect and returns when it has taken hold.
   * @throws EffectFailed when the host says no; BlockplanError `uncertain` when contact is lost; the signal's reason
   */
  perform(
    effect: Exclude<Effect, { tool: 'keep-definition' }>,
    context: PerformContext,
  ): Promise<void>;
  /** Everything that `undefine` would lose, as it is now. */
  bundle(): Promise<Bundle>;
  /** Writes the run's marker into the domain's metadata, for operators on other machines to see. */
  mark(marker: Marker): Promise<void>;
  /** Takes the marker out again, wherever it stands. */
  unmark(): Promise<void>;
  /** The marker of a run on the domain, whoever's it is. */
  marker(): Promise<Marker | undefined>;
  /**
   * Finds libvirt again after contact was lost; false when it did not come back within the bound.
   * @param signal gives it up before
   */
  reconnect(signal?: AbortSignal): Promise<boolean>;
  /** Tells changes of the guest's run state as they happen. */
  onGuestState(listener: (state: DomainState, detail: string) => void): void;
  close(): Promise<void>;
}

export interface PerformContext {
  /** The run's folder, for files that a command reads. */
  readonly folder: string;
  /** Gives up waiting. A command already sent is answered first. */
  readonly signal?: AbortSignal;
  onProgress(progress: Progress): void;
  /** Writes down that a file has been made, before anything is put into it. */
  onMade(made: MadeFile): Promise<void>;
}

/** A file that a run has made, told by its inode from one that another user puts at its place. */
export interface MadeFile {
  readonly file: string;
  readonly ino: string;
  /** When it came to be, in nanoseconds since the epoch; `0` where its file system does not tell. */
  readonly born: string;
}
