/** The phases that remove committed files or move them aside. */
import { fileAt } from '../../model/file-identity.ts';
import { formerFile, isFormer } from '../../model/former-file.ts';
import type { HostState } from '../../model/host-state.ts';
import type { LayerRange } from '../chain-range.ts';
import type { Phase } from '../define.ts';
import { moveFile, removeMerged } from '../effects/files.ts';
import { quarantinePath } from '../requirements/removal.ts';
import { fileIsAbsent } from './expect.ts';

/** The files of a phase, by the host state in which its step began; empty if they are unknown there. */
type FilesOf = (start: HostState) => readonly string[];

/**
 * Removes committed files once they are no longer needed.
 * @param rangeOf the committed layers, by the host state in which the step began
 */
export function deletePhase(rangeOf: (start: HostState) => LayerRange | undefined): Phase {
  const filesOf = (start: HostState) => rangeOf(start)?.merged.map(({ file }) => file) ?? [];
  return {
    name: 'delete',
    summary: 'remove the committed files once they are proven unused',
    rollback: 'nothing to do: the base holds the data of the files',
    effects(_before, start) {
      const { merged, into } = rangeOf(start) ?? { merged: [], into: undefined };
      return into
        ? merged.map(({ file }) => removeMerged(file, into, 'its data is in the base', start))
        : [];
    },
    expects: (_before, start) => filesOf(start).map(fileIsAbsent),
    undo: () => [],
  };
}

/** Moves committed files aside, for an operator to remove later. */
export function quarantinePhase(folder: string, filesOf: FilesOf): Phase {
  const moves = (start: HostState) =>
    filesOf(start).map((file) => ({ file, place: quarantinePath(folder, file) }));
  return {
    name: 'quarantine',
    summary: `move the committed files to ${folder} once they are proven unused`,
    rollback: 'move them back',
    effects: (_before, start) =>
      moves(start).map(({ file, place }) =>
        moveFile(file, place, 'its data is in the base', formerFile(start, file)),
      ),
    expects: (before, start) =>
      moves(start).flatMap(({ file, place }) => [
        fileIsAbsent(file),
        (after: HostState) =>
          isThat(before, file, after, place)
            ? []
            : [`${place} is not the file that was at ${file}`],
      ]),
    // A file that another user has meanwhile moved elsewhere is not searched for.
    undo: (before, now, start) =>
      moves(start)
        .filter(({ file, place }) => isThat(before, file, now, place))
        .map(({ file, place }) => moveFile(place, file, 'move it back', formerFile(before, file))),
  };
}

/** Whether the file at `place` is the one that was at `file` in an earlier host state. */
function isThat(before: HostState, file: string, now: HostState, place: string): boolean {
  const found = fileAt(now, place);
  if (!found) return false;
  const [former, other] = [formerFile(before, file), formerFile(now, place)];
  // Only the birth time shows that it is the same file after a boot, which can change the number of its device.
  const isStamped = former?.born !== undefined && other?.born !== undefined;
  return isStamped ? isFormer(former, other) : found.identity === fileAt(before, file)?.identity;
}
