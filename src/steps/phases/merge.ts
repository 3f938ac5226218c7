/** The phase of a job that removes layers from a chain and ends by itself. */
import type { Effect } from '../../commands/effect.ts';
import { type BlockJob, diskOf, type HostState, isUp } from '../../model/host-state.ts';
import { knownRange, type NamedRange } from '../chain-range.ts';
import { NoRollback, type Phase } from '../define.ts';
import { awaitEnded } from '../effects/job.ts';
import { abortOwnJob } from '../rollbacks/cancel.ts';
import { chainIs, noJob } from './expect.ts';

export interface Merge extends Pick<Phase, 'summary' | 'rollback'> {
  /** libvirt's type of the job, and the name of the phase. */
  readonly job: BlockJob['type'];
  readonly range: NamedRange;
  readonly start: (state: HostState) => Effect;
  /** The reason of the wait: `until the layers are merged`. */
  readonly until: string;
  /** Seconds before the job times out. */
  readonly timeout: number | undefined;
}

const LOST = 'a merged layer cannot be restored below a running guest';

/** The chain does not change while the job runs, so the rollback cancels it; once the job has ended there is no rollback. */
export function mergePhase({ job, range, start, timeout, until, ...words }: Merge): Phase {
  const { disk } = range;
  return {
    name: job,
    ...words,
    effects: (state) => [start(state), awaitEnded(disk, timeout, until)],
    expects(before) {
      const { merged } = knownRange(range, before);
      const chain = diskOf(before, disk)?.chain ?? [];
      return [
        chainIs(
          disk,
          chain.filter((layer) => !merged.includes(layer)),
        ),
        noJob(disk),
      ];
    },
    undo(before, now) {
      const current = diskOf(now, disk);
      if (isUp(now) && current?.chain.length !== diskOf(before, disk)?.chain.length)
        throw new NoRollback(`the layers of ${disk} are merged; ${LOST}`);
      // libvirt does not say which layers it merges. A start that libvirt refused is not undone: see `effectsFrom`.
      return abortOwnJob(now, disk, undefined, job);
    },
    pointOfNoReturn: () => LOST,
  };
}
