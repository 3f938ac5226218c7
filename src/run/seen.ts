/** How far a phase came, as far as what is seen tells: it is held against what its effects would lead to. */
import type { PhaseNode } from '../graph/graph.ts';
import type { Effect } from '../model/effect.ts';
import type { World } from '../model/world.ts';
import { simulateEffects } from '../simulate/imagine.ts';
import type { Begun } from './course.ts';

/** How far the effects of a phase came, as far as it is known. */
export interface Progressed {
  /** How many have a good outcome. */
  readonly done: number;
  /** The one that was begun, and of which no outcome is known. */
  readonly doubtful?: Effect;
}

/**
 * Which effect comes next: the one in doubt, or one after it where what is seen is what it would have led to. Undefined
 * where what is seen is neither.
 */
export function firstLeft(
  node: PhaseNode,
  { before, start }: Begun,
  now: World,
  { done, doubtful }: Progressed,
): number | undefined {
  const worlds = imagined(node, start);
  if (worlds.length === 0) return undefined;
  if (!doubtful) return isAs(worlds[done], now) ? done : undefined;
  // A copy that was cut short looks like a whole one.
  if (doubtful.tool === 'qemu-img') return undefined;
  const effects = node.phase.effects(before, start);
  let after = done + 1;
  // A wait is over by itself: the job may have ended meanwhile.
  while (effects[after]?.tool === 'await-job') after++;
  for (let at = after; at >= done; at--) {
    if (!isAs(worlds[at], now)) continue;
    // What leaves no trace is done again, and so is a wait.
    const first = worlds.findIndex((world, index) => index >= done && isAs(world, now));
    return effects[at - 1]?.tool === 'await-job' ? at - 1 : first;
  }
  return undefined;
}

/** The Worlds that a phase leads through; none where its step was not begun in a World that suits it. */
export function imagined(node: PhaseNode, start: World): readonly World[] {
  try {
    return simulateEffects(node, start);
  } catch {
    return [];
  }
}

/** Whether a World is as it was imagined. */
export function isAs(imagined: World | undefined, now: World): boolean {
  return imagined !== undefined && signature(imagined, now) === signature(now, now);
}

/** What effects change of a World, as far as the other one tells of its files. */
function signature({ domain, files }: World, seen: World): string {
  return JSON.stringify([
    domain.persistent,
    domain.autostart,
    domain.state,
    domain.disks.map(({ target, chain, persistentSource, job }) => [
      target,
      chain.map(({ file }) => file),
      persistentSource,
      job?.type,
      job?.mirror,
    ]),
    domain.snapshots,
    domain.checkpoints,
    Object.keys(seen.files)
      .filter((file) => files[file])
      .sort(),
  ]);
}
