/**
 * Where the guest writes between two observations: an effect can move it, and it can stop before the next observation.
 * The simulated host computes this from the host state in which the guest was last seen up.
 */
import type { Effect } from '../commands/effect.ts';
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { FileSet, isSameFile } from '../model/file-identity.ts';
import { activeFile, diskOf, type HostState, isUp } from '../model/host-state.ts';
import { assumeSuccess } from '../simulate/simulate-effects.ts';

/** An effect since the last observation. */
export interface RecentEffect {
  readonly effect: Effect;
  /** Whether it was begun, libvirt reported that it is done, or a later observation shows that it is done. */
  readonly known: 'begun' | 'said' | 'seen';
}

/** What is known of where the guest writes. */
export interface KnownWrites {
  /** The host state when the guest was last seen up; several if it may have been moved without an observation. */
  readonly lastUp: readonly HostState[];
  readonly since: readonly RecentEffect[];
}

/** The host states in which the guest may have written last; the most likely one is last. */
export function lastWrites({ lastUp, since }: KnownWrites): readonly HostState[] {
  let hosts: readonly SimulatedHost[] = lastUp.map(simulatedHostOf);
  for (const { effect, known } of since) {
    // No effect moves a guest that is off: it wrote to the files that it had when it stopped.
    const moved = hosts.map((host) => (isUp(host.state) ? assumeSuccess(host, [effect]) : host));
    hosts = isCertain(effect, known) ? moved : distinct([...hosts, ...moved]);
  }
  return hosts.map(({ state }) => state);
}

/**
 * Like `lastWrites`, for a guest that may have stopped: libvirt moves a persistent definition along with the disks, so
 * the current definition rules out the host states with another one. A transient domain had none: its current definition
 * was given to it later.
 */
export function lastWritesBy(run: KnownWrites, now: HostState): readonly HostState[] {
  const states = lastWrites(run);
  const fitting = states.filter((state) => !state.domain.persistent || isDefinedAlike(state, now));
  return fitting.length > 0 ? fitting : states;
}

function isDefinedAlike({ domain }: HostState, now: HostState): boolean {
  return domain.disks.every(
    ({ target, persistentSource }) =>
      persistentSource === undefined ||
      isSameFile(now, persistentSource, diskOf(now, target)?.persistentSource),
  );
}

/** The disks that were on more than one file in those host states, with the files. */
export function ambiguousDisks(
  states: readonly HostState[],
): readonly { target: string; files: readonly string[] }[] {
  const last = states.at(-1);
  return (last?.domain.disks ?? [])
    .map(({ target }) => ({
      target,
      files: new FileSet(
        last ?? { files: {} },
        states.flatMap((state) => activeFile(state, target) ?? []),
      ).names,
    }))
    .filter(({ files }) => files.length > 1);
}

/** The start of a sentence about a disk of which it is unknown where the guest last wrote. */
export function unknownLastWriteText(target: string): string {
  return `${target}: it is unknown where the guest last wrote`;
}

/**
 * A sentence for each disk of a stopped guest that may have been moved without an observation.
 * @param now its definition is reported; without it, or without that disk in it, the most likely file is
 */
export function unknownLastWrites(states: readonly HostState[], now?: HostState): string[] {
  return ambiguousDisks(states).map(({ target, files }) => {
    const named = (now && diskOf(now, target)?.persistentSource) ?? files.at(-1);
    return `${unknownLastWriteText(target)} (${files.join(' or ')}); the definition names ${named}. Compare the files before you start the guest`;
  });
}

/**
 * A snapshot that libvirt reports as done without effect would leave an overlay without data, so it is in doubt until it
 * is observed. After a pivot without effect both sides are equal.
 */
function isCertain(effect: Effect, known: RecentEffect['known']): boolean {
  const snapshot = effect.tool === 'virsh' && effect.verb === 'snapshot-create-as';
  return known === 'seen' || (known === 'said' && !snapshot);
}

/** One host for each combination of active files and block jobs. */
function distinct(hosts: readonly SimulatedHost[]): readonly SimulatedHost[] {
  const places = ({ state }: SimulatedHost) =>
    JSON.stringify(
      state.domain.disks.map(({ target, job }) => [target, activeFile(state, target), job]),
    );
  return [...new Map(hosts.map((host) => [places(host), host])).values()];
}
