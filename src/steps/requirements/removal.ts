/** What removing or moving a layer requires of its file: what the driver would refuse in the middle of a run. */
import { basename, dirname, join } from 'node:path';
import { codes } from '../../codes.ts';
import { indexOfFile, isSameFile } from '../../model/file-identity.ts';
import type { Layer, World } from '../../model/world.ts';
import { checkFolder, noFile } from './new-file.ts';
import { type Key, type Needs, type Refusal, refuse } from './requirement.ts';
import { unnamed } from './unshared.ts';

/** Why no other file can take the place of that layer's, as a sentence; undefined where one can. */
export function unremovable(world: World, { file, block }: Layer): string | undefined {
  if (block) return `${file} is a block device`;
  // The link would go, and its file would stay: neither is what was asked for.
  if (world.files[file]?.link) return `${file} is a symbolic link`;
  return world.folders[dirname(file)]?.writable === false
    ? `no file can be taken out of ${dirname(file)}: it is read-only, or not yours`
    : undefined;
}

/** Requires that the layers' files can be removed. @param key the option that asks for it */
export function removable(needs: Needs, world: World, key: string, layers: readonly Layer[]): void {
  for (const layer of layers) {
    const why = unremovable(world, layer);
    regularFile(
      needs,
      layer,
      why === undefined
        ? []
        : [
            refuse(
              codes.fileNotRemovable,
              key,
              `${why}, so it would not be removed`,
              `leave "${key}" out, and remove it yourself after the run`,
            ),
          ],
    );
  }
}

function regularFile(needs: Needs, { file }: Layer, unmet: readonly Refusal[]): boolean {
  return needs.require(
    `${file} is a regular file in a folder that can be changed`,
    { file },
    unmet,
  );
}

/** Where a file goes that is moved aside: it keeps its name. */
export function quarantined(folder: string, file: string): string {
  return join(folder, basename(file));
}

/** Requires that the layers' files can be moved into that folder, by a new name for the same data and over no other file. */
export function movableAside(
  needs: Needs,
  world: World,
  key: Key,
  folder: string,
  layers: readonly Layer[],
): void {
  const places = layers.map(({ file }) => quarantined(folder, file));
  for (const [at, layer] of layers.entries()) {
    const { file } = layer;
    const place = quarantined(folder, file);
    const why = unremovable(world, layer);
    regularFile(
      needs,
      layer,
      why === undefined
        ? []
        : [
            refuse(
              codes.cannotMoveAside,
              key,
              `${why}, so it is not moved`,
              'choose another folder',
            ),
          ],
    );
    const isTaken = indexOfFile(world, places, place) < at;
    if (isTaken)
      needs.require(`no two of the files are called ${basename(place)}`, 'domain', [
        refuse(
          codes.cannotMoveAside,
          key,
          `two of the files are called ${basename(place)}`,
          'use "delete"',
        ),
      ]);
    const isThere = isSameFile(world, place, file);
    if (!isTaken && !isThere) {
      noFile(needs, world, key, place);
      unnamed(needs, world, key, [place]);
    }
    needs.require(
      `${folder} is a folder on the file system of ${file}`,
      { folder: place },
      checkAside(world, key, folder, file),
    );
  }
}

function checkAside(world: World, key: Key, folder: string, file: string): Refusal[] {
  const place = quarantined(folder, file);
  if (isSameFile(world, place, file))
    return [
      refuse(
        codes.cannotMoveAside,
        key,
        `${file} is in ${folder} already`,
        'choose another folder',
      ),
    ];
  const [from, to] = [dirname(file), folder].map((path) => world.folders[path]?.fileSystem);
  return from === undefined || to === undefined || from === to
    ? checkFolder(world, key, place, 0)
    : [
        refuse(
          codes.cannotMoveAside,
          key,
          `${folder} is on another file system than ${file}: it would have to be copied, which nobody has asked for`,
          'choose another folder',
        ),
      ];
}
