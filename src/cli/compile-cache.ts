/** Caches V8's compiled code between commands. */
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheCode } from './code-cache.ts';

/** The signature in Node 22.8; the installed types are those of Node 20. */
type Enable = (folder: string) => unknown;

/**
 * Enables Node's compile cache, or where Node has none, before 22.8, our own. Without it commands only start more slowly, so
 * nothing is reported.
 * @param uid the user ID; undefined on a system without user IDs
 * @param chunks the folder of the modules that are loaded from now on
 * @param command the first word of the command line
 */
export function useCompileCache(
  env: NodeJS.ProcessEnv,
  uid: number | undefined,
  chunks: string,
  command: string | undefined,
): void {
  const folder = compileCacheFolder(env, uid);
  if (!isOwnFolder(folder, uid)) return;
  const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: Enable };
  if (enableCompileCache) enableCompileCache(folder);
  else if (command !== undefined && /^[a-z]+$/.test(command))
    cacheCode(join(folder, command), chunks);
}

/** Node's own default is below /tmp, where another user may have made the folder first. */
export function compileCacheFolder(env: NodeJS.ProcessEnv, uid: number | undefined): string {
  if (uid === 0) return '/var/cache/blockplan/compiled';
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'blockplan', 'compiled');
}

/** Code from the folder runs as this user, so no other user may be able to write to it. */
export function isOwnFolder(folder: string, uid: number | undefined): boolean {
  try {
    // Not `recursive`: below /proc that never returns (Node 20.20).
    for (const each of [dirname(dirname(folder)), dirname(folder), folder])
      if (!existsSync(each)) mkdirSync(each, { mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
  } catch {
    // The folder cannot be created: the file system is read-only, or the home does not exist.
    return false;
  }
}
