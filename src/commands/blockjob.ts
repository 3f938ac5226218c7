/** `virsh blockjob`: ends a block job, with or without a pivot to its other side, or limits its speed. */
import { withBitmapsLeft } from '../host/checkpoints.ts';
import { definitionFollows } from '../host/definitions.ts';
import { layersOf, nameIn } from '../host/file-names.ts';
import { relativeNames } from '../host/header-names.ts';
import { withFilesClosed, withJobCancelled, withoutJobOn } from '../host/jobs.ts';
import {
  diskForCommand,
  filesBelow,
  guestWrites,
  refuseUnless,
  type SimulatedHost,
  updateDisk,
  withEnd,
} from '../host/simulated-host.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { type Disk, diskOf, type Layer } from '../model/host-state.ts';
import { defineCommand, NO_JOB, optional, required } from './define.ts';

export const blockjob = defineCommand({
  verb: 'blockjob',
  options: {
    domain: required('text'),
    path: required('text'),
    abort: optional('flag'),
    pivot: optional('flag'),
    bandwidth: optional('number'),
    bytes: optional('flag'),
  },
  apply(host, { path, abort, pivot }) {
    const disk = diskForCommand(host, path);
    if (!disk.job) throw new EffectFailed(`error: no active block job on ${disk.target}`);
    if (abort === pivot) throw new Error('a simulated host ends jobs only by abort or pivot');
    return abort ? withJobCancelled(host, disk) : pivoted(host, disk);
  },
  // After a lost answer, a failed copy looks like one that was ended when both sides were equal.
  ...NO_JOB,
  unanswered: ({ path, abort }, now) =>
    abort && diskOf(now, path)?.job === undefined ? 'undo' : 'look',
  refusal: ({ path }, said) =>
    /does not have an active block job/.test(said)
      ? `the job on ${path} no longer exists: another process ended it, or it failed`
      : undefined,
});

function pivoted(host: SimulatedHost, disk: Disk): SimulatedHost {
  const { job, target } = disk;
  refuseUnless(job?.ready === true, 'not ready for pivot yet');
  refuseUnless(job.mirror !== undefined, 'a commit below the active layer has no pivot');
  const mirror = nameIn(host, job.mirror);
  const top: Layer = { file: job.mirror, format: host.formats[mirror] ?? 'qcow2' };
  const layers = new Map(disk.chain.map((layer) => [nameIn(host, layer.file), layer]));
  const opened = openedByPivot(host, disk, mirror);
  const chain = opened.map(
    (file): Layer =>
      layers.get(file) ?? {
        ...(file === mirror ? top : { file, format: host.formats[file] ?? 'qcow2' }),
        ...(host.devices.includes(file) ? { block: true } : {}),
      },
  );
  // The layers below a reused file are opened only now.
  const found = host.jobs[target]?.reuse ? opened.slice(1) : [];
  refuseUnless(
    !found.some((file) => host.held.includes(file)),
    'Failed to get shared "write" lock',
  );
  const fresh = host.jobs[target]?.noted ? [] : found;
  const detected = [...new Set([...host.detected, ...fresh])];
  const names = found.length === 0 ? {} : relativeNames(host, chain);
  const relative = { ...without(host.relative, found), ...names };
  const closed = layersOf(host, disk).filter((file) => !opened.includes(file));
  const left = {
    ...withoutJobOn(
      withFilesClosed(endAfterPivot(host, disk, opened, fresh), closed, target),
      target,
    ),
    detected,
    relative,
  };
  const ended = updateDisk(left, target, (each) => ({
    ...each,
    chain,
  }));
  // Bitmaps are merged into the file that the guest is on then, if its format can store them.
  const kept =
    chain[0]?.format === 'qcow2'
      ? ended
      : withBitmapsLeft(ended, target, layersOf(host, disk)[0] ?? '');
  return guestWrites(definitionFollows(kept, target, disk.chain, chain));
}

/**
 * The same host with where libvirt knows the end of the chain from: it has found the end below layers that it has just read
 * from headers, and it has made the end of a copy that is the whole chain.
 */
function endAfterPivot(
  host: SimulatedHost,
  { job, target }: Disk,
  opened: readonly string[],
  fresh: readonly string[],
): SimulatedHost {
  if (fresh.length > 0) return withEnd(host, target, 'found');
  return job?.type === 'copy' && opened.length === 1 ? withEnd(host, target, 'made') : host;
}

/**
 * The files that are open after the pivot. After a commit, the base and the layers that QEMU has open below it. After a full
 * copy, the copy alone, whatever its header says. After a shallow copy, the copy with the files that its header names if its
 * file was reused, or with the layers below the source.
 */
function openedByPivot(host: SimulatedHost, disk: Disk, mirror: string): readonly string[] {
  const { job, target } = disk;
  const files = layersOf(host, disk);
  if (job?.type !== 'copy') return files.slice(Math.max(0, files.indexOf(mirror)));
  const source = host.jobs[target];
  if (!source?.shallow) return [mirror];
  return source.reuse ? filesBelow(host, mirror) : [mirror, ...files.slice(1)];
}

function without<T>(record: Readonly<Record<string, T>>, keys: readonly string[]) {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
