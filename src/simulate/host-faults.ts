/** What happens to a simulated host without anybody asking for it, and what of the guest's writes it leaves. */
import { missingWrites } from '../host/content.ts';
import { disksFromDefinition, openedFiles } from '../host/definitions.ts';
import { asDefined, withoutDomain } from '../host/domain.ts';
import { layersOf, nameIn } from '../host/file-names.ts';
import { relativeNames } from '../host/header-names.ts';
import { withoutJobOn } from '../host/jobs.ts';
import {
  filesBelow,
  filesWrittenByGuest,
  guestWrites,
  layersNotDefined,
  type SimulatedHost,
  updateDomain,
} from '../host/simulated-host.ts';
import { readDefinition } from '../model/defined-chain.ts';
import { isUp, type Layer } from '../model/host-state.ts';

/** The guest's process is killed: its jobs end, a transient domain vanishes, any other is as it is defined. */
export function guestDies(host: SimulatedHost): SimulatedHost {
  const { state } = host;
  if (!isUp(state)) return host;
  const stopped = {
    ...guestWrites(host),
    last: filesWrittenByGuest(host, state),
    jobs: {},
    held: [],
  };
  if (!state.domain.persistent) return withoutDomain(stopped);
  return updateDomain(stopped, {
    state: 'shut off',
    agent: false,
    disks: disksFromDefinition(host),
  });
}

/** The block jobs fail: they are gone, and what they wrote stays. */
export function jobsDie(host: SimulatedHost): SimulatedHost {
  return host.state.domain.disks
    .filter(({ job }) => job)
    .reduce((each, { target }) => withoutJobOn(each, target), host);
}

/**
 * libvirt's daemon is killed and comes back: QEMU has gone on meanwhile, jobs included, and libvirt finds domain, jobs
 * and metadata again. A domain that was undefined while it ran is persistent again, with what libvirt had left of its
 * definition, where a snapshot or the end of a job, be it that which makes a copy's file, had that saved (seen on libvirt 9.0).
 */
export function daemonRestarts(host: SimulatedHost): SimulatedHost {
  const { shadow, ...known } = guestWrites(host);
  // Of a chain that it finds in its own notes libvirt does not know any more where each layer was named.
  const jobs = Object.entries(known.jobs).map(
    ([target, job]) => [target, { ...job, noted: true as const }] as const,
  );
  const rest = { ...known, detected: [], jobs: Object.fromEntries(jobs) };
  return shadow?.saved ? asDefined(rest, shadow.definition) : rest;
}

/**
 * The host loses power and boots: the guest is off, with everything that guestDies and daemonRestarts say, and is started
 * from its definition where it is marked for autostart (seen on libvirt 9.0).
 *
 * What the guest was told to be durable is: QEMU hands its flushes on to the active layer, and flushes a job's other side
 * before it calls the job ready and before it ends (QEMU, block/mirror.c). Files, their names, copies of images and
 * definitions are durable once their effect is done, because the driver and libvirt sync them.
 */
export function powerFails(host: SimulatedHost): SimulatedHost {
  const booted = daemonRestarts(guestDies(host));
  return booted.state.domain.autostart ? guestStarts(booted) : booted;
}

/** The guest is started from its definition; as it was where a file that it needs is not there. */
export function guestStarts(host: SimulatedHost): SimulatedHost {
  const { definition, state } = host.state.domain;
  if (definition === undefined || state !== 'shut off') return host;
  const disks = disksFromDefinition(host).map((disk) => ({
    ...disk,
    chain: openedFiles(host, definition, disk.target).map(
      (file): Layer => ({
        file,
        format: host.formats[file] ?? 'raw',
        ...disk.chain.find((layer) => nameIn(host, layer.file) === file),
      }),
    ),
  }));
  if (!disks.flatMap((disk) => layersOf(host, disk)).every((file) => isThere(host, file)))
    return host;
  const starts = host.starts + 1;
  const started = updateDomain(host, { state: 'running', disks });
  const detected = layersNotDefined(host, started.state);
  // Of a layer that the definition names libvirt does not ask which header has which name for it.
  const named = relativeNames(
    host,
    disks.flatMap(({ chain }) => chain),
  );
  const relative = Object.fromEntries(
    Object.entries(named).filter(([file]) => detected.includes(file)),
  );
  return guestWrites({ ...started, starts, last: {}, detected, relative });
}

function isThere(host: SimulatedHost, file: string): boolean {
  return !file.startsWith('/') || Boolean(host.state.files[file]);
}

/** The writes that the guest would not find again on the files that hold its disks; a clause for each loss. */
export function lostWrites(host: SimulatedHost): readonly string[] {
  const { state } = host;
  return isUp(state)
    ? state.domain.disks.flatMap((disk) => lostOn(host, disk.target, layersOf(host, disk)))
    : Object.entries(host.last).flatMap(([target, active]) =>
        lostOn(host, target, filesBelow(host, active)),
      );
}

/**
 * The writes that the guest would miss if it were started from its definition, or from the one that the journal keeps of
 * a transient domain.
 */
export function lostAtNextStart(host: SimulatedHost): readonly string[] {
  const { definition, kept, persistent } = host.state.domain;
  const xml = persistent ? definition : kept?.definition;
  if (xml === undefined) return ['the definition itself'];
  return readDefinition(xml).disks.flatMap(({ target, readonly }) =>
    readonly ? [] : lostOn(host, target, openedFiles(host, xml, target)),
  );
}

function lostOn(host: SimulatedHost, target: string, layers: readonly string[]): string[] {
  const writes = host.content[target];
  if (!writes || layers.length === 0) return [];
  // What is below a file that is not there cannot be read.
  const absent = layers.findIndex((file) => !isThere(host, file));
  const readable = absent < 0 ? layers : layers.slice(0, absent);
  return missingWrites(writes, readable).map((loss) => `${target}: ${loss}`);
}
