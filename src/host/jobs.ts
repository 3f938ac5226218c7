/** The end of a block job on a simulated host. */
import { backingPath } from '../model/backing-path.ts';
import { type Disk, isBackedUp, withoutJob } from '../model/host-state.ts';
import { definitionIsSaved } from './definitions.ts';
import { layersOf, nameIn } from './file-names.ts';
import { withoutOverlay } from './image-files.ts';
import { type SimulatedHost, updateDisk } from './simulated-host.ts';

/** The same host after a disk's files are closed: QEMU releases its locks on them (seen on QEMU 7.2 and 10.0). */
export function withFilesClosed(
  host: SimulatedHost,
  closed: readonly string[],
  target: string,
): SimulatedHost {
  if (host.held.length === 0) return host;
  const others = host.state.domain.disks.filter((disk) => disk.target !== target);
  const open = others.flatMap((disk) => layersOf(host, disk));
  const held = host.held.filter((file) => open.includes(file) || !closed.includes(file));
  return held.length === host.held.length ? host : { ...host, held };
}

/** The same host without a job on that disk; the data that the job wrote stays. */
export function withoutJobOn(host: SimulatedHost, target: string): SimulatedHost {
  const { [target]: _ended, ...jobs } = host.jobs;
  return updateDisk({ ...definitionIsSaved(host), jobs }, target, withoutJob);
}

/**
 * The same host after the job of that disk was cancelled or has failed. QEMU does not release its write lock on the base of an
 * active commit, whoever cancels it, unless the base is raw (all seen on QEMU 7.2 and 10.0).
 */
export function withJobCancelled(host: SimulatedHost, { target, job }: Disk): SimulatedHost {
  const ended = withoutJobOn(job?.type === 'copy' ? withCopyAbove(host, job.mirror) : host, target);
  const base = job?.type === 'active-commit' && job.mirror ? nameIn(host, job.mirror) : undefined;
  return base === undefined || host.formats[base] === 'raw' || host.held.includes(base)
    ? ended
    : { ...ended, held: [...host.held, base].sort() };
}

/** The same host without the backup of its guest; each copy that ends, completed or cancelled, is the end of a job. */
export function withoutBackup(host: SimulatedHost): SimulatedHost {
  return host.state.domain.disks
    .filter(isBackedUp)
    .reduce((each, { target }) => withoutJobOn(each, target), host);
}

/** The same host with a copy that stays behind as an overlay that no domain uses, if it has a backing file. */
function withCopyAbove(host: SimulatedHost, mirror: string | undefined): SimulatedHost {
  const file = mirror === undefined ? undefined : nameIn(host, mirror);
  const name = file === undefined ? undefined : host.headers[file];
  if (file === undefined || name === undefined) return host;
  const { state } = withoutOverlay(host, file);
  const overlay = { file, backing: backingPath(file, name) };
  return { ...host, state: { ...state, overlays: [...(state.overlays ?? []), overlay] } };
}
