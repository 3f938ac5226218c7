/** What a proof takes for granted where the World that it starts from does not tell. */
import { dirname } from 'node:path';
import type { World } from '../model/world.ts';

/** The World with all of the paths told of, and what had to be assumed for that, in clauses. */
export interface Assumed {
  readonly world: World;
  readonly assumptions: readonly string[];
}

/** Takes paths that nobody has told of for free, and their folders for wide and writable: as a run would find them. */
export function assume(world: World, paths: readonly string[]): Assumed {
  const files = paths.filter((path) => world.files[path] === undefined);
  const made = paths.filter((path) => !world.files[path]);
  const folders = [...new Set(made.map((path) => dirname(path)))].filter(
    (folder) => world.folders[folder] === undefined,
  );
  const roomy = { writable: true, free: Number.MAX_SAFE_INTEGER };
  return {
    world: {
      ...world,
      files: { ...world.files, ...Object.fromEntries(files.map((path) => [path, null])) },
      folders: { ...world.folders, ...Object.fromEntries(folders.map((path) => [path, roomy])) },
    },
    assumptions: [
      ...files.map((path) => `there is no ${path} yet`),
      ...folders.map((path) => `${path} has room and can be written to`),
    ],
  };
}
