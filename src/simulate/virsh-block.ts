/** The block jobs of a simulated host: copies, commits and their ends. */
import { EffectFailed } from '../model/driver.ts';
import type { AwaitJobEffect } from '../model/effect.ts';
import { type Disk, diskOf, isUp, type Layer, type Place, withoutJob } from '../model/world.ts';
import { poured } from './content.ts';
import { definitionFollows, definitionIsSaved, definitionShortens } from './definitions.ts';
import { layersOf, nameIn } from './file-names.ts';
import { relativeName, relativeNames } from './header-names.ts';
import {
  bytesIn,
  filesBelow,
  guestWrites,
  onDisk,
  refuseUnless,
  type SimulatedHost,
  withImage,
  withNewImage,
  workableDisk,
  writtenOver,
} from './host-state.ts';
import { type Options, one } from './virsh-words.ts';

export function blockcopy(before: SimulatedHost, options: Options): SimulatedHost {
  const path = one(options, 'dest');
  const reuse = options.has('reuse-external');
  const device = options.has('blockdev');
  const host = reuse || device ? writtenOver(before, path, device) : before;
  const disk = workableDisk(host, one(options, 'path'));
  refuseUnless(!disk.job, 'already in active block job');
  refuseUnless(
    !host.world.domain.persistent || options.has('transient-job'),
    'domain is not transient',
  );
  const dest = nameIn(host, path);
  const there = host.world.files[dest];
  // An empty file is taken, as if there were none.
  refuseUnless(!there || there.size === 0 || reuse || device, `${dest} already exists`);
  refuseUnless(Boolean(there) || !reuse, 'missing destination file');
  refuseUnless(!reuse || options.has('format'), 'reused mirror format must be specified');
  const format = options.get('format')?.[0] ?? disk.chain[0]?.format ?? 'raw';
  const files = layersOf(host, disk);
  // libvirt writes a layer's path as it spells it.
  const below = disk.chain[1]?.file;
  // libvirt does not take a copy of a disk without a backing file for a shallow one.
  const shallow = options.has('shallow') && below !== undefined;
  refuseUnless(
    !shallow || reuse || format !== 'raw',
    'shallow copy into a raw file is not possible',
  );
  const layers = shallow ? files.slice(0, 1) : files;
  refuseOtherSize(there?.place, { format, reuse, capacity: disk.capacity });
  const image = { ...there, format, size: sizeOfCopy(host, disk, layers) };
  const made = reuse
    ? withImage(host, dest, image)
    : withNewImage(host, dest, image, shallow ? below : undefined);
  // A file for reuse has been made by somebody who knew what goes below it.
  const headers =
    shallow && made.headers[dest] === undefined ? { ...made.headers, [dest]: below } : made.headers;
  const devices = made.devices.filter((file) => file !== dest);
  // To make or format its file is a job of QEMU's, which ends here; what is there for it needs none (seen on libvirt 9.0).
  const formats = !reuse && !(device && format === 'raw');
  return onDisk(
    {
      ...(formats ? definitionIsSaved(made) : made),
      headers,
      devices: device ? [...devices, dest] : devices,
      jobs: { ...made.jobs, [disk.target]: { layers, shallow, reuse } },
    },
    disk.target,
    (each) => ({ ...each, job: { type: 'copy', ready: false, mirror: path } }),
  );
}

/**
 * QEMU copies only between images of one size, and what exists is not resized. libvirt starts the job, which fails at once
 * (seen with QEMU 7.2); both come to no job.
 */
function refuseOtherSize(
  place: Place | undefined,
  { format, reuse, capacity }: { format: string; reuse: boolean; capacity: number | undefined },
): void {
  if (!place || capacity === undefined) return;
  const size = format === 'raw' ? place.length : reuse ? place.header?.virtualSize : capacity;
  refuseUnless(size === capacity, 'Source and target image have different sizes');
}

/** At most what the layers take, and never more than the disk's size. */
function sizeOfCopy(host: SimulatedHost, { capacity }: Disk, layers: readonly string[]): number {
  return Math.max(1, Math.min(bytesIn(host, layers), capacity ?? Number.POSITIVE_INFINITY));
}

export function blockcommit(host: SimulatedHost, options: Options): SimulatedHost {
  const disk = workableDisk(host, one(options, 'path'));
  refuseUnless(!disk.job, 'already in active block job');
  const files = layersOf(host, disk);
  const top = options.has('top') ? layerAt(disk, one(options, 'top')) : 0;
  const deepest = options.has('shallow') ? top + 1 : files.length - 1;
  const base = options.has('base') ? layerAt(disk, one(options, 'base')) : deepest;
  refuseUnless(top >= 0 && base > top && base < files.length, 'could not find base or top');
  refuseUnless(top > 0 || options.has('active'), 'commit of active layer requires active flag');
  const mirror = disk.chain[base]?.file ?? '';
  const own = files.slice(top, base).every((file) => host.world.files[file]?.made);
  // For the active layer there is no header above to keep a name in.
  const name =
    options.has('keep-relative') && top > 0
      ? relativeName(host, files.slice(top, base + 1))
      : undefined;
  return onDisk(
    {
      ...(own ? host : writtenOver(host, mirror, true)),
      jobs: {
        ...host.jobs,
        [disk.target]: {
          layers: files.slice(top, base),
          shallow: false,
          reuse: false,
          ...(name === undefined ? {} : { name }),
        },
      },
    },
    disk.target,
    (each) => ({
      ...each,
      job:
        top === 0
          ? { type: 'active-commit', ready: false, mirror }
          : { type: 'commit', ready: false },
    }),
  );
}

