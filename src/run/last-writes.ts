/**
 * Where the guest writes, between two looks: an effect can move it, and it can stop before anything is observed again.
 * Worked out by the simulated host from the World in which the guest was last seen up.
 */
import type { Effect } from '../model/effect.ts';
import { activeFile, type World } from '../model/world.ts';
import { hostOf, type SimulatedHost } from '../simulate/host-state.ts';
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
 * A snapshot that was reported without effect would leave an overlay without data, so it counts as in doubt until it is
 * observed; a pivot without effect leaves both sides equal.
 */
function isCertain(effect: Effect, known: Deed['known']): boolean {
  const snapshot = effect.tool === 'virsh' && effect.argv[0] === 'snapshot-create-as';
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
