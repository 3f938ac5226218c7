/** The phases of a commit: of the active layer, with or without a pivot at the end, or of layers below it. */
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
  /** Seconds before the commit times out. */
  readonly timeout?: number;
}

function start(commit: Commit, state: HostState): VirshEffect {
  const { active, base, disk, top } = commit;
  const range = findRange(commitRange(commit), state);
  // The base's former content is lost, except where it was the guest's own until this run put an overlay above it.
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
      'cancel the commit; the chain does not change, and the data already in the base is harmless below its overlay',
    effects: (state) => [
      start(commit, state),
      awaitReady(disk, commit.timeout, 'until the base holds all data of the active layer'),
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
      return range ? abortOwnJob(now, disk, range.into.file, 'active-commit') : [];
    },
  };
}

export function pivotPhase(commit: Commit): Phase {
  const { disk } = commit;
  return {
    name: 'pivot',
    summary: `switch the guest to the base of ${disk}`,
    rollback:
      'recreate the overlay above the base, empty and with the same name; the base keeps the committed data',
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
      // The range can be unknown: a preview also calls this for a refused plan.
      const { merged = [] } = findRange(commitRange(commit), before) ?? {};
      const [top] = merged;
      if (merged.length > 1)
        return 'several layers are merged into one: the layers in between cannot be restored below a running guest';
      const why = top && whyUnremovable(before, top);
      return why && `${why}, so it cannot be replaced by a new overlay`;
    },
  };
}

export function keepPhase(commit: Commit): Phase {
  return finishPhase({
    disk: commit.disk,
    job: 'commit',
    into: (start) => findRange(commitRange(commit), start)?.into.file,
    summary:
      'end the commit; the guest stays on its active layer, and the base holds the same data',
    rollback: 'nothing to do: the chain is unchanged',
  });
}

export function commitPhase(commit: Commit): Phase {
  return mergePhase({
    job: 'commit',
    summary: `merge ${commit.top} into the base while the guest runs`,
    rollback: 'cancel the commit while it runs; the chain does not change before the commit ends',
    range: commitRange(commit),
    start: (state) => start(commit, state),
    until: 'until the layers are merged',
    timeout: commit.timeout,
  });
}
