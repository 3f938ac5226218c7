/** The copies that a run has made, such as a backup, and what is wrong with the numbers in one. */
import { dirname } from 'node:path';
import { assertComplete } from '../lab/log.ts';
import type { HostState } from '../model/host-state.ts';
import type { Check } from './report.ts';

/** The state of the rehearsal's guest before the run, for the checks of its copies. */
export interface Before {
  /** The last number that was durable on every disk. */
  readonly number: number;
  /** The files that have to hold it. */
  readonly whole: ReadonlySet<string>;
}

/** The images that the run has created outside the chains. Of a folder that it made, those in it. */
export function copiesIn({ domain, files }: HostState): string[] {
  const inChains = new Set(domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file)));
  const folders = new Set(Object.keys(files).map((path) => dirname(path)));
  return Object.entries(files).flatMap(([path, file]) => {
    const isMade = file?.made === true || (file && files[dirname(path)]?.made === true);
    return isMade && !inChains.has(path) && !folders.has(path) ? [path] : [];
  });
}

/**
 * What a copy's log shows. A copy of less than a whole disk may lack any number, so only its gaps are judged.
 * @throws Error where a number is missing
 */
export function judgeCopy(
  path: string,
  log: readonly number[],
  { number, whole }: Before,
): Pick<Check, 'found' | 'notChecked'> {
  const isWhole = whole.has(path);
  assertComplete(log, isWhole ? number : 0);
  const holds = log.length === 0 ? 'no number' : `1 to ${log.length}`;
  const found = `clean, holds ${holds}, none missing`;
  if (isWhole)
    return { found: `${found}; number ${number} was already on disk when the run began` };
  return {
    found,
    notChecked: 'whether the numbers are all: by the plan, it is no copy of a whole disk',
  };
}
