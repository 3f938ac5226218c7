/** The results of the cases with a backup store: what its backups hold, and what the disks of a restored guest hold. */
import { join } from 'node:path';
import { assertComplete, readLog } from '../../src/lab/log.ts';
import { readDomainXml } from '../../src/model/domain-xml.ts';
import type { Snapshot } from '../lab/fault-guest.ts';
import { restoredFile } from './planned.ts';
import type { Scene, Stage } from './scene.ts';
import type { RestorableDisk } from './stored-guest.ts';
import { contentOf, faultsOfStore, type StoreFaults } from './stores.ts';

/** Judges the store of a plan after a case, and in it the copies of a guest that was writing. */
export async function judgeStore(
  { host }: Scene,
  { guest, plan, set, stored = {}, acknowledged }: Stage,
): Promise<StoreFaults> {
  const { store = '', backup = '' } = set;
  const judged = await faultsOfStore(host, store, stored);
  if (plan === 'restore' || !judged.complete.includes(backup)) return judged;
  const calledGood = [...judged.calledGood];
  const lengths: number[] = [];
  for (const { target } of guest.disks) {
    const log = await readLog(join(store, backup, `${target}.qcow2`)).catch((): number[] => []);
    lengths.push(log.length);
    try {
      assertComplete(log, acknowledged);
    } catch (error) {
      calledGood.push(`${backup}: on ${target}, ${(error as Error).message}`);
    }
  }
  // The guest writes a number to one disk after the other.
  if (Math.max(...lengths) - Math.min(...lengths) > 1)
    calledGood.push(`${backup}: its disks are of different instants, with ${lengths} numbers`);
  return { ...judged, calledGood };
}

/** The disks that a definition names for a guest that is off: all former ones, or all restored ones. */
export function isRestored(
  stage: Stage,
  definition: string,
  disks: readonly RestorableDisk[],
): boolean | undefined {
  const named = readDomainXml(definition).disks;
  const sides = disks.map((disk) => {
    const file = named.find(({ target }) => target === disk.target)?.chain[0]?.file;
    if (file === disk.former) return false;
    return file === restoredFile(stage, disk) ? true : undefined;
  });
  return new Set(sides).size === 1 ? sides[0] : undefined;
}

/** What the guest would not find on its disks as it was before, or as it is in the backup. */
export async function lostByRestore(
  { host }: Scene,
  stage: Stage,
  { definition }: Snapshot,
  disks: readonly RestorableDisk[],
): Promise<string[]> {
  const lost: string[] = [];
  const has = isRestored(stage, definition, disks);
  if (has === undefined)
    lost.push('the definition names neither all former nor all restored disks');
  for (const disk of disks) {
    const { target, former, format, sums } = disk;
    if ((await contentOf(host, former, format)).sum !== sums.former)
      lost.push(`the former file of ${target} was changed`);
    const file = restoredFile(stage, disk);
    if (has && (await contentOf(host, file, 'qcow2')).sum !== sums.backup)
      lost.push(`${file} is not what was backed up`);
  }
  return lost;
}
