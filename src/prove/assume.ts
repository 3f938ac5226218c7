/** What a proof assumes where its initial host state has no data. */
import { dirname } from 'node:path';
import type { HostState } from '../model/host-state.ts';

/** The host state with all paths, and the assumptions made for it, in clauses. */
export interface Assumed {
  readonly state: HostState;
  readonly assumptions: readonly string[];
}

/** Assumes that unknown paths do not exist, and that their folders are writable and have enough space. */
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
      ...files.map((path) => `${path} does not exist yet`),
      ...folders.map((path) => `${path} has free space and is writable`),
    ],
  };
}
