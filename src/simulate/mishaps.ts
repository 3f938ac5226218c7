/** What happens to a simulated host without anybody asking for it, and what of the guest's writes it leaves. */
import { diskOf, isUp } from '../model/world.ts';
import { missing } from './content.ts';
import { definedDisks, readDefinition } from './definitions.ts';
import {
  filesBelow,
  guestWrites,
  lastOf,
  layersOf,
  onDomain,
  type SimulatedHost,
} from './host-state.ts';
import { withoutJobOn } from './virsh-block.ts';
import { vanished } from './virsh-definition.ts';

/** The guest's process is killed: its jobs end, a transient domain vanishes, any other is as it is defined. */
export function guestDies(host: SimulatedHost): SimulatedHost {
  const { world } = host;
  if (!isUp(world)) return host;
  const stopped = { ...guestWrites(host), last: lastOf(world), jobs: {} };
  if (!world.domain.persistent) return vanished(stopped);
  return onDomain(stopped, { state: 'shut off', agent: false, disks: definedDisks(host) });
}

/** The block jobs fail: they are gone, and what they wrote stays. */
export function jobsDie(host: SimulatedHost): SimulatedHost {
  return host.world.domain.disks
    .filter(({ job }) => job)
    .reduce((each, { target }) => withoutJobOn(each, target), host);
}

/**
 * libvirt's daemon is killed and comes back: QEMU has gone on meanwhile, jobs included, and libvirt finds domain, jobs
 * and metadata again (seen on libvirt 9.0 and 11.3).
 */
export function daemonRestarts(host: SimulatedHost): SimulatedHost {
  return guestWrites(host);
}

/**
 * The host loses power and boots: the guest is off, with everything that guestDies says. What the guest was told to be
 * durable is: QEMU hands its flushes on to the active layer, and flushes a job's other side before it calls the job ready
 * and before it ends (QEMU, block/mirror.c). Files, their names, copies of images and definitions are durable once their
 * effect is done, because the driver and libvirt sync them. A guest that is marked for autostart would be started from
 * its definition: lostAtNextStart tells what it would find.
 */
export function powerFails(host: SimulatedHost): SimulatedHost {
  return guestDies(host);
}

/** The writes that the guest would not find again on the files that hold its disks; a clause for each loss. */
export function lostWrites(host: SimulatedHost): readonly string[] {
  return Object.entries(host.last).flatMap(([target, active]) => {
    const live = isUp(host.world) ? diskOf(host.world, target) : undefined;
    return lostOn(host, target, live ? layersOf(live) : filesBelow(host, active));
  });
}

/**
 * The writes that the guest would miss if it were started from its definition, or from the one that the journal keeps of
 * a transient domain.
 */
export function lostAtNextStart(host: SimulatedHost): readonly string[] {
  const { definition, kept, persistent } = host.world.domain;
  const xml = persistent ? definition : kept?.definition;
  if (xml === undefined) return ['the definition itself'];
  return readDefinition(xml).disks.flatMap(({ target, chain: [top], readonly }) =>
    top === undefined || readonly ? [] : lostOn(host, target, filesBelow(host, top.file)),
  );
}

function lostOn(host: SimulatedHost, target: string, layers: readonly string[]): string[] {
  const writes = host.content[target];
  if (!writes) return [];
  // What is below a file that is not there cannot be read.
  const absent = layers.findIndex((file) => file.startsWith('/') && !host.world.files[file]);
  const readable = absent < 0 ? layers : layers.slice(0, absent);
  return missing(writes, readable).map((loss) => `${target}: ${loss}`);
}
