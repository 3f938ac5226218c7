/**
 * A compile cache for a Node that has none. V8 itself can give out what it has compiled (`Script.createCachedData`), with the
 * functions that it compiles only when they are called. So each command has a cache of its own, written at its first end.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

type Load = (module: NodeJS.Module, filename: string) => void;

const HASH_BYTES = 32;

/** The exit code of a refused command line, as in `outcomes.ts`, which is loaded later. */
const REFUSED = 2;

/**
 * From now on, modules of a folder are compiled with the cache. An unusable cache only makes the command start more slowly, so
 * nothing is reported.
 * @param cache the folder for the cache of this command; only its user can write to its parent
 * @param chunks the folder of the modules, whose names end with a hash of their content, as in `plan-CRKXsyhB.js`
 */
export function cacheCode(cache: string, chunks: string): void {
  const { _extensions: loaders } = nodeModule as unknown as { _extensions: Record<string, Load> };
  const usual = loaders['.js'];
  const compiled = new Map<string, { readonly source: string; readonly script: Script }>();
  loaders['.js'] = (module, filename) => {
    if (dirname(filename) !== chunks) return usual?.(module, filename);
    const source = readFileSync(filename, 'utf8');
    const file = join(cache, basename(filename).replace(/-.{8}\.js$/, ''));
    const cachedData = readCache(file, source);
    const options = cachedData ? { filename, cachedData } : { filename };
    const script = new Script(nodeModule.wrap(source), options);
    if (!cachedData || script.cachedDataRejected) compiled.set(file, { source, script });
    const run = script.runInThisContext();
    const { exports } = module;
    run.call(exports, exports, createRequire(filename), module, filename, chunks);
  };
  process.on('exit', (code) => {
    // A misspelt command would leave a folder of its name.
    if (code === REFUSED || compiled.size === 0) return;
    try {
      mkdirSync(cache, { recursive: true, mode: 0o700 });
      for (const [file, { source, script }] of compiled)
        writeCache(file, source, script.createCachedData());
    } catch {
      // There is no space for it, or another process removes the folder: the next command tries again.
    }
  });
}

/** What was compiled from exactly this source, unless the file was damaged since. */
function readCache(file: string, source: string): Buffer | undefined {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch {
    // The command has not run since it was installed.
    return undefined;
  }
  const data = content.subarray(HASH_BYTES);
  return content.subarray(0, HASH_BYTES).equals(hashOf(source, data)) ? data : undefined;
}

function writeCache(file: string, source: string, data: Buffer): void {
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, Buffer.concat([hashOf(source, data), data]), {
      flag: 'wx',
      mode: 0o600,
    });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** V8 checks only the length of the source, and not the data. */
function hashOf(source: string, data: Buffer): Buffer {
  const { version, arch } = process;
  const hash = createHash('sha256').update(`${version} ${arch} `);
  return hash.update(source).update(data).digest();
}
