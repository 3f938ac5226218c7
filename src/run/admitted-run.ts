/** A run that has been admitted, and what it needs. */
import type { Driver } from '../commands/driver.ts';
import type { Listener } from '../events.ts';
import type { Graph } from '../graph/graph.ts';
import type { Journal } from '../journal/journal.ts';
import type { HostState } from '../model/host-state.ts';
import type { OnHosts } from '../model/hosts.ts';

/** The part of a journal that a run needs. */
export type RunJournal = Pick<Journal, 'folder' | 'append'>;

/** A host of an admitted run. */
export interface AdmittedHost {
  readonly driver: Driver;
  /** The host state that preflight observed and accepted. */
  readonly initial: HostState;
  /** All paths that the plan may touch there. */
  readonly files: readonly string[];
}

/** A run that has been admitted: its plan compiled, preflight passed, lock taken, journal open. */
export interface AdmittedRun {
  readonly id: string;
  readonly graph: Graph;
  readonly hosts: OnHosts<AdmittedHost>;
  readonly journal: RunJournal;
  readonly uri: string;
  readonly user: string;
  readonly version: string;
  /** The values of `--set`, and the SHA-256 of the plan's text. */
  readonly set: Readonly<Record<string, string>>;
  readonly planSum: string;
  /** Aborts when the user interrupts; only forward phases listen to it. */
  readonly signal: AbortSignal;
  /** Aborts when the user interrupts the rollback as well: then the run is left unfinished. */
  readonly leave?: AbortSignal;
  readonly listener: Listener;
  /** When a former attempt last saw the progress of an effect, in milliseconds since the epoch; absent where none did. */
  readonly followed?: number;
}
