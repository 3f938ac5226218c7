/** How files are made, written over, removed and moved aside, and the phases that clear away what was committed. */
import type {
  MakeFileEffect,
  MoveFileEffect,
  RemoveFileEffect,
  VirshEffect,
} from '../../commands/effect.ts';
import { fileAt } from '../../model/file-identity.ts';
import type { World } from '../../model/world.ts';
import type { Phase } from '../define.ts';
import { quarantined } from '../requirements/removal.ts';
import { gone } from './expect.ts';

/** Takes a file's place before libvirt writes there: libvirt takes an empty file, and a foreign one is never taken for ours. */
export function makeFile(file: string, why: string): MakeFileEffect {
  return { tool: 'make-file', file, why };
}

export function removeFile(file: string, why: string): RemoveFileEffect {
  return { tool: 'remove-file', file, why };
}

/**
 * What an effect says of existing files that it writes over. Lost is the content that somebody could miss: not what the run
 * has made, and not of a file that takes no room on its storage. A block device always holds something.
 */
export function writesOver(
  world: World,
  files: readonly string[],
  block: boolean,
): Pick<VirshEffect, 'writesInto' | 'loses'> {
  const loses = files.filter((path) => {
    const found = fileAt(world, path);
    const empty = found?.size === 0 && !found.sizeUntold && !block;
    return !found?.made && !empty;
  });
  return { writesInto: files, ...(loses.length === 0 ? {} : { loses }) };
}

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
      moves(start).map(({ file, place }) => move(file, place, 'its data is in the base')),
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
        .map(({ file, place }) => move(place, file, 'put it back where it was')),
  };
}

/** Whether what lies at one place in a World is the file that lay at another in an earlier one. */
function isThat(before: World, file: string, now: World, place: string): boolean {
  const found = fileAt(now, place);
  if (!found) return false;
  return found.identity === fileAt(before, file)?.identity;
}

function move(file: string, to: string, why: string): MoveFileEffect {
  return { tool: 'move-file', file, to, why };
}
