/** Makes the folders of sockets. */
import { constants } from 'node:fs';
import { access, mkdtemp, realpath, rmdir, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absentAsNull } from './files.ts';
import { failedAt } from './held-name.ts';

/** Implements `HostIO.makeSocketFolder`. */
export async function makeSocketFolder(): Promise<string> {
  const parent = await parentFolder();
  try {
    // mkdtemp(3) gives it the mode 0700.
    return await mkdtemp(join(await realpath(parent), 'blockplan-'));
  } catch (error) {
    throw failedAt(`no folder can be made in ${parent}`, error, []);
  }
}

/**
 * The folder for what does not survive a reboot. Root does not use a folder of another user, who could replace what is in it:
 * `XDG_RUNTIME_DIR` may still be that of the user who became root.
 */
async function parentFolder(): Promise<string> {
  const runtime = process.geteuid?.() === 0 ? '/run' : process.env['XDG_RUNTIME_DIR'];
  return runtime && (await isWritable(runtime)) ? runtime : tmpdir();
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    // The folder for temporary files is as good: what is made in it is private, too.
    return false;
  }
}

/** Implements `HostIO.removeSocketFolder`. */
export async function removeSocketFolder(path: string, names: readonly string[]): Promise<void> {
  try {
    for (const name of names) await absentAsNull(unlink(join(path, name)));
    await absentAsNull(rmdir(path));
  } catch (error) {
    throw failedAt(`${path} cannot be removed`, error, []);
  }
}
