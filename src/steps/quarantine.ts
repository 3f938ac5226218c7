/** Files that nothing uses any more are moved aside instead of removed, for a person to remove them later. */
import { basename, dirname, join } from 'node:path';
import type { MoveFileEffect } from '../commands/effect.ts';
import type { Finding } from '../errors.ts';
import { fileAt, indexOfFile, isSameFile } from '../model/file-identity.ts';
import type { Layer, World } from '../model/world.ts';
import type { Phase } from './define.ts';
import { checkNewFile } from './destination.ts';
import type { Precondition } from './needs.ts';
import { refuse } from './preconditions.ts';
import { unremovable } from './removal.ts';

/** Where a file goes: it keeps its name. */
export function quarantined(folder: string, file: string): string {
  return join(folder, basename(file));
}

/** Refuses files that could not be moved into that folder, by a new name for the same data and over no other file. */
export function checkQuarantine(
  world: World,
  key: string,
  folder: string,
  layers: readonly Layer[],
): Finding[] {
  const places = layers.map(({ file }) => quarantined(folder, file));
  return layers.flatMap((layer, at) => {
    const place = places[at] ?? '';
    const why = obstacle(world, folder, layer);
    if (why !== undefined) return [refuse('BP142', key, why, 'choose another folder')];
    return indexOfFile(world, places, place) < at
      ? [refuse('BP142', key, `two of the files are called ${basename(place)}`, 'use "delete"')]
      : checkNewFile(world, key, place, 0);
  });
}

function obstacle(world: World, folder: string, layer: Layer): string | undefined {
  const { file } = layer;
  const why = unremovable(world, layer);
  if (why !== undefined) return `${why}, so it is not moved`;
  const [from, to] = [dirname(file), folder].map((path) => world.folders[path]);
  if (isSameFile(world, quarantined(folder, file), file)) return `${file} is in ${folder} already`;
  return from?.fileSystem !== undefined &&
    to?.fileSystem !== undefined &&
    from.fileSystem !== to.fileSystem
    ? `${folder} is on another file system than ${file}: it would have to be copied, which nobody has asked for`
    : undefined;
}

export function quarantineNeeds(folder: string, files: readonly string[]): Precondition[] {
  return files.flatMap((file) => {
    const place = quarantined(folder, file);
    return [
      { what: `there is ${file}`, needs: { file } },
      { what: `there is no file ${place}`, needs: { file: place } },
      { what: `${folder} is a folder on the file system of ${file}`, needs: { folder: place } },
    ];
  });
}

/**
 * Moves files aside.
 * @param filesOf the files, by the World in which the step began; none where that World does not tell
 */
export function quarantinePhase(
  folder: string,
  filesOf: (start: World) => readonly string[],
): Phase {
  const moves = (start: World) =>
    filesOf(start).map((file) => ({ file, place: quarantined(folder, file) }));
  return {
    name: 'quarantine',
    summary: `move the files that were committed into ${folder}, once they are proven unused`,
    wayBack: 'move them back',
    effects: (_before, start) =>
      moves(start).map(({ file, place }) => move(file, place, 'its data is in the base')),
    settled: (before, after, start) =>
      moves(start).flatMap(({ file, place }) => [
        ...(fileAt(after, file) ? [`${file} is still there`] : []),
        ...(isThat(before, file, after, place) ? [] : [`${place} is not what ${file} was`]),
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
