/** The phases that clear away what was committed. */
import { fileAt } from '../../model/file-identity.ts';
import type { HostState } from '../../model/host-state.ts';
import type { Phase } from '../define.ts';
import { moveFile, removeFile } from '../effects/files.ts';
import { quarantinePath } from '../requirements/removal.ts';
import { fileIsAbsent } from './expect.ts';

/** The files of a phase, by the host state in which its step began; none where that host state does not tell. */
type FilesOf = (start: HostState) => readonly string[];

/** Removes files that were committed, once nothing can need them any more. */
export function deletePhase(filesOf: FilesOf): Phase {
  return {
    name: 'delete',
    summary: 'remove the files that were committed, once they are proven unused',
    rollback: 'nothing to do: what the files held is in the base',
    effects: (_before, start) =>
      filesOf(start).map((file) => removeFile(file, 'its data is in the base')),
    expects: (_before, start) => filesOf(start).map(fileIsAbsent),
    undo: () => [],
  };
}

/** Moves files that were committed aside, for a person to remove them later. */
export function quarantinePhase(folder: string, filesOf: FilesOf): Phase {
  const moves = (start: HostState) =>
    filesOf(start).map((file) => ({ file, place: quarantinePath(folder, file) }));
  return {
    name: 'quarantine',
    summary: `move the files that were committed into ${folder}, once they are proven unused`,
    rollback: 'move them back',
    effects: (_before, start) =>
      moves(start).map(({ file, place }) => moveFile(file, place, 'its data is in the base')),
    expects: (before, start) =>
      moves(start).flatMap(({ file, place }) => [
        fileIsAbsent(file),
        (after: HostState) =>
          isThat(before, file, after, place) ? [] : [`${place} is not what ${file} was`],
      ]),
    // One that somebody has taken out of there meanwhile is not looked for.
    undo: (before, now, start) =>
      moves(start)
        .filter(({ file, place }) => isThat(before, file, now, place))
        .map(({ file, place }) => moveFile(place, file, 'put it back where it was')),
  };
}

/** Whether what lies at one place in a host state is the file that lay at another in an earlier one. */
function isThat(before: HostState, file: string, now: HostState, place: string): boolean {
  const found = fileAt(now, place);
  if (!found) return false;
  return found.identity === fileAt(before, file)?.identity;
}
