/** How far a phase progressed: the observed state is compared with the states that its effects lead to. */
import { commandDefinition, type Effect, isCommand } from '../commands/effect.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { simulatedHostOf } from '../host/simulated-host.ts';
import { FileSet, filesOfDisk } from '../model/file-identity.ts';
import { hasEnded } from '../model/guest-process.ts';
import { type Disk, type HostState, withDomain } from '../model/host-state.ts';
import { assumeSuccess, simulateEffects } from '../simulate/simulate-effects.ts';
import { effectsOf } from './phase-effects.ts';
import type { PhaseStart } from './run-state.ts';

/** The progress of a phase's effects, as far as it is known. */
export interface PhaseProgress {
  /** The number of effects with a successful outcome. */
  readonly done: number;
  /** The effect that was begun and has no known outcome. */
  readonly doubtful?: Effect;
}

/**
 * The index of the next effect: the one in doubt, or a later one if the observed state is what the one in doubt leads to.
 * Undefined if the observed state matches neither.
 */
export function nextEffectIndex(
  node: PhaseNode,
  phaseStart: PhaseStart,
  now: HostState,
  { done, doubtful }: PhaseProgress,
): number | undefined {
  const states = predictedStates(node, phaseStart);
  if (states.length === 0) return undefined;
  const backup = backupProgress(effectsOf(node, phaseStart), done, now);
  if (backup) return backup.next;
  if (!doubtful) return matchesPrediction(states[done], now) ? done : undefined;
  const judged = isCommand(doubtful) && commandDefinition(doubtful).unanswered(doubtful.args, now);
  if (judged === 'undo') return undefined;
  const effects = effectsOf(node, phaseStart);
  let after = done + 1;
  // A wait ends by itself: the job may have ended in the meantime.
  while (effects[after]?.tool === 'await-job') after++;
  for (let at = after; at >= done; at--) {
    if (!matchesPrediction(states[at], now)) continue;
    // An effect that leaves no trace is repeated, and so is a wait.
    if (judged === 'repeat') return done;
    const first = states.findIndex(
      (state, index) => index >= done && matchesPrediction(state, now),
    );
    return effects[at - 1]?.tool === 'await-job' ? at - 1 : first;
  }
  return undefined;
}

/**
 * For effects that include the wait for a backup that was not reported as complete: the next one while the backup runs, also
 * if it is over for some of the disks. Otherwise the phase is performed again: nothing shows whether a backup that is over
 * was complete, and a folder that was made earlier describes an earlier moment. So is a backup that was interrupted while
 * its guest was frozen: nothing shows whether it still was when the backup began.
 * @returns undefined for other effects
 */
function backupProgress(
  effects: readonly Effect[],
  done: number,
  { domain: { disks } }: HostState,
): { readonly next: number | undefined } | undefined {
  const at = effects.findIndex((each) => each.tool === 'await-backup');
  const wait = effects[at];
  if (wait?.tool !== 'await-backup' || done > at) return undefined;
  const isOwn = ({ job }: Disk) =>
    job?.type === 'backup' && job.mirror?.startsWith(`${wait.draft}/`) === true;
  const noted = effects.findIndex((each) => each.tool === 'note-quiesce');
  if (!disks.some(isOwn) || (noted >= 0 && done <= noted)) return { next: undefined };
  return { next: noted < 0 ? at : done };
}

/** The host states that a phase passes through; none if its step rejects the host state in which it began. */
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

/** Whether a host state matches a simulated one in what a run may change; other changes by other users do not count. */
export function matchesPrediction(imagined: HostState | undefined, now: HostState): boolean {
  return (
    imagined !== undefined && signature(imagined, imagined, now) === signature(now, imagined, now)
  );
}

const NO_RECORDS = { snapshots: [], checkpoints: [] } as const;

/**
 * The parts of a host state that effects change, limited to what the simulated state names and to the files that the
 * observed state knows.
 */
function signature({ domain, files }: HostState, imagined: HostState, now: HostState): string {
  const named = [imagined, now].flatMap(({ domain: { disks } }) => disks.flatMap(filesOfDisk));
  const known = new FileSet(now, named);
  const nameOf = (file: string | undefined) => file && known.nameOf(file);
  const { disks, persistent } = imagined.domain;
  // libvirtd may forget the records of a transient domain when it restarts; they are kept, and restored with the
  // definition.
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
    // Files of disks that were attached in the meantime are not part of the simulated state.
    Object.keys(now.files).filter((file) => Object.hasOwn(imagined.files, file) && files[file]),
  ]);
}

/** Effects act on the QEMU process that runs now, which may be another one than when the phase began. */
export function inProcessOf(seen: HostState, phaseStart: PhaseStart): PhaseStart {
  const { before } = phaseStart;
  const { process } = seen.domain;
  const known = before.domain.process;
  return process === undefined || (known && !hasEnded(known, seen.domain))
    ? phaseStart
    : { ...phaseStart, before: withDomain(before, { process }) };
}
