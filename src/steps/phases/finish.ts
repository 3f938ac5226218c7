/** The phase that ends a ready job without a pivot. */
import type { HostState } from '../../model/host-state.ts';
import type { Phase } from '../define.ts';
import { abort } from '../effects/job.ts';
import { activeFileUnchanged, type Expectation, noJob } from './expect.ts';

/** A phase that ends a ready job without a pivot: the guest stays where it is. */
export interface FinishPhase extends Pick<Phase, 'summary' | 'rollback'> {
  readonly disk: string;
  /** The job, for the reason of the command: `copy`. */
  readonly job: string;
  /** The file that then holds all data of the disk; undefined where it is unknown, and the step is refused. */
  into(start: HostState): string | undefined;
  readonly alsoExpects?: readonly Expectation[];
}

/** Its rollback does nothing: the phase that started the job removes the files. */
export function finishPhase({ disk, job, into, alsoExpects = [], ...words }: FinishPhase): Phase {
  return {
    name: 'finish',
    ...words,
    effects(state, start) {
      const completes = into(start);
      const end = abort(state, disk, `end the ready ${job} without a pivot`);
      return [completes === undefined ? end : { ...end, completes }];
    },
    expects: (before) => [noJob(disk), activeFileUnchanged(before, disk), ...alsoExpects],
    undo: () => [],
  };
}
