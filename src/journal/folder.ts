/** The state directory, which survives a reboot, with one folder per run. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import { runIdAt } from '../model/run-id.ts';
import { printable } from '../printable.ts';
import { makeFolder } from './durable.ts';

/** The plan's text in a run's folder, as it was run. */
export const PLAN_FILE = 'plan.yaml';

/** The SHA-256 of a plan's text, as stored in the journal. */
export function planSumOf(source: string | Uint8Array): string {
  return createHash('sha256').update(source).digest('hex');
}

/** Folders hold definitions with their passwords: other users must not read them. */
const PRIVATE = 0o700;

/**
 * `$BLOCKPLAN_STATE_DIR`, else /var/lib/blockplan for root, else `$XDG_STATE_HOME/blockplan`. Never a temporary
 * folder: a reboot would lose the only copy of a definition.
 */
export function stateFolder(env: NodeJS.ProcessEnv, uid: number | undefined): string {
  if (env.BLOCKPLAN_STATE_DIR) return env.BLOCKPLAN_STATE_DIR;
  if (uid === 0) return '/var/lib/blockplan';
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'blockplan');
}

/** The ID of a run that begins at that time; its suffix is random. */
export function newRunId(now: Date): string {
  return runIdAt(now, randomBytes(3).toString('hex'));
}

/** A valid name below the state directory: one path component that is not an option and not hidden. */
const NAME = /^\w[\w.-]{0,199}$/;

/** Whether the text is a valid name below the state directory. */
export function isStateName(text: string): boolean {
  return NAME.test(text);
}

/**
 * Makes all paths below the state directory: run IDs and UUIDs also come from journals, bundles and the command line.
 * @throws BlockplanError unsafeName if the name would lead elsewhere
 */
export function statePath(
  state: string,
  place: 'runs' | 'unfinished' | 'locks',
  name: string,
): string {
  if (isStateName(name)) return join(state, place, name);
  throw new BlockplanError('input-refused', [
    {
      code: codes.unsafeName,
      severity: 'error',
      message: `"${printable(name)}" is not a valid name in the state directory ${state}`,
      hint: 'use a run ID from blockplan list, or the UUID of a domain',
    },
  ]);
}

/** Makes a run's folder and returns its path. */
export async function makeRunFolder(state: string, run: string): Promise<string> {
  const folder = statePath(state, 'runs', run);
  await makeFolder(folder, PRIVATE);
  return folder;
}

/** The runs below a state directory, oldest first; empty if it does not exist. */
export async function listRuns(state: string): Promise<{ run: string; folder: string }[]> {
  const runs = join(state, 'runs');
  const names = await readdir(runs).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter(isStateName)
    .sort()
    .map((run) => ({ run, folder: statePath(state, 'runs', run) }));
}
