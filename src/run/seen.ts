/** How far a phase came, as far as what is seen tells: it is held against what its effects would lead to. */
import { commandDefinition, type Effect, isCommand } from '../commands/effect.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { hostOf } from '../host/host-state.ts';
import { FileSet, filesOf } from '../model/file-identity.ts';
import type { World } from '../model/world.ts';
import { imagine, simulateEffects } from '../simulate/imagine.ts';
import type { Begun } from './course.ts';
import { effectsOf } from './phase-effects.ts';

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
  begun: Begun,
  now: World,
  { done, doubtful }: Progressed,
): number | undefined {
  const worlds = imagined(node, begun);
  if (worlds.length === 0) return undefined;
  if (!doubtful) return isAs(worlds[done], now) ? done : undefined;
  const judged = isCommand(doubtful) && commandDefinition(doubtful).unanswered(doubtful.args, now);
  if (judged === 'undo') return undefined;
  const effects = effectsOf(node, begun);
  let after = done + 1;
  // A wait is over by itself: the job may have ended meanwhile.
  while (effects[after]?.tool === 'await-job') after++;
  for (let at = after; at >= done; at--) {
    if (!isAs(worlds[at], now)) continue;
    // What leaves no trace is done again, and so is a wait.
    if (judged === 'repeat') return done;
    const first = worlds.findIndex((world, index) => index >= done && isAs(world, now));
    return effects[at - 1]?.tool === 'await-job' ? at - 1 : first;
  }
  return undefined;
}

/** The Worlds that a phase leads through; none where its step was not begun in a World that suits it. */
export function imagined(node: PhaseNode, { before, start, effects }: Begun): readonly World[] {
  try {
    return effects ? worldsOf(before, effects) : simulateEffects(node, start);
  } catch {
    return [];
  }
}

function worldsOf(before: World, effects: readonly Effect[]): World[] {
  let host = hostOf(before);
  const worlds = [host.world];
  for (const effect of effects) {
    host = imagine(host, [effect]);
    worlds.push(host.world);
  }
  return worlds;
}

/** Whether a World is as it was imagined, in what a run may change: other hands may do other things meanwhile. */
export function isAs(imagined: World | undefined, now: World): boolean {
  return (
    imagined !== undefined && signature(imagined, imagined, now) === signature(now, imagined, now)
  );
}

const NO_RECORDS = { snapshots: [], checkpoints: [] } as const;

/** What effects change of a World, as far as the one that was imagined names it and the other one tells of its files. */
function signature({ domain, files }: World, imagined: World, now: World): string {
  const named = [imagined, now].flatMap(({ domain: { disks } }) => disks.flatMap(filesOf));
  const known = new FileSet(now, named);
  const nameOf = (file: string | undefined) => file && known.nameOf(file);
  const { disks, persistent } = imagined.domain;
  // Of a transient domain libvirtd may forget them when it is started anew; they are kept, and come back with the definition.
  const { snapshots, checkpoints } = persistent ? imagined.domain : NO_RECORDS;
  const targets = new Set(
    disks.filter(({ device }) => device === 'disk' || device === 'lun').map(({ target }) => target),
  );
  return JSON.stringify([
    domain.persistent,
    domain.state === 'running' || domain.state === 'paused' ? 'up' : domain.state,
    domain.disks
      .filter(({ target }) => targets.has(target))
      .map(({ target, chain, persistentSource, job }) => [
        target,
        chain.map(({ file }) => nameOf(file)),
        nameOf(persistentSource),
        job?.type,
        nameOf(job?.mirror),
      ]),
    snapshots.filter((name) => domain.snapshots.includes(name)),
    checkpoints.filter((name) => domain.checkpoints.includes(name)),
    // Files of disks that somebody has plugged in meanwhile are none that was imagined.
    Object.keys(now.files).filter((file) => Object.hasOwn(imagined.files, file) && files[file]),
  ]);
}
