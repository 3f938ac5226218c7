/** The phase of a job that takes layers out of a chain and ends by itself. */
import type { AwaitJobEffect, Effect } from '../../commands/effect.ts';
import { type BlockJob, diskOf, isUp, type Layer, type World } from '../../model/world.ts';
import { NoWayBack, type Phase } from '../define.ts';
import { abortOwnJob } from '../rollbacks/cancel.ts';
import { chainIs, noJob } from './expect.ts';

export interface Merge extends Pick<Phase, 'name' | 'summary' | 'wayBack'> {
  readonly disk: string;
  readonly job: BlockJob['type'];
  readonly start: (world: World) => Effect;
  readonly ended: AwaitJobEffect;
  /** The layers that leave the chain. */
  readonly merged: (before: World) => readonly Layer[];
  /** Why there is no rollback once the job has ended. */
  readonly lost: string;
}

/** As long as the job runs the chain is as it was, so the rollback cancels it; nothing leads back from its end. */
export function mergePhase({ disk, ended, job, lost, merged, start, ...words }: Merge): Phase {
  return {
    ...words,
    effects: (world) => [start(world), ended],
    expects(before) {
      const gone = merged(before);
      const chain = diskOf(before, disk)?.chain ?? [];
      return [
        chainIs(
          disk,
          chain.filter((layer) => !gone.includes(layer)),
        ),
        noJob(disk),
      ];
    },
    undo(before, now) {
      const current = diskOf(now, disk);
      if (isUp(now) && current?.chain.length !== diskOf(before, disk)?.chain.length)
        throw new NoWayBack(`the layers of ${disk} are merged; ${lost}`);
      return current?.job?.type === job ? abortOwnJob(now, disk, undefined) : [];
    },
    pointOfNoReturn: () => lost,
  };
}
