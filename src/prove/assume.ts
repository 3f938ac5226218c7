/** What a proof assumes where its initial host state has no data. */
import { dirname } from 'node:path';
import type { HostState, UnknownPart } from '../model/host-state.ts';

/** The host state with all paths, and the assumptions made for it, in clauses. */
export interface Assumed {
  readonly state: HostState;
  readonly assumptions: readonly string[];
}

/** What a host state without that part stands for. */
const WITHOUT: Readonly<Record<UnknownPart, string>> = {
  uri: 'libvirt is qemu:///system',
  state: 'the guest is running',
  definition: 'its definition has nothing but these disks',
  autostart: 'it does not start with its host',
  agent: 'it has no guest agent',
  'managed-save': 'it has no managed save image',
  nvram: 'it has no NVRAM file',
  tpm: 'it has no TPM',
  snapshots: 'it has no snapshots',
  checkpoints: 'it has no checkpoints',
  others: 'no other domain uses its files',
};

/** Assumes the most common value of what is unknown, that unknown paths do not exist, and that their folders are writable and have enough space. */
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
      ...(state.untold ?? []).map((part) => WITHOUT[part]),
      ...files.map((path) => `${path} does not exist yet`),
      ...folders.map((path) => `${path} has free space and is writable`),
    ],
  };
}
