/** The phases of a commit: of the active layer, which ends in a pivot or where it is, and of layers below it. */
import { type BlockcommitArgs, blockcommit } from '../../commands/blockcommit.ts';
import { pickOptions } from '../../commands/define.ts';
import type { VirshEffect } from '../../commands/effect.ts';
import { fileAt, isSameFile } from '../../model/file-identity.ts';
import { activeFile, diskOf, type HostState } from '../../model/host-state.ts';
import { spellLayer } from '../../model/layer-name.ts';
import { findRange, knownRange } from '../chain-range.ts';
import { type CommitRangeParams, commitRange } from '../commit-range.ts';
import type { Phase } from '../define.ts';
import { awaitReady, pivot } from '../effects/job.ts';
import { whyUnremovable } from '../requirements/removal.ts';
import { abortOwnJob } from '../rollbacks/cancel.ts';
import { reinstateOverlay } from '../rollbacks/reinstate-overlay.ts';
import { definedOn, jobIsReady, noJob, runsOn } from './expect.ts';
import { finishPhase } from './finish.ts';
import { mergePhase } from './merge.ts';

/** A commit, with the options of `blockcommit`. */
export interface Commit
  extends CommitRangeParams,
    Omit<BlockcommitArgs, 'domain' | 'path' | 'active' | 'top' | 'base'> {
  /** Seconds until the commit is given up. */
  readonly timeout?: number;
}

function start(commit: Commit, state: HostState): VirshEffect {
  const { active, base, disk, top } = commit;
  const range = findRange(commitRange(commit), state);
  // What the base held before is nobody's any more, but where it was the guest's until this run put an overlay above it.
  const losesBase = range && !range.merged.every(({ file }) => fileAt(state, file)?.made);
  return {
    tool: 'virsh',
    verb: 'blockcommit',
    args: {
      ...pickOptions(blockcommit, commit),
      domain: state.domain.name,
      path: disk,
      ...(base === undefined ? {} : { base: spellLayer(state, disk, base) }),
      ...(top === undefined ? {} : { top: spellLayer(state, disk, top) }),
      active,
    },
    why: `start the commit of ${disk}`,
    ...(losesBase ? { loses: [range.into.file] } : {}),
  };
}

export function activePhase(commit: Commit): Phase {
  const { disk } = commit;
  return {
    name: 'commit',
    summary: `merge the active layer of ${disk} into the base while the guest writes, until both are equal`,
    rollback:
      'cancel the commit; the chain stays as it is, and what the base took up so far does no harm below its overlay',
    effects: (state) => [
      start(commit, state),
      awaitReady(disk, commit.timeout, 'until the base holds all that the active layer holds'),
    ],
    expects: (before) => [
      jobIsReady(
        disk,
        'active-commit',
        knownRange(commitRange(commit), before).into.file,
        `the commit of ${disk}`,
      ),
    ],
    undo(before, now) {
      const range = findRange(commitRange(commit), before);
      return range ? abortOwnJob(now, disk, range.into.file) : [];
    },
  };
}

export function pivotPhase(commit: Commit): Phase {
  const { disk } = commit;
  return {
    name: 'pivot',
    summary: `let the guest go on with the base of ${disk}`,
    rollback:
      'put an empty overlay of the same name above the base again; the base keeps what was committed',
    effects: (state) => [pivot(state, disk, `move ${disk} to the base`)],
    expects(before) {
      const { into: base } = knownRange(commitRange(commit), before);
      const named = diskOf(before, disk)?.persistentSource;
      const follows = isSameFile(before, named, activeFile(before, disk));
      const defined = definedOn(disk, base.file);
      return [
        runsOn(disk, base),
        noJob(disk),
        (after) => (follows && after.domain.persistent ? defined(after) : []),
      ];
    },
    undo(before, now) {
      const range = findRange(commitRange(commit), before);
      return range ? reinstateOverlay(disk, range, before, now) : [];
    },
    pointOfNoReturn(before) {
      // A preview of a refused plan asks as well.
      const { merged = [] } = findRange(commitRange(commit), before) ?? {};
      const [top] = merged;
      if (merged.length > 1)
        return 'several layers become one: the layers between cannot be put back under a running guest';
      const why = top && whyUnremovable(before, top);
      return why && `${why}, so no new overlay can take its place`;
    },
  };
}

export function keepPhase({ disk }: Commit): Phase {
  return finishPhase({
    disk,
    job: 'commit',
    summary: 'end the commit; the guest stays on its active layer, the base holds the same data',
    rollback: 'nothing to do: the chain is as it was',
  });
}

export function commitPhase(commit: Commit): Phase {
  return mergePhase({
    job: 'commit',
    summary: `merge ${commit.top} into the base while the guest runs`,
    rollback: 'cancel the commit as long as it runs; the chain stays as it is until its end',
    range: commitRange(commit),
    start: (state) => start(commit, state),
    until: 'until the layers are merged',
    timeout: commit.timeout,
  });
}
