/** What removing or moving a layer requires of its file: what the driver would refuse in the middle of a run. */
import { dirname } from 'node:path';
import type { Finding } from '../errors.ts';
import type { Layer, World } from '../model/world.ts';
import type { Precondition } from './needs.ts';
import { refuse } from './preconditions.ts';

/** Why no other file can take the place of that layer's, as a sentence; undefined where one can. */
export function unremovable(world: World, { file, block }: Layer): string | undefined {
  if (block) return `${file} is a block device`;
  // The link would go, and its file would stay: neither is what was asked for.
  if (world.files[file]?.link) return `${file} is a symbolic link`;
  return world.folders[dirname(file)]?.writable === false
    ? `no file can be taken out of ${dirname(file)}: it is read-only, or not yours`
    : undefined;
}

/** Refuses to remove what is not a regular file in a folder that can be changed. */
export function checkRemovable(world: World, key: string, layers: readonly Layer[]): Finding[] {
  return layers.flatMap((layer) => {
    const why = unremovable(world, layer);
    return why === undefined
      ? []
      : [
          refuse(
            'BP156',
            key,
            `${why}, so it would not be removed`,
            `leave "${key}" out, and remove it yourself after the run`,
          ),
        ];
  });
}

/** What has to be so for files that are removed, as a preview lists it. */
export function removableNeeds(files: readonly string[]): Precondition[] {
  return files.map((file) => ({
    what: `${file} is a regular file in a folder that can be changed`,
    needs: { file },
  }));
}
