/** The phases that clear away what was committed. */
import { fileAt } from '../../model/file-identity.ts';
import type { World } from '../../model/world.ts';
import type { Phase } from '../define.ts';
import { moveFile, removeFile } from '../effects/files.ts';
import { quarantined } from '../requirements/removal.ts';
import { gone } from './expect.ts';

/** The files of a phase, by the World in which its step began; none where that World does not tell. */
type FilesOf = (start: World) => readonly string[];

/** Removes files that were committed, once nothing can need them any more. */
export function deletePhase(filesOf: FilesOf): Phase {
  return {
    name: 'delete',
    summary: 'remove the files that were committed, once they are proven unused',
    wayBack: 'nothing to do: what the files held is in the base',
    effects: (_before, start) =>
      filesOf(start).map((file) => removeFile(file, 'its data is in the base')),
    expects: (_before, start) => filesOf(start).map(gone),
    undo: () => [],
  };
}

/** Moves files that were committed aside, for a person to remove them later. */
export function quarantinePhase(folder: string, filesOf: FilesOf): Phase {
  const moves = (start: World) =>
    filesOf(start).map((file) => ({ file, place: quarantined(folder, file) }));
  return {
    name: 'quarantine',
    summary: `move the files that were committed into ${folder}, once they are proven unused`,
    wayBack: 'move them back',
    effects: (_before, start) =>
      moves(start).map(({ file, place }) => moveFile(file, place, 'its data is in the base')),
    expects: (before, start) =>
      moves(start).flatMap(({ file, place }) => [
        gone(file),
        (after: World) =>
          isThat(before, file, after, place) ? [] : [`${place} is not what ${file} was`],
      ]),
    // One that somebody has taken out of there meanwhile is not looked for.
    undo: (before, now, start) =>
      moves(start)
        .filter(({ file, place }) => isThat(before, file, now, place))
        .map(({ file, place }) => moveFile(place, file, 'put it back where it was')),
  };
}

/** Whether what lies at one place in a World is the file that lay at another in an earlier one. */
function isThat(before: World, file: string, now: World, place: string): boolean {
  const found = fileAt(now, place);
  if (!found) return false;
  return found.identity === fileAt(before, file)?.identity;
}
