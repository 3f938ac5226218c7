/** What a doctor is told of a domain, and what it says of it. */

import type { Code } from '../codes.ts';
import { blockplanCommand, type Command, commandLine } from '../command.ts';
import type { Examination } from '../model/examination.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import type { OpenEnd } from '../outcomes.ts';

/** A domain with everything that was looked at. */
export interface Patient {
  readonly state: HostState;
  /** Absent for a domain that libvirt does not know. */
  readonly seen?: Examination;
  /** The runs on it that this machine's journals tell of and that are not over, oldest first. */
  readonly runs: readonly UnfinishedRun[];
  /** Whether the process that the marker names still runs on this machine; absent where nobody can tell. */
  readonly markedAlive?: boolean;
  /** The name of this machine. */
  readonly here: string;
  /** The connection as the user gave it, for commands to type. */
  readonly connect?: string;
}

/** A run that is not over. */
export interface UnfinishedRun {
  readonly run: string;
  readonly plan: string;
  /** The folder of its journal. */
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** What it ended with for now; absent where it was killed, or is under way. */
  readonly end?: OpenEnd;
  /** What its report told to type. */
  readonly next: readonly string[];
  /** What to type to have it finished or undone, as far as its journal lets it be. */
  readonly takeUp: readonly Command[];
  /** Whether a process works on it. */
  readonly alive: boolean;
  /** Such as `root@host1, pid 42`. */
  readonly owner: string;
  /** The definition that it took away from libvirt. */
  readonly bundle?: Bundle;
  /** Set where it took an autostart mark away that nothing is known to have put back. */
  readonly owesAutostart?: true;
  /** The files that it meant to make. */
  readonly files: readonly string[];
}

/** One thing that is wrong with a domain. */
export interface Defect {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** What is so. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do. */
  readonly todo: string;
  /** What to type, in order, or one of them where `todo` says so. */
  readonly commands?: readonly Command[];
  readonly repair?: Repair;
}

/** Steps of blockplan's own that would mend it. */
export interface Repair {
  /** A word for the plan's name and its file's. */
  readonly name: string;
  /** What the plan is for, in a sentence. */
  readonly title: string;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

/** A virsh command to type. */
export function virshLine({ connect }: Patient, argv: readonly string[]): Command {
  return commandLine('virsh', ...(connect === undefined ? [] : ['-c', connect]), ...argv);
}

/** What to type to have the definition back that a run took away, and nothing else. */
export function rescueLine({ run }: UnfinishedRun): Command {
  return blockplanCommand('rescue', run);
}
