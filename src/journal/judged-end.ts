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

/**
 * Whether an attempt is to undo the end. Should it not begin, the end is judged again: the marker is back on the domain.
 */
export function isUndoneBy({ end }: Pick<JudgedEnd, 'end'>, how: 'resume' | 'rollback'): boolean {
  return end === 'succeeded' && how === 'rollback';
}
