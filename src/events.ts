/**
 * The events of a run. Renderers turn them into terminal bars, plain lines and JSON Lines; `schemas/events.schema.json`
 * documents the same shapes for programs.
 */
import type { Finding } from './errors.ts';
import type { HookRef, HookResult } from './hook.ts';
import type { DomainState } from './model/host-state.ts';
import type { End } from './outcomes.ts';

/** `do` is forward, `undo` is the rollback. */
export type Direction = 'do' | 'undo';

/** Names one phase of one step. */
export interface PhaseRef {
  /** The step's id in the plan. */
  readonly step: string;
  readonly phase: string;
}

/** A step and its phases in order. */
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
      /** How an interrupted run continues; absent when it first starts. */
      readonly again?: 'resume' | 'rollback';
    }
  | {
      /** The user left the run unfinished. */
      readonly event: 'run-left';
      readonly run: string;
      readonly by: string;
      /** What is known of its block jobs, in sentences; absent in the event log of an older version. */
      readonly jobs?: readonly string[];
      /** That the only definition is the saved one, in a sentence, as far as is known; otherwise empty or absent. */
      readonly definition?: readonly string[];
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
      /** Bytes done and bytes in total; the total may grow while the guest writes. */
      readonly current: number;
      readonly total: number;
      /** Milliseconds since the job began; absent in the event log of an older version. */
      readonly elapsedMs?: number;
      /** Bytes per second, averaged over the last 20 seconds or longer; absent until it is known. */
      readonly rate?: number;
      /** Milliseconds until the job is done, in whole seconds; absent while that is unknown. */
      readonly leftMs?: number;
      /** Set while the guest writes about as fast as the job copies, so that the job hardly comes closer to its end. */
      readonly guestKeepsUp?: true;
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
  | ({ readonly event: 'hook-started'; readonly command: string } & HookRef)
  | ({ readonly event: 'hook-finished' } & HookRef & HookResult)
  | { readonly event: 'rollback-started'; readonly reason: string; readonly interrupted: boolean }
  | {
      readonly event: 'notice';
      readonly message: string;
      /** Set if `blockplan throttle` changed the speed of the run's job. */
      readonly about?: 'throttle';
    }
  | {
      readonly event: 'run-finished';
      readonly end: End;
      readonly exitCode: number;
      readonly interrupted: boolean;
      /**
       * What went wrong, in sentences; absent if nothing did, and in the event log of an older version, whose `state` has
       * it.
       */
      readonly happened?: readonly string[];
      /** The current state, in sentences. */
      readonly state: readonly string[];
      /** Commands to type next, the most likely one first; empty when nothing is left to do. */
      readonly next: readonly string[];
      readonly durationMs: number;
    }
);

/** Receives each event, in order. */
export type Listener = (event: RunEvent) => void;
