/** What a rehearsal has done and seen, as data; the user's own paths stand in it. */

import type { Direction } from '../events.ts';
import type { End } from '../outcomes.ts';
import type { NotUndone } from './turning-point.ts';

export interface Rehearsal {
  readonly format: 'blockplan-rehearsal/v1';
  /** As of a run: `succeeded` for a rehearsal that is clean. */
  readonly end: End;
  readonly exitCode: number;
  readonly plan: string;
  readonly domain: string;
  /** Where it was done. */
  readonly host: HostFacts;
  /** In order: the run, its undoing, the run again; what did not come about is absent. */
  readonly parts: readonly RehearsalPart[];
  /** What was not undone, and why. */
  readonly notUndone?: NotUndone;
  /** How the guest differs from the original. */
  readonly differences: readonly string[];
  /** What went wrong, in sentences; empty when all is well. */
  readonly problems: readonly string[];
  readonly durationMs: number;
}

export interface HostFacts {
  readonly libvirt: string;
  readonly qemu: string;
  readonly acceleration: 'KVM' | 'emulation (TCG)';
}

/** One way through the plan, and what was looked at after it. */
export interface RehearsalPart {
  readonly name: 'run' | 'undo' | 'run again';
  readonly phases: readonly DonePhase[];
  readonly checks: readonly Check[];
  /** The files that are there since, with the bytes that they take on their storage. */
  readonly made: readonly { readonly file: string; readonly bytes: number }[];
}

/** A phase that was really performed. */
export interface DonePhase {
  readonly step: string;
  readonly phase: string;
  readonly direction: Direction;
  readonly commands: readonly string[];
  readonly durationMs: number;
  /** What a copy or commit has moved, as libvirt or qemu-img told it. */
  readonly bytes?: number;
  /** Why it failed; absent where it was done. */
  readonly failed?: string;
}

/** One look: what was looked at, what was seen, and what was not as it should be. */
export interface Check {
  readonly what: string;
  readonly found: string;
  readonly wrong: readonly string[];
}
