/** Keeps what V8 has compiled from one command to the next: Node can from 22.8 on. */
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** As Node 22.8 has it; the types are those of Node 20. */
type Enable = (folder: string) => unknown;

/**
 * Has Node use the cache, where it has one. Without it a command takes longer to start, so nothing is reported.
 * @param uid the user's number; undefined on a system without
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

/** What lies in the folder is run as this user, so nobody else may write into it. */
export function isOwnFolder(folder: string, uid: number | undefined): boolean {
  try {
    // Not `recursive`: below /proc that never returns (Node 20.20).
    for (const each of [dirname(dirname(folder)), dirname(folder), folder])
      if (!existsSync(each)) mkdirSync(each, { mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
  } catch {
    // No folder can be made: a read-only file system, or a home that is not there.
    return false;
  }
}
