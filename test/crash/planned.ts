/** What a plan makes of its guest and of the host's files if it succeeds. */
import { join } from 'node:path';
import type { Snapshot } from '../lab/fault-guest.ts';
import { type Stage, withoutChain } from './scene.ts';
import { EARLIER, type RestorableDisk } from './stored-guest.ts';

/** The state after the plan. */
export function planned(stage: Stage): Snapshot {
  const { plan, before, set, restores } = stage;
  if (restores) return restored(stage, restores);
  if (/backup/.test(plan)) return before;
  const dest = set['dest'] ?? '';
  const [active = '', ...below] = before.chain;
  // The old file's chain in the definition would be wrong for the new one.
  const definition = withoutChain(before.definition).replace(active, dest);
  return { ...before, chain: [dest, ...below], definition };
}

function restored(stage: Stage, disks: readonly RestorableDisk[]): Snapshot {
  const { before } = stage;
  const definition = before.definition.replace(/<disk [\s\S]*?<\/disk>/g, (element) => {
    const disk = disks.find(({ target }) => element.includes(`<target dev='${target}'`));
    return disk
      ? element
          .replace(disk.former, restoredFile(stage, disk))
          .replace(/(<driver [^>]*type=)'raw'/, "$1'qcow2'")
      : element;
  });
  return {
    ...before,
    definition,
    chain: disks.slice(0, 1).map((disk) => restoredFile(stage, disk)),
  };
}

/** The new file of a disk. */
export function restoredFile(
  { guest, set }: Pick<Stage, 'guest' | 'set'>,
  { target }: Pick<RestorableDisk, 'target'>,
): string {
  return join(set['dest'] ?? '', `${guest.name}-${EARLIER}-${target}.qcow2`);
}

/** The files and folders that the plan makes and keeps. */
export function productsOf(stage: Stage): string[] {
  const { set, restores } = stage;
  if (restores) return restores.map((disk) => restoredFile(stage, disk));
  const { dest, store, backup } = set;
  return [dest ?? join(store ?? '', backup ?? '')];
}
