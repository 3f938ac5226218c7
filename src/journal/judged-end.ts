import type { End } from '../outcomes.ts';

/** How a run ended, as it was judged. */
export interface JudgedEnd {
  readonly end: End;
  readonly interrupted: boolean;
  /** What went wrong; absent if nothing did, and in the journal of an older version, whose `state` has it. */
  readonly happened?: readonly string[];
  readonly state: readonly string[];
  readonly next: readonly string[];
  /** Set if the guest was migrated to another host, which libvirt reports only once, when it happens. */
  readonly movedAway?: true;
}
