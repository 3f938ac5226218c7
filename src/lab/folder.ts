import { lstat, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';
import { SWEEP } from './keeper.ts';

// A unix socket's path may have 107 characters, so host folders are near the root;
// but not in /tmp, which is often too small for disk images.
const PARENT = '/var/tmp';
const PREFIX = 'blockplan-lab-';
const OURS = /^blockplan-lab-[A-Za-z0-9]{6}$/;

// The keeper locks a new folder within milliseconds; a minute is safe.
const YOUNG_MS = 60_000;

/** Creates the folder of a new host. */
export function makeHostFolder(): Promise<string> {
  return mkdtemp(join(PARENT, PREFIX));
}

/**
 * Erases the folders of hosts whose keeper is dead (killed, or lost in a reboot).
 * Only real folders that belong to root and match the name pattern are considered.
 */
export async function sweepDeadHosts(): Promise<void> {
  for (const name of await readdir(PARENT)) {
    if (!OURS.test(name)) continue;
    const path = join(PARENT, name);
    const entry = await lstat(path).catch(() => undefined);
    if (entry === undefined || !entry.isDirectory() || entry.uid !== 0) continue;
    if (Date.now() - entry.ctimeMs < YOUNG_MS) continue;
    await command('sh', ['-c', SWEEP, 'lab-sweep', path]);
  }
}
