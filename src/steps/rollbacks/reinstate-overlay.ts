/** The rollback of a commit after its pivot: an empty overlay replaces the committed one. */
import type { Effect } from '../../commands/effect.ts';
import { backingPath } from '../../model/backing-path.ts';
import { fileAt, isSameFile } from '../../model/file-identity.ts';
import { backingName } from '../../model/headers.ts';
import { diskOf, type HostState, isUp, type Layer } from '../../model/host-state.ts';
import type { LayerRange } from '../chain-range.ts';
import { NoRollback } from '../define.ts';
import { removeMerged } from '../effects/files.ts';
import { whyUnremovable } from '../requirements/removal.ts';
import { restoreDefinition } from './definition.ts';
import { recreateOverlay } from './recreate-overlay.ts';

/** @throws NoRollback if the guest does not run, if several layers were committed, or if the file cannot be replaced */
export function reinstateOverlay(
  target: string,
  { merged, into: base }: LayerRange,
  before: HostState,
  now: HostState,
): Effect[] {
  const disk = diskOf(now, target);
  const [top, ...between] = merged;
  if (!isUp(now)) {
    throw new NoRollback(
      `"${now.domain.name}" is ${now.domain.state}: a new overlay needs a running guest, and ${base.file} may hold its latest writes`,
    );
  }
  if (!top || !isSameFile(now, disk?.chain[0]?.file, base.file) || !disk)
    return restoreDefinition(before, now, [target]);
  if (between.length > 0) {
    throw new NoRollback(
      `the layers of ${target} are merged into ${base.file}, which holds all of the guest's data`,
    );
  }
  const why = whyUnremovable(before, top);
  if (why !== undefined) {
    throw new NoRollback(
      `${why}, so it cannot be replaced by a new overlay; ${base.file} holds all of the guest's data`,
    );
  }
  return [
    ...removedTop(before, now, top.file, base),
    ...recreateOverlay(
      now,
      disk,
      { file: top.file, format: top.format, base: base.file },
      nameFor(before, top, base),
    ),
  ];
}

/** Removes the committed overlay or, after an interrupted rollback, the file of the new one. */
function removedTop(before: HostState, now: HostState, file: string, base: Layer): Effect[] {
  const found = fileAt(now, file);
  if (!found) return [];
  const why = 'it has been out of date since the pivot';
  const { made } = found;
  return [
    made ? { ...removeMerged(file, base, why), made } : removeMerged(file, base, why, before),
  ];
}

/** The backing file name in the overlay's former header; the path of the layer below if that name did not lead there. */
function nameFor(before: HostState, top: Layer, base: Layer): string {
  const name = backingName(before, top);
  return typeof name === 'string' && isSameFile(before, backingPath(top.file, name), base.file)
    ? name
    : base.file;
}
