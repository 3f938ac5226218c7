/**
 * Where the guest writes, between two looks: an effect can move it, and it can stop before anything is observed again.
 * Worked out by the simulated host from the World in which the guest was last seen up.
 */
import type { Effect } from '../commands/effect.ts';
import { hostOf, type SimulatedHost } from '../host/host-state.ts';
import { FileSet, isSameFile } from '../model/file-identity.ts';
import { activeFile, diskOf, type World } from '../model/world.ts';
import { imagine } from '../simulate/imagine.ts';

/** An effect since the last look. */
export interface Deed {
  readonly effect: Effect;
  /** Whether it was begun, libvirt has said that it is done, or what was observed afterwards shows it. */
  readonly known: 'begun' | 'said' | 'seen';
}

/** What is known of where the guest writes. */
interface Known {
  /** The World when it was last seen up; more than one where nobody looked while it may have been moved. */
  readonly lastUp: readonly World[];
  readonly since: readonly Deed[];
}

/** The Worlds in which the guest may have written last; the last of them is the likeliest. */
export function lastWrites({ lastUp, since }: Known): readonly World[] {
  let hosts: readonly SimulatedHost[] = lastUp.map(hostOf);
  for (const { effect, known } of since) {
    const moved = hosts.map((host) => imagine(host, [effect]));
    hosts = isCertain(effect, known) ? moved : distinct([...hosts, ...moved]);
  }
  return hosts.map(({ world }) => world);
}

/**
 * As `lastWrites`, for a guest that may have stopped: libvirt moves a persistent definition along with the disks, so the one that
 * is there rules out the Worlds with another. A transient domain had none: the one that it has now was given to it later.
 */
export function lastWritesBy(course: Known, now: World): readonly World[] {
  const worlds = lastWrites(course);
  const fitting = worlds.filter((world) => !world.domain.persistent || isDefinedAlike(world, now));
  return fitting.length > 0 ? fitting : worlds;
}

function isDefinedAlike({ domain }: World, now: World): boolean {
  return domain.disks.every(
    ({ target, persistentSource }) =>
      persistentSource === undefined ||
      isSameFile(now, persistentSource, diskOf(now, target)?.persistentSource),
  );
}

/** The disks that were on more than one file in those Worlds, with the files. */
export function placesOf(
  worlds: readonly World[],
): readonly { target: string; files: readonly string[] }[] {
  const last = worlds.at(-1);
  return (last?.domain.disks ?? [])
    .map(({ target }) => ({
      target,
      files: new FileSet(
        last ?? { files: {} },
        worlds.flatMap((world) => activeFile(world, target) ?? []),
      ).names,
    }))
    .filter(({ files }) => files.length > 1);
}

/** How a sentence begins that says of a disk that it is not known where the guest wrote to it last. */
export function notKnownWhere(target: string): string {
  return `${target}: it is not known where the guest wrote last`;
}

/**
 * The disks of a guest that stopped while nobody looked, and while it may have been moved.
 * @param now whose definition counts; without it, or where that has no such disk, the definition names the likeliest file
 */
export function notKnown(worlds: readonly World[], now?: World): string[] {
  return placesOf(worlds).map(({ target, files }) => {
    const named = (now && diskOf(now, target)?.persistentSource) ?? files.at(-1);
    return `${notKnownWhere(target)}, to ${files.join(' or to ')}; the definition names ${named}: compare them before it is started`;
  });
}

/**
 * A snapshot that was reported without effect would leave an overlay without data, so it counts as in doubt until it is
 * observed; a pivot without effect leaves both sides equal.
 */
function isCertain(effect: Effect, known: Deed['known']): boolean {
  const snapshot = effect.tool === 'virsh' && effect.verb === 'snapshot-create-as';
  return known === 'seen' || (known === 'said' && !snapshot);
}

/** One host for each set of places where the guest may write and of jobs that may run. */
function distinct(hosts: readonly SimulatedHost[]): readonly SimulatedHost[] {
  const places = ({ world }: SimulatedHost) =>
    JSON.stringify(
      world.domain.disks.map(({ target, job }) => [target, activeFile(world, target), job]),
    );
  return [...new Map(hosts.map((host) => [places(host), host])).values()];
}
