/** What a run needs from a host: the user's libvirt, or a simulated host. */
import type { Bundle, DomainState, HostState, Layer } from '../model/host-state.ts';
import type { Marker } from '../model/marker.ts';
import type { Effect, Progress } from './effect.ts';

/** How long a run waits for libvirt to come back, in ms. */
export const RECONNECT_LIMIT_MS = 60_000;

export interface Driver {
  /**
   * Observes the domain, and whether files exist at these absolute paths; the files of the chain are always included.
   * Folders, other domains and sizes are left out.
   */
  observe(files: readonly string[]): Promise<HostState>;
  /**
   * Adds to a host state that has just been observed the backing file names in the headers of the guest's layers, and the
   * files that they lead to.
   * @param within a run, which must end also if storage does not answer: the wait for it is limited, and takes longer
   */
  headers(state: HostState, within?: 'run'): Promise<HostState>;
  /** When the regular files among these were last written to. */
  written(files: readonly string[]): Promise<Written>;
  /** Adds to a host state the backup stores in these folders; what is wrong with one is a finding of it. */
  readStores(state: HostState, folders: readonly string[]): Promise<HostState>;
  /** Adds to a host state that has just been observed these files, their folders, the other domains and the disks' sizes. */
  survey(state: HostState, files: readonly string[], more?: SurveyTerms): Promise<HostState>;
  /**
   * Performs one effect and returns when it is complete.
   * @throws EffectFailed if the host refuses; BlockplanError `uncertain` if the connection to libvirt is lost; the signal's
   * reason if it aborts
   */
  perform(
    effect: Exclude<Effect, { tool: 'keep-definition' }>,
    context: PerformContext,
  ): Promise<void>;
  /** Everything that `undefine` would lose, in its current state. */
  bundle(): Promise<Bundle>;
  /**
   * Writes the run's marker into the domain's metadata, where operators on other machines can see it. If another run's marker
   * is there, nothing is written; read it to find out.
   * @param over the marker of another run that may be replaced
   */
  mark(marker: Marker, over?: Marker): Promise<void>;
  /** Removes the marker from the domain's metadata. */
  unmark(): Promise<void>;
  /** The marker on the domain, of this run or of another one. */
  marker(): Promise<Marker | undefined>;
  /** The same as it was last read or observed, without a query; undefined if no guest that could have one was running. */
  seenMarker(): { readonly marker: Marker | undefined } | undefined;
  /**
   * Reconnects to libvirt after the connection was lost; false if that timed out.
   * @param signal stops the attempts early
   */
  reconnect(signal?: AbortSignal): Promise<boolean>;
  /** Reports changes of the guest's run state as they happen. */
  onGuestState(listener: (state: DomainState, detail: string) => void): void;
  close(): Promise<void>;
}

/** What a survey is for. */
export interface SurveyTerms {
  /** The chains whose extents are also read, from the first layer on that exists; none by default. */
  readonly measured?: readonly (readonly Layer[])[];
  /** The layers above which overlays are searched for that no domain uses; none by default. */
  readonly searched?: readonly string[];
  /** The backup stores that are read again; none by default. */
  readonly stores?: readonly string[];
  /** Set where only the users of the files matter: then what libvirt may refuse or delay for other reasons is left out. */
  readonly usersOnly?: true;
}

/** When files were last written to, in milliseconds since the epoch; a file that is missing, or a device, is left out. */
export type Written = Readonly<Record<string, number>>;

export interface PerformContext {
  /** The run's folder, for files that a command reads. */
  readonly folder: string;
  /** Stops the wait. The answer to a command that was already sent is awaited first. */
  readonly signal?: AbortSignal;
  onProgress(progress: Progress): void;
  /** Reports what the user should know although the effect succeeds. */
  onNotice?(message: string): void;
  /** Records that a file has been created, before anything is written into it. */
  onMade(made: MadeFile): Promise<void>;
}

/** A file that a run has created. The inode distinguishes it from another file at the same path. */
export interface MadeFile {
  readonly file: string;
  readonly ino: string;
  /** Its creation time in nanoseconds since the epoch; `0` if its file system does not report one. */
  readonly born: string;
}
