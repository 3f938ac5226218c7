/** Faults of a simulated host, and which of the guest's writes survive them. */
import { bitmapsAfterDeath } from '../host/checkpoints.ts';
import { missingWrites } from '../host/content.ts';
import { disksFromDefinition, openedFiles } from '../host/definitions.ts';
import { asDefined, withoutDomain } from '../host/domain.ts';
import { layersOf, nameIn } from '../host/file-names.ts';
import { relativeNames } from '../host/header-names.ts';
import { withJobCancelled } from '../host/jobs.ts';
import {
  endsNotDefined,
  filesBelow,
  filesWrittenByGuest,
  guestWrites,
  layersNotDefined,
  type SimulatedHost,
  updateDomain,
} from '../host/simulated-host.ts';
import { readDefinition } from '../model/defined-chain.ts';
import { isUp, type Layer } from '../model/host-state.ts';

/** The guest's process is killed: its jobs end, a transient domain vanishes, a persistent one is as defined. */
export function guestDies(host: SimulatedHost): SimulatedHost {
  const { state } = host;
  if (!isUp(state)) return host;
  const { frozen: _file, guarded: _guard, thawed: _was, ...known } = guestWrites(host);
  const stopped = {
    ...known,
    last: filesWrittenByGuest(host, state),
    jobs: {},
    held: [],
  };
  if (!state.domain.persistent) return withoutDomain(stopped);
  return bitmapsAfterDeath(
    updateDomain(stopped, {
      state: 'shut off',
      agent: false,
      disks: disksFromDefinition(host),
    }),
  );
}

/** The guest agent is killed: a guest that is frozen stays so (seen on libvirt 9.0). */
export function agentDies(host: SimulatedHost): SimulatedHost {
  return host.state.domain.agent ? updateDomain(host, { agent: false }) : host;
}

/** The thaw guard acts: the time is over, or blockplan has ended. Without an agent it tries in vain. */
export function guardThaws(host: SimulatedHost): SimulatedHost {
  if (!host.guarded || !host.state.domain.agent) return host;
  const { frozen: _thawed, guarded: _ended, ...rest } = host;
  return rest;
}

/** The block jobs fail: they are gone, and the data that they wrote stays. */
export function jobsDie(host: SimulatedHost): SimulatedHost {
  return host.state.domain.disks.filter(({ job }) => job).reduce(withJobCancelled, host);
}

/**
 * libvirt's daemon is killed and restarts. QEMU keeps running meanwhile, jobs included, and libvirt finds domain, jobs and
 * metadata again. A domain that was undefined while it ran becomes persistent again with libvirt's remaining copy of
 * its definition, if a snapshot or the end of a job had saved that copy (seen on libvirt 9.0). The job that creates the
 * file of a blockcopy counts as well.
 */
export function daemonRestarts(host: SimulatedHost): SimulatedHost {
  const { shadow, ...known } = guestWrites(host);
  // For a chain from its own records, libvirt no longer knows which layers it had found in headers.
  const jobs = Object.entries(known.jobs).map(
    ([target, job]) => [target, { ...job, noted: true as const }] as const,
  );
  const rest = { ...known, detected: [], foundEnds: [], jobs: Object.fromEntries(jobs) };
  return shadow?.saved ? asDefined(rest, shadow.definition) : rest;
}

/**
 * The host loses power and boots: the guest is off, with all consequences of guestDies and daemonRestarts, and is started
 * from its definition if it is marked for autostart (seen on libvirt 9.0). libvirt deletes its records of snapshots and
 * checkpoints when the guest of an undefined domain stops; here it cannot, and has them again if it has a definition of the
 * domain. Without one their files stay until somebody defines the domain, which deletes them, so that a later restart of the
 * daemon does not bring them back (all seen on libvirt 9.0 and 11.3).
 *
 * Writes that were reported durable to the guest are durable: QEMU passes its flushes on to the active layer, and flushes a
 * job's other side before the job is ready and before it ends (QEMU, block/mirror.c). Files, their names, copies of images
 * and definitions are durable once their effect is complete, because the driver and libvirt sync them.
 */
export function powerFails(host: SimulatedHost): SimulatedHost {
  const { snapshots, checkpoints } = host.state.domain;
  const dark = daemonRestarts(guestDies(host));
  const { persistent } = dark.state.domain;
  const booted = persistent ? updateDomain(dark, { snapshots, checkpoints }) : dark;
  return booted.state.domain.autostart ? guestStarts(booted) : booted;
}

/** The guest is started from its definition; it stays off if a file that it needs is missing. */
export function guestStarts(host: SimulatedHost): SimulatedHost {
  const { definition, state } = host.state.domain;
  if (definition === undefined || state !== 'shut off') return host;
  const disks = disksFromDefinition(host).map((disk) => ({
    ...disk,
    chain: openedFiles(host, definition, disk.target).map(
      (file): Layer => ({
        file,
        // An image with the name of a backing file in its header is no raw one.
        format: host.formats[file] ?? (host.headers[file] === undefined ? 'raw' : 'qcow2'),
        ...disk.chain.find((layer) => nameIn(host, layer.file) === file),
      }),
    ),
  }));
  if (!disks.flatMap((disk) => layersOf(host, disk)).every((file) => isThere(host, file)))
    return host;
  const starts = host.starts + 1;
  const started = updateDomain(host, { state: 'running', disks });
  const detected = layersNotDefined(host, started.state);
  const foundEnds = endsNotDefined(started.state);
  // For a layer that the definition names, libvirt does not read its name from the header above.
  const named = relativeNames(
    host,
    disks.flatMap(({ chain }) => chain),
  );
  const relative = Object.fromEntries(
    Object.entries(named).filter(([file]) => detected.includes(file)),
  );
  return guestWrites({ ...started, starts, last: {}, detected, foundEnds, relative });
}

function isThere(host: SimulatedHost, file: string): boolean {
  return !file.startsWith('/') || Boolean(host.state.files[file]);
}

/** The guest's writes that are missing from the files of its disks; a clause for each loss. */
export function lostWrites(host: SimulatedHost): readonly string[] {
  const { state } = host;
  return isUp(state)
    ? state.domain.disks.flatMap((disk) => lostOn(host, disk.target, layersOf(host, disk)))
    : lostBehindHeaders(host);
}

/** The writes that are missing from the file that the guest wrote to last, and from those that the headers name below it. */
export function lostBehindHeaders(host: SimulatedHost): readonly string[] {
  const { state, last } = host;
  const active = isUp(state) ? filesWrittenByGuest(host, state) : last;
  return Object.entries(active).flatMap(([target, file]) =>
    lostOn(host, target, filesBelow(host, file)),
  );
}

/**
 * The writes that the guest would miss after a start from its definition, or for a transient domain from the definition that
 * the journal keeps.
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
  // Files below a missing file cannot be read.
  const absent = layers.findIndex((file) => !isThere(host, file));
  const readable = absent < 0 ? layers : layers.slice(0, absent);
  return missingWrites(writes, readable).map((loss) => `${target}: ${loss}`);
}
