/** Caches V8's compiled code between commands, on Node 22.8 or later. */
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The signature in Node 22.8; the installed types are those of Node 20. */
type Enable = (folder: string) => unknown;

/**
 * Enables Node's compile cache, if Node has one. Without it commands only start more slowly, so nothing is reported.
 * @param uid the user ID; undefined on a system without user IDs
 */
export function useCompileCache(env: NodeJS.ProcessEnv, uid: number | undefined): void {
  const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: Enable };
  if (!enableCompileCache) return;
  const folder = compileCacheFolder(env, uid);
  if (isOwnFolder(folder, uid)) enableCompileCache(folder);
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
