/** The result of a phase, with its details; see `PhaseResult`. */
import type { Command } from '../command.ts';
import type { HostState } from '../model/host-state.ts';
import { isUncertain, reasonOf } from './perform-effect.ts';

export type Result =
  | { readonly type: 'DONE'; readonly now: HostState }
  | {
      readonly type: 'FAILED';
      readonly reason: string;
      readonly next: readonly Command[];
      readonly interrupted: boolean;
    }
  | { readonly type: 'LOST'; readonly reason: string };

export function failed(reason: string, next: readonly Command[] = []): Result {
  return { type: 'FAILED', reason, next, interrupted: false };
}

export function interruption(): Result {
  return { type: 'FAILED', reason: 'interrupted', next: [], interrupted: true };
}

/** The result of an error after which nothing can be tried again. */
export function failureOf(error: unknown): Result {
  return isUncertain(error) ? { type: 'LOST', reason: error.message } : failed(reasonOf(error));
}

export function drifted(): Result {
  return failed('the observed state does not match the journal');
}
