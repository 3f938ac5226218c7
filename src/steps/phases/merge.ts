/** The phase of a job that takes layers out of a chain and ends by itself. */
import type { Effect } from '../../commands/effect.ts';
import { type BlockJob, diskOf, type HostState, isUp } from '../../model/host-state.ts';
import { knownRange, type NamedRange } from '../chain-range.ts';
import { NoRollback, type Phase } from '../define.ts';
import { awaitEnded } from '../effects/job.ts';
import { abortOwnJob } from '../rollbacks/cancel.ts';
import { chainIs, noJob } from './expect.ts';

export interface Merge extends Pick<Phase, 'summary' | 'rollback'> {
  /** What the job is to libvirt, and what the phase is called. */
  readonly job: BlockJob['type'];
  readonly range: NamedRange;
  readonly start: (state: HostState) => Effect;
  /** What is waited for: `until the layers are merged`. */
  readonly until: string;
  /** Seconds until the job is given up. */
  readonly timeout: number | undefined;
}

const LOST = 'a merged layer cannot be put back below a running guest';

/** As long as the job runs the chain is as it was, so the rollback cancels it; nothing leads back from its end. */
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
      return current?.job?.type === job ? abortOwnJob(now, disk, undefined) : [];
    },
    pointOfNoReturn: () => LOST,
  };
}
