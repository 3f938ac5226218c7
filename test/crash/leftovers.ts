/** What a run has left on its host that nothing needs any more. */
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { listing } from '../../src/lab/picture.ts';
import type { Snapshot } from '../lab/fault-guest.ts';
import { productsOf } from './planned.ts';
import type { Scene, Stage } from './scene.ts';

/**
 * The paths that the plan may keep. A backup that was complete when the run was rolled back is kept, and the run reports that;
 * a refusal to resume a run that is over says only how it ended.
 */
export function keptBy(
  stage: Stage,
  end: string | undefined,
  said: string,
  complete: readonly string[],
): string[] {
  if (end === 'succeeded') return productsOf(stage);
  const { store, backup = '' } = stage.set;
  const isKept = complete.includes(backup) && !stage.restores;
  return isKept && (said === '' || said.includes(`the backup ${backup} in ${store}`))
    ? productsOf(stage)
    : [];
}

/** Whether the path is one of the places, or in one. */
export function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

/** Jobs, markers, locks and files that no run needs any more and that the run did not report. */
export async function leftovers(
  { host }: Scene,
  { guest, before, state, plan, small, paths, set }: Stage,
  now: Snapshot,
  live: string,
  kept: readonly string[],
  end: string | undefined,
  said: string,
): Promise<string[]> {
  const { name } = guest;
  const left: string[] = [];
  const words = ['blockjob', name, 'vda', '--info', '--raw'];
  const job = (await host.virsh(...words).catch(() => '')).trim();
  if (job !== '' || live.includes('<mirror')) left.push(`a job: ${job}`);
  if (`${live}${now.definition}`.includes('blockplan:run') && !said.includes('metadata'))
    left.push('the marker');
  const isOver = end === 'succeeded' || end === 'rolled-back';
  for (const folder of ['locks', 'unfinished']) {
    const names = await readdir(join(state, folder)).catch(() => []);
    // The files of a run that may be resumed must stay.
    if (said !== '' && isOver && names.length > 0) left.push(`${folder}: ${names}`);
  }
  if (set['store'] !== undefined && now.state === 'running' && isOver) {
    const info = await host.virsh('domjobinfo', name);
    if (!/^Job type:\s+None/m.test(info)) left.push(`a job of the domain: ${info}`);
    const open = (await openedBy(await guest.qemuPid())).filter((file) =>
      isIn(file, [set['store'] ?? '']),
    );
    if (open.length > 0) left.push(`open files: ${open}`);
  }
  const known = [...paths, ...now.chain];
  // A report names the folder of an incomplete backup, and not each file in it.
  const isTold = (path: string) => said.includes(path.replace(/(\.partial)\/.*/, '$1'));
  const extra = (await listing(host.images, small)).filter(
    (path) =>
      !known.includes(path) && !isIn(path, kept) && !isTold(path) && !path.includes('/state-'),
  );
  if (extra.length > 0) left.push(`files of ${plan}: ${extra.join(', ')}`);
  const more = now.snapshots.filter((each) => !before.snapshots.includes(each));
  if (more.length > 0) left.push(`snapshot metadata: ${more.join('\n')}`);
  return left;
}

/** The paths of the files that a process has open. */
async function openedBy(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const links = (await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => ''));
  return Promise.all(links);
}
