/**
 * Hooks: programs that a plan runs before its first step and after its end, on the machine that blockplan runs on. Every
 * room may import this file.
 */

/** When a hook runs: before the first effect, after a run that succeeded, or after any other end. */
export const HOOK_POINTS = ['before', 'after', 'on-failure'] as const;
export type HookPoint = (typeof HOOK_POINTS)[number];

/** Names one hook of a plan. */
export interface HookRef {
  readonly point: HookPoint;
  /** Its place among the hooks of its point, from 1. */
  readonly number: number;
}

export interface Hook extends HookRef {
  /** The absolute path of the program, and its arguments; no shell reads them. */
  readonly command: readonly [program: string, ...words: string[]];
  /** The time limit, in seconds. */
  readonly timeout: number;
  /** Whether it may run again if it is unknown whether it has run. */
  readonly repeat: boolean;
}

/** What a hook did. */
export interface HookResult {
  /** How it failed, as a clause after its name; absent if it exited with status 0. */
  readonly error?: string;
  /** The last lines that it printed, without secrets and control characters. */
  readonly output: readonly string[];
}

/** `before hook 1`. */
export function hookName({ point, number }: HookRef): string {
  return `${point} hook ${number}`;
}

/** Whether two references name the same hook. */
export function isSameHook(a: HookRef, b: HookRef): boolean {
  return a.point === b.point && a.number === b.number;
}
