/**
 * What a run tells while it goes on. Renderers make terminal bars, plain lines and JSON Lines of these;
 * `schemas/events.schema.json` documents the same shapes for programs.
 */
import type { Finding } from './errors.ts';
import type { DomainState } from './model/host-state.ts';
import type { End } from './outcomes.ts';

/** `do` is the way forward, `undo` the rollback. */
export type Direction = 'do' | 'undo';

/** Names one phase of one step. */
export interface PhaseRef {
  /** The step's id in the plan. */
  readonly step: string;
  readonly phase: string;
}

/** A step as it is announced: its phases in order. */
export interface StepOutline {
  readonly id: string;
  readonly kind: string;
  readonly phases: readonly { readonly name: string; readonly summary: string }[];
}

export type RunEvent = { /** Milliseconds since the epoch. */ readonly time: number } & (
  | {
      readonly event: 'run-started';
      readonly run: string;
      readonly plan: string;
      readonly domain: string;
      /** The folder that holds the journal. */
      readonly journal: string;
      readonly steps: readonly StepOutline[];
      /** Which way a run that was interrupted is taken; absent at its first start. */
      readonly again?: 'resume' | 'rollback';
    }
  | {
      /** The user has left the run half-way. */
      readonly event: 'run-left';
      readonly run: string;
      readonly by: string;
      /** Commands to type next. */
      readonly next: readonly string[];
    }
  | { readonly event: 'finding'; readonly finding: Finding }
  | ({
      readonly event: 'phase-started';
      readonly direction: Direction;
      readonly summary: string;
    } & PhaseRef)
  | ({
      readonly event: 'command';
      readonly direction: Direction;
      readonly command: string;
      readonly why: string;
    } & PhaseRef)
  | ({
      readonly event: 'progress';
      readonly direction: Direction;
      /** Bytes done and bytes in all; the total may grow while the guest writes. */
      readonly current: number;
      readonly total: number;
      /** Bytes a second, smoothed; absent until it is known. */
      readonly rate?: number;
    } & PhaseRef)
  | { readonly event: 'guest-state'; readonly state: DomainState }
  | ({
      readonly event: 'phase-finished';
      readonly direction: Direction;
      readonly durationMs: number;
    } & PhaseRef)
  | ({
      readonly event: 'phase-failed';
      readonly direction: Direction;
      readonly message: string;
    } & PhaseRef)
  | { readonly event: 'rollback-started'; readonly reason: string; readonly interrupted: boolean }
  | { readonly event: 'notice'; readonly message: string }
  | {
      readonly event: 'run-finished';
      readonly end: End;
      readonly exitCode: number;
      readonly interrupted: boolean;
      /** What is so now, in sentences. */
      readonly state: readonly string[];
      /** Commands to type next; empty when nothing is left to do. */
      readonly next: readonly string[];
      readonly durationMs: number;
    }
);

/** Somebody who is told each event, in order. */
export type Listener = (event: RunEvent) => void;
