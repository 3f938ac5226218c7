/** The report of a rehearsal as data, with the user's paths. */

import type { Direction } from '../events.ts';
import type { End } from '../outcomes.ts';
import type { NotUndone } from './turning-point.ts';

export interface Rehearsal {
  readonly format: 'blockplan-rehearsal/v1';
  /** As for a run: `succeeded` for a clean rehearsal. */
  readonly end: End;
  readonly exitCode: number;
  readonly plan: string;
  readonly domain: string;
  /** The host on which it ran. */
  readonly host: HostFacts;
  /** In order: the run, its rollback, the second run; a part that did not take place is absent. */
  readonly parts: readonly RehearsalPart[];
  /** What was not undone, and why. */
  readonly notUndone?: NotUndone;
  /** The names of the plan's hooks, which a rehearsal never runs; absent if there are none. */
  readonly hooksNotRun?: readonly string[];
  /** How the guest differs from the original. */
  readonly differences: readonly string[];
  /** The problems, in sentences; empty if there are none. */
  readonly problems: readonly string[];
  readonly durationMs: number;
}

export interface HostFacts {
  readonly libvirt: string;
  readonly qemu: string;
  readonly acceleration: 'KVM' | 'emulation (TCG)';
}

/** One pass through the plan, and the checks after it. */
export interface RehearsalPart {
  readonly name: 'run' | 'undo' | 'run again';
  readonly phases: readonly DonePhase[];
  readonly checks: readonly Check[];
  /** The files that the part created, with the bytes that they take on their storage. */
  readonly made: readonly { readonly file: string; readonly bytes: number }[];
}

/** A phase that was performed. */
export interface DonePhase {
  readonly step: string;
  readonly phase: string;
  readonly direction: Direction;
  readonly commands: readonly string[];
  readonly durationMs: number;
  /** The bytes that a copy or commit moved, as reported by libvirt or qemu-img. */
  readonly bytes?: number;
  /** Why it failed; absent if it succeeded. */
  readonly failed?: string;
}

/** One check: what was checked, what was found, and what was wrong. */
export interface Check {
  readonly what: string;
  /** Empty if the check failed, or was not made at all. */
  readonly found: string;
  readonly wrong: readonly string[];
  /** What was not checked, and why, as a clause. */
  readonly notChecked?: string;
}
