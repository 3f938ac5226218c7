/** A part of a run that is performed in a proof: what is injected into it, and what it led to. */
import type { SimulatedHost } from '../host/simulated-host.ts';
import type { LogRecord } from '../journal/run-log.ts';
import type { Request } from '../run/requests.ts';
import type { Fault } from './faults.ts';
import type { HostCache } from './memo.ts';
import type { DisksOfGuest } from './other-actors.ts';
import type { ProofEnvironment } from './proof-environment.ts';

/** A point in a part of a run at which faults can be injected. */
export interface FaultPoint {
  readonly at: number;
  readonly request: Request;
  readonly faults: readonly Fault[];
}

/** The result of performing a part of a run. */
export interface PerformedPart<T> {
  readonly environment: ProofEnvironment;
  /** What it returned; undefined if blockplan ended in the middle of it. */
  readonly result: { readonly value: T } | undefined;
  readonly points: readonly FaultPoint[];
  /** The records that were written and still exist after it. */
  readonly records: readonly LogRecord[];
  /** What `inspect` found wrong in the states on the way. */
  readonly wrong: readonly string[];
}

/** How a part is performed. */
export interface PerformOptions {
  /** The faults, by the number of their point in this part. */
  readonly injected: ReadonlyMap<number, Fault>;
  /** Returns what is wrong with a host that the run has just changed. */
  readonly inspect: (host: SimulatedHost) => readonly string[];
  readonly hosts: HostCache;
  /** The disks that others work on. */
  readonly disks: DisksOfGuest;
}
