/** What a proof takes for granted where the host state that it starts from does not tell. */
import { dirname } from 'node:path';
import type { HostState } from '../model/host-state.ts';

/** The host state with all of the paths told of, and what had to be assumed for that, in clauses. */
export interface Assumed {
  readonly state: HostState;
  readonly assumptions: readonly string[];
}

/** Takes paths that nobody has told of for free, and their folders for wide and writable: as a run would find them. */
export function assume(state: HostState, paths: readonly string[]): Assumed {
  const files = paths.filter((path) => state.files[path] === undefined);
  const made = paths.filter((path) => !state.files[path]);
  const folders = [...new Set(made.map((path) => dirname(path)))].filter(
    (folder) => state.folders[folder] === undefined,
  );
  const roomy = { writable: true, free: Number.MAX_SAFE_INTEGER };
  return {
    state: {
      ...state,
      files: { ...state.files, ...Object.fromEntries(files.map((path) => [path, null])) },
      folders: { ...state.folders, ...Object.fromEntries(folders.map((path) => [path, roomy])) },
    },
    assumptions: [
      ...files.map((path) => `there is no ${path} yet`),
      ...folders.map((path) => `${path} has room and can be written to`),
    ],
  };
}
