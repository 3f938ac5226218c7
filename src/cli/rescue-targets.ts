/** Selects the bundles to restore: those of a run, a domain or a file, or of all unfinished runs. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import {
  type FoundBundle,
  type MissingBundle,
  readBundleFile,
  readKeptBundle,
} from '../journal/bundle.ts';
import { listRuns, statePath } from '../journal/folder.ts';
import { unfinishedRuns } from '../journal/unfinished.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import { inputRefusal } from './read.ts';

/** A place where a bundle is expected, and what was found there. */
export interface RescueTarget {
  /** The folder of the run, or of the file. */
  readonly folder: string;
  readonly found: FoundBundle | MissingBundle;
  /** Whether the user named this file: it is then used whatever the state of its run. */
  readonly named: boolean;
}

/**
 * Resolves a word: the path of a bundle or of a run's folder, a run ID, a domain, or the only run whose ID begins so. Of a
 * domain's runs the one that saved a definition last is meant, an unfinished one first.
 * @throws BlockplanError `input-refused` definitionNotFound if nothing matches
 */
export async function rescueTargetOf(state: string, word: string): Promise<RescueTarget> {
  if (word.includes('/') || word.endsWith('.json')) return pathTarget(resolve(word));
  const runs = await listRuns(state);
  const exact = runs.find(({ run }) => run === word);
  const target = exact ? await ofRun(exact) : await ofDomain(state, word, runs);
  if (target) return target;
  const [begins, another] = runs.filter(({ run }) => word !== '' && run.startsWith(word));
  if (begins && !another) return await ofRun(begins);
  throw inputRefusal(
    codes.definitionNotFound,
    `"${word}" is neither a run nor a domain whose definition a run saved`,
    'see blockplan status',
  );
}

async function ofRun({ folder }: { readonly folder: string }): Promise<RescueTarget> {
  return { folder, found: await readKeptBundle(folder), named: false };
}

async function ofDomain(
  state: string,
  domain: string,
  runs: readonly { readonly run: string; readonly folder: string }[],
): Promise<RescueTarget | undefined> {
  const unfinished = new Set(await unfinishedRuns(state));
  const [open, others] = [true, false].map((is) =>
    runs.filter(({ run }) => unfinished.has(run) === is),
  );
  return (await newestOf(domain, open ?? [])) ?? (await newestOf(domain, others ?? []));
}

/** The bundle of a domain that was saved last; the clock in the ID of a run may have been wrong. */
async function newestOf(
  domain: string,
  runs: readonly { readonly folder: string }[],
): Promise<RescueTarget | undefined> {
  let newest: { readonly folder: string; readonly found: FoundBundle } | undefined;
  for (const { folder } of runs) {
    const found = await readKeptBundle(folder);
    if (!('kept' in found) || !isOf(domain, found)) continue;
    if (!newest || (found.since ?? '') >= (newest.found.since ?? '')) newest = { folder, found };
  }
  return newest && { ...newest, named: false };
}

async function pathTarget(path: string): Promise<RescueTarget> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder
    ? { folder: path, found: await readKeptBundle(path), named: true }
    : { folder: dirname(path), found: await readBundleFile(path), named: true };
}

function isOf(domain: string, { kept }: FoundBundle): boolean {
  try {
    return readDomainXml(kept.definition).name === domain;
  } catch {
    // An invalid definition is reported when its run is named.
    return false;
  }
}

/** An unfinished run; its bundle is read when its turn comes. */
export interface UnfinishedTarget {
  readonly folder: string;
  look(): Promise<RescueTarget>;
}

/** The unfinished runs, oldest first. */
export async function allRescueTargets(state: string): Promise<UnfinishedTarget[]> {
  return (await unfinishedRuns(state)).map((run) => {
    const folder = statePath(state, 'runs', run);
    return {
      folder,
      look: async () => ({ folder, found: await readKeptBundle(folder), named: false }),
    };
  });
}

/** @throws BlockplanError definitionUnavailable if no definition was kept, or it cannot be read */
export function requireFound({ found, folder, named }: RescueTarget): FoundBundle {
  if ('kept' in found) return found;
  const { missing, problem } = found;
  throw new BlockplanError(named && missing ? 'input-refused' : 'preflight-refused', [
    {
      code: codes.definitionUnavailable,
      severity: 'error',
      message:
        named || !missing ? problem : `run ${basename(folder)} saved no definition: ${problem}`,
      hint: missing
        ? 'name a run that made its domain transient: its folder has the definition in bundle.json'
        : "look for a copy in your backups; the first record of the run's journal also contains the definition",
    },
  ]);
}