/** A layer by its path as libvirt spells it (libvirt, storage_source.c, virStorageSourceChainLookup), or by its place as in `vda[2]`. */
function layerAt(disk: Disk, word: string): number {
  const place = /\[(\d+)\]$/.exec(word)?.[1];
  return disk.chain.findIndex((layer) =>
    place === undefined ? layer.file === word : layer.index === Number(place),
  );
}

export function blockjob(host: SimulatedHost, options: Options): SimulatedHost {
  const disk = workableDisk(host, one(options, 'path'));
  if (!disk.job) throw new EffectFailed(`error: no active block job on ${disk.target}`);
  if (options.has('abort')) return aborted(host, disk);
  if (!options.has('pivot')) throw new Error('a simulated host ends jobs by abort or pivot alone');
  return pivoted(host, disk);
}

/**
 * QEMU does not give up the right to write to the base when an active commit is cancelled, unless that base is raw (both seen
 * on QEMU 7.2 and 10.0).
 */
function aborted(host: SimulatedHost, { target, job }: Disk): SimulatedHost {
  const ended = withoutJobOn(host, target);
  const base = job?.type === 'active-commit' && job.mirror ? nameIn(host, job.mirror) : undefined;
  return base === undefined || host.formats[base] === 'raw' || host.held.includes(base)
    ? ended
    : { ...ended, held: [...host.held, base].sort() };
}

/** The same host without a job on that disk; what the job has written stays. */
export function withoutJobOn(host: SimulatedHost, target: string): SimulatedHost {
  const { [target]: _ended, ...jobs } = host.jobs;
  return onDisk({ ...definitionIsSaved(host), jobs }, target, withoutJob);
}

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
  // What lies below a file that was there is opened only now.
  const found = host.jobs[target]?.reuse ? opened.slice(1) : [];
  refuseUnless(
    !found.some((file) => host.held.includes(file)),
    'Failed to get shared "write" lock',
  );
  const fresh = host.jobs[target]?.noted ? [] : found;
  const detected = [...new Set([...host.detected, ...fresh])];
  const names = found.length === 0 ? {} : relativeNames(host, chain);
  const relative = { ...without(host.relative, found), ...names };
  const ended = onDisk({ ...withoutJobOn(host, target), detected, relative }, target, (each) => ({
    ...each,
    chain,
  }));
  return guestWrites(definitionFollows(ended, target, disk.chain, chain));
}

/**
 * A commit ends above the layers that QEMU has open. A copy whose file was there is opened with the files that its header
 * names where it is shallow, and alone otherwise, whatever its header says; a file that was made shares the layers below.
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

/** Waits until the job has done what it can do by itself. */
export function awaitJob(
  host: SimulatedHost,
  { disk: target, until }: AwaitJobEffect,
): SimulatedHost {
  const disk = diskOf(host.world, target);
  const job = disk?.job;
  if (!isUp(host.world))
    throw new EffectFailed(`the guest has stopped, and the job on ${target} with it`);
  if (!disk || !job) {
    if (until === 'ended') return host;
    throw new EffectFailed(`there is no job on ${target} any more`);
  }
  const layers = host.jobs[target]?.layers ?? [];
  const into = job.mirror === undefined ? commitBase(host, disk, layers) : nameIn(host, job.mirror);
  const done = { ...host, content: poured(host.content, layers, into) };
  return guestWrites(
    until === 'ready'
      ? onDisk(done, target, (each) => ({ ...each, job: { ...job, ready: true } }))
      : shortened(done, disk, layers),
  );
}

function commitBase(host: SimulatedHost, disk: Disk, committed: readonly string[]): string {
  const files = layersOf(host, disk);
  return files[files.indexOf(committed.at(-1) ?? '') + 1] ?? '';
}

/** A commit below the active layer takes the layers out of the chain, and names the base in the header above them. */
function shortened(host: SimulatedHost, disk: Disk, committed: readonly string[]): SimulatedHost {
  const files = layersOf(host, disk);
  const above = files[files.indexOf(committed[0] ?? '') - 1];
  const base = disk.chain[files.indexOf(committed.at(-1) ?? '') + 1]?.file ?? '';
  const name = host.jobs[disk.target]?.name ?? base;
  const ended = onDisk(withoutJobOn(host, disk.target), disk.target, (each) => ({
    ...each,
    chain: each.chain.filter(({ file }) => !committed.includes(nameIn(host, file))),
  }));
  const shorter = definitionShortens(ended, disk.target, disk.chain, committed);
  return above ? { ...shorter, headers: { ...shorter.headers, [above]: name } } : shorter;
}
