/** How far a phase came, as far as what is seen tells: it is held against what its effects would lead to. */
import { commandDefinition, type Effect, isCommand } from '../commands/effect.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { simulatedHostOf } from '../host/simulated-host.ts';
import { FileSet, filesOfDisk } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import { assumeSuccess, simulateEffects } from '../simulate/simulate-effects.ts';
import { effectsOf } from './phase-effects.ts';
import type { PhaseStart } from './run-state.ts';

/** How far the effects of a phase came, as far as it is known. */
export interface PhaseProgress {
  /** How many have a good outcome. */
  readonly done: number;
  /** The one that was begun, and of which no outcome is known. */
  readonly doubtful?: Effect;
}

/**
 * Which effect comes next: the one in doubt, or one after it where what is seen is what it would have led to. Undefined
 * where what is seen is neither.
 */
export function nextEffectIndex(
  node: PhaseNode,
  phaseStart: PhaseStart,
  now: HostState,
  { done, doubtful }: PhaseProgress,
): number | undefined {
  const states = predictedStates(node, phaseStart);
  if (states.length === 0) return undefined;
  if (!doubtful) return matchesPrediction(states[done], now) ? done : undefined;
  const judged = isCommand(doubtful) && commandDefinition(doubtful).unanswered(doubtful.args, now);
  if (judged === 'undo') return undefined;
  const effects = effectsOf(node, phaseStart);
  let after = done + 1;
  // A wait is over by itself: the job may have ended meanwhile.
  while (effects[after]?.tool === 'await-job') after++;
  for (let at = after; at >= done; at--) {
    if (!matchesPrediction(states[at], now)) continue;
    // What leaves no trace is done again, and so is a wait.
    if (judged === 'repeat') return done;
    const first = states.findIndex(
      (state, index) => index >= done && matchesPrediction(state, now),
    );
    return effects[at - 1]?.tool === 'await-job' ? at - 1 : first;
  }
  return undefined;
}

/** The host states that a phase leads through; none where its step was not begun in a host state that suits it. */
export function predictedStates(
  node: PhaseNode,
  { before, start, effects }: PhaseStart,
): readonly HostState[] {
  try {
    return effects ? statesAfter(before, effects) : simulateEffects(node, start);
  } catch {
    return [];
  }
}

function statesAfter(before: HostState, effects: readonly Effect[]): HostState[] {
  let host = simulatedHostOf(before);
  const states = [host.state];
  for (const effect of effects) {
    host = assumeSuccess(host, [effect]);
    states.push(host.state);
  }
  return states;
}

/** Whether a host state is as it was simulated, in what a run may change: other hands may do other things meanwhile. */
export function matchesPrediction(imagined: HostState | undefined, now: HostState): boolean {
  return (
    imagined !== undefined && signature(imagined, imagined, now) === signature(now, imagined, now)
  );
}

const NO_RECORDS = { snapshots: [], checkpoints: [] } as const;

/** What effects change of a host state, as far as the one that was simulated names it and the other one tells of its files. */
function signature({ domain, files }: HostState, imagined: HostState, now: HostState): string {
  const named = [imagined, now].flatMap(({ domain: { disks } }) => disks.flatMap(filesOfDisk));
  const known = new FileSet(now, named);
  const nameOf = (file: string | undefined) => file && known.nameOf(file);
  const { disks, persistent } = imagined.domain;
  // Of a transient domain libvirtd may forget them when it is started again; they are kept, and come back with the definition.
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
    // Files of disks that somebody has plugged in meanwhile are none that was simulated.
    Object.keys(now.files).filter((file) => Object.hasOwn(imagined.files, file) && files[file]),
  ]);
}
