/** Which bundles a rescue is about: those of a run, a domain, a file, or of all runs that are not over. */
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

/** A place that a bundle is expected in, and what is there. */
export interface RescueTarget {
  /** The folder of the run, or of the file. */
  readonly folder: string;
  readonly found: FoundBundle | MissingBundle;
  /** Whether the user named the very file: then it is taken as it is, whatever became of its run. */
  readonly named: boolean;
}

/**
 * What the user means by a word: the path of a bundle or of a run's folder, a run, or a domain, whose newest run counts.
 * @throws BlockplanError `input-refused` definitionNotFound where it means nothing
 */
export async function rescueTargetOf(state: string, word: string): Promise<RescueTarget> {
  if (word.includes('/') || word.endsWith('.json')) return pathTarget(resolve(word));
  const runs = await listRuns(state);
  const [run, another] = runs.filter((each) => each.run.startsWith(word));
  if (run && (!another || run.run === word))
    return { folder: run.folder, found: await readKeptBundle(run.folder), named: false };
  for (const { folder } of runs.reverse()) {
    const found = await readKeptBundle(folder);
    if ('kept' in found && isOf(word, found)) return { folder, found, named: false };
  }
  throw inputRefusal(
    codes.definitionNotFound,
    `there is no run "${word}", and no run has kept a definition of a domain of that name`,
    'see what there is: blockplan status',
  );
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
    // What is no definition is told when its own run is asked for.
    return false;
  }
}

/** A run that is not over; what it has kept is looked at when its turn comes. */
export interface UnfinishedTarget {
  readonly folder: string;
  look(): Promise<RescueTarget>;
}

/** The runs that are not over, oldest first. */
export async function allRescueTargets(state: string): Promise<UnfinishedTarget[]> {
  return (await unfinishedRuns(state)).map((run) => {
    const folder = statePath(state, 'runs', run);
    return {
      folder,
      look: async () => ({ folder, found: await readKeptBundle(folder), named: false }),
    };
  });
}

/** @throws BlockplanError definitionUnavailable where nothing was kept, or what was kept cannot be read */
export function requireFound({ found, folder, named }: RescueTarget): FoundBundle {
  if ('kept' in found) return found;
  const { missing, problem } = found;
  throw new BlockplanError(named && missing ? 'input-refused' : 'preflight-refused', [
    {
      code: codes.definitionUnavailable,
      severity: 'error',
      message:
        named || !missing ? problem : `run ${basename(folder)} has kept no definition: ${problem}`,
      hint: missing
        ? 'a run keeps a definition before it makes a domain transient, in bundle.json in its folder'
        : 'look for a copy of it in your backups; the first record of a journal has the definition as well',
    },
  ]);
}
