/**
 * Where the guest writes, between two looks: an effect can move it, and it can stop before anything is observed again.
 * Worked out by the simulated host from the host state in which the guest was last seen up.
 */
import type { Effect } from '../commands/effect.ts';
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { FileSet, isSameFile } from '../model/file-identity.ts';
import { activeFile, diskOf, type HostState } from '../model/host-state.ts';
import { assumeSuccess } from '../simulate/simulate-effects.ts';

/** An effect since the last look. */
export interface RecentEffect {
  readonly effect: Effect;
  /** Whether it was begun, libvirt has said that it is done, or what was observed afterwards shows it. */
  readonly known: 'begun' | 'said' | 'seen';
}

/** What is known of where the guest writes. */
interface Known {
  /** The host state when it was last seen up; more than one where nobody looked while it may have been moved. */
  readonly lastUp: readonly HostState[];
  readonly since: readonly RecentEffect[];
}

/** The host states in which the guest may have written last; the last of them is the likeliest. */
export function lastWrites({ lastUp, since }: Known): readonly HostState[] {
  let hosts: readonly SimulatedHost[] = lastUp.map(simulatedHostOf);
  for (const { effect, known } of since) {
    const moved = hosts.map((host) => assumeSuccess(host, [effect]));
    hosts = isCertain(effect, known) ? moved : distinct([...hosts, ...moved]);
  }
  return hosts.map(({ state }) => state);
}

/**
 * As `lastWrites`, for a guest that may have stopped: libvirt moves a persistent definition along with the disks, so the one that
 * is there rules out the host states with another. A transient domain had none: the one that it has now was given to it later.
 */
export function lastWritesBy(run: Known, now: HostState): readonly HostState[] {
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

/** How a sentence begins that says of a disk that it is not known where the guest wrote to it last. */
export function unknownLastWriteText(target: string): string {
  return `${target}: it is not known where the guest wrote last`;
}

/**
 * The disks of a guest that stopped while nobody looked, and while it may have been moved.
 * @param now whose definition counts; without it, or where that has no such disk, the definition names the likeliest file
 */
export function unknownLastWrites(states: readonly HostState[], now?: HostState): string[] {
  return ambiguousDisks(states).map(({ target, files }) => {
    const named = (now && diskOf(now, target)?.persistentSource) ?? files.at(-1);
    return `${unknownLastWriteText(target)}, to ${files.join(' or to ')}; the definition names ${named}: compare them before it is started`;
  });
}

/**
 * A snapshot that was reported without effect would leave an overlay without data, so it counts as in doubt until it is
 * observed; a pivot without effect leaves both sides equal.
 */
function isCertain(effect: Effect, known: RecentEffect['known']): boolean {
  const snapshot = effect.tool === 'virsh' && effect.verb === 'snapshot-create-as';
  return known === 'seen' || (known === 'said' && !snapshot);
}

/** One host for each set of places where the guest may write and of jobs that may run. */
function distinct(hosts: readonly SimulatedHost[]): readonly SimulatedHost[] {
  const places = ({ state }: SimulatedHost) =>
    JSON.stringify(
      state.domain.disks.map(({ target, job }) => [target, activeFile(state, target), job]),
    );
  return [...new Map(hosts.map((host) => [places(host), host])).values()];
}
