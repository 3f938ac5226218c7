import type { BlockJob } from './host-state.ts';

/** What a job is called. QEMU's active commit is a commit to a person. */
export function jobName({ type }: Pick<BlockJob, 'type'>): string {
  if (type === 'active-commit') return 'commit';
  return type === 'other' ? 'block job' : type;
}
