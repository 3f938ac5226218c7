/** What the doctor knows about a domain, and what it reports. */

import type { Code } from '../codes.ts';
import { blockplanCommand, type Command } from '../command.ts';
import type { Examination } from '../model/examination.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import type { OpenEnd } from '../outcomes.ts';

/** A domain with everything that was examined. */
export interface Patient {
  readonly state: HostState;
  /** Absent for a domain that libvirt does not know. */
  readonly seen?: Examination;
  /** The files beside its images at whose paths a run of blockplan left a file behind, according to these journals. */
  readonly left?: readonly LeftBehind[];
  /** How many runs were searched for these files, the newest first; absent if no older run is left to search. */
  readonly newestSearched?: number;
  /** Its unfinished runs according to the journals on this machine, oldest first. */
  readonly runs: readonly UnfinishedRun[];
  /** Its runs that were forgotten, newest first; absent where no job of the guest needs an explanation. */
  readonly forgotten?: readonly ForgottenRun[];
  /** Whether the process that the marker names still runs on this machine; absent if that is unknown. */
  readonly markedAlive?: boolean;
  /** The name of this machine. */
  readonly here: string;
}

/** An unfinished run. */
export interface UnfinishedRun {
  readonly run: string;
  readonly plan: string;
  /** The folder of its journal. */
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Its end so far; absent if it was killed or is still active. */
  readonly end?: OpenEnd;
  /** The commands that its report says to type. */
  readonly next: readonly string[];
  /** How it can be finished, as a clause: `resume the run or roll it back`. */
  readonly finishing: string;
  /** The commands that do so. */
  readonly takeUp: readonly Command[];
  /** Whether a process works on it. */
  readonly alive: boolean;
  /** Such as `root@host1, pid 42`. */
  readonly owner: string;
  /** The definition that it removed from libvirt. */
  readonly bundle?: Bundle;
  /** Set if it removed an autostart mark and is not known to have restored it. */
  readonly owesAutostart?: true;
  /** The files that it intended to create. */
  readonly files: readonly string[];
}

/** A run that `blockplan forget` closed, whatever its state. */
export interface ForgottenRun {
  readonly run: string;
  readonly plan: string;
  /** When it was forgotten, in UTC and to the second. */
  readonly time: string;
  /** The files that it intended to create. */
  readonly files: readonly string[];
}

/** A file that a run took out of the chain of a disk, and kept. */
export interface LeftBehind {
  readonly file: string;
  /** The disk's target. */
  readonly target: string;
  /** Whether the guest wrote to it until then. */
  readonly wasActive: boolean;
  readonly run: string;
  readonly plan: string;
  /** When, in UTC and to the second. */
  readonly time: string;
  /** Whether the file at its path is certainly that file, unchanged since; otherwise it may be any. */
  readonly isUnchanged: boolean;
}

/** One problem of a domain. */
export interface Defect {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** The state that was found. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do. */
  readonly todo: string;
  /**
   * The commands to type, in order; or one of them if `todo` says so. None does harm after the others: an alternative that
   * would is only named in `todo`.
   */
  readonly commands?: readonly Command[];
  readonly repair?: Repair;
}

/** Steps of blockplan that would repair it. */
export interface Repair {
  /** The name of the plan, and a part of its file name. */
  readonly name: string;
  /** The purpose of the plan, as a sentence. */
  readonly title: string;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

/** The command that restores the definition that a run removed, and nothing else. */
export function rescueLine({ run }: UnfinishedRun): Command {
  return blockplanCommand('rescue', run);
}
