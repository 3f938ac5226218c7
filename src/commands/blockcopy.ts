/** `virsh blockcopy`: copies a disk while the guest writes, until both sides are equal. */
import { definitionIsSaved } from '../host/definitions.ts';
import { fileOn, layersOf, nameIn } from '../host/file-names.ts';
import {
  sizesOf,
  withImage,
  withNewImage,
  withoutFile,
  withSuitableFile,
  writtenOver,
} from '../host/image-files.ts';
import { withoutJobOn } from '../host/jobs.ts';
import {
  diskForCommand,
  refuseUnless,
  type SimulatedHost,
  updateDisk,
} from '../host/simulated-host.ts';
import { type CopySpace, copySource, spaceOfCopy } from '../model/copy-space.ts';
import type { Destination } from '../model/destination.ts';
import { type Disk, diskOf, type HostState } from '../model/host-state.ts';
import { type ArgsOf, defineCommand, optional, required } from './define.ts';

const options = {
  domain: required('text'),
  path: required('text'),
  dest: required('text'),
  format: optional('text'),
  blockdev: optional('flag'),
  shallow: optional('flag'),
  'reuse-external': optional('flag'),
  bandwidth: optional('number'),
  bytes: optional('flag'),
  granularity: optional('number'),
  'buf-size': optional('number'),
  'synchronous-writes': optional('flag'),
  'transient-job': optional('flag'),
};

export type BlockcopyArgs = ArgsOf<typeof options>;

export const blockcopy = defineCommand({
  verb: 'blockcopy',
  options,
  apply: copy,
  unobstructed(host, args) {
    const { path, dest } = args;
    const there = usesExisting(args)
      ? withSuitableFile(host, dest)
      : withoutFile(host, nameIn(host, dest));
    // A raw copy cannot share a chain, so a full copy is simulated instead.
    const format = args.format ?? diskOf(host.state, path)?.chain[0]?.format;
    const raw = format === 'raw' && !usesExisting(args);
    return copy(withoutJobOn(there, path), raw ? { ...args, shallow: false } : args);
  },
  unanswered: () => 'look',
  writesLayers: 'none',
  startsJob: ({ path, dest, format }) => ({
    ...{ job: 'copy', disks: [path], into: dest },
    ...(format === undefined ? {} : { format }),
  }),
});

function usesExisting(args: BlockcopyArgs): boolean {
  return args['reuse-external'] === true || args.blockdev === true;
}

function copy(before: SimulatedHost, args: BlockcopyArgs): SimulatedHost {
  const { path, dest: place } = args;
  const reuse = args['reuse-external'] === true;
  const device = args.blockdev === true;
  const host = usesExisting(args) ? writtenOver(before, place, device) : before;
  const disk = diskForCommand(host, path);
  refuseUnless(!disk.job, 'already in active block job');
  refuseUnless(
    !host.state.domain.persistent || args['transient-job'] === true,
    'domain is not transient',
  );
  const dest = nameIn(host, place);
  const there = host.state.files[dest];
  // An existing empty file is accepted.
  refuseUnless(!there || there.size === 0 || reuse || device, `${dest} already exists`);
  refuseUnless(Boolean(there) || !reuse, 'missing destination file');
  refuseUnless(!reuse || args.format !== undefined, 'reused mirror format must be specified');
  const format = args.format ?? disk.chain[0]?.format ?? 'raw';
  const files = layersOf(host, disk);
  // libvirt writes its own spelling of a layer's path.
  const below = disk.chain[1]?.file;
  // libvirt ignores `shallow` for a disk without a backing file.
  const shallow = args.shallow === true && below !== undefined;
  refuseUnless(
    !shallow || reuse || format !== 'raw',
    'shallow copy into a raw file is not possible',
  );
  const layers = shallow ? files.slice(0, 1) : files;
  refuseOtherSize(there?.place, { format, reuse, capacity: disk.capacity });
  const space = spaceOfBlockcopy({ ...args, shallow, format }, host.state, disk);
  const { extents: _overwritten, ...known } = there ?? { size: 0 };
  const image = {
    ...{ ...known, format, ...sizesOf(space, known) },
    ...extentsOfCopy(host, disk, shallow, space.copied),
  };
  const made = reuse
    ? withImage(host, dest, image)
    : withNewImage(host, dest, image, shallow ? below : undefined);
  // The creator of a reused file chose its backing file.
  const headers =
    shallow && made.headers[dest] === undefined ? { ...made.headers, [dest]: below } : made.headers;
  const devices = made.devices.filter((file) => file !== dest);
  // To create or format its file QEMU runs a job, which ends here; an existing file needs none (seen on libvirt 9.0).
  const formats = !reuse && !(device && format === 'raw');
  return updateDisk(
    {
      ...(formats ? definitionIsSaved(made) : made),
      headers,
      devices: device ? [...devices, dest] : devices,
      jobs: { ...made.jobs, [disk.target]: { layers, shallow, reuse } },
    },
    disk.target,
    (each) => ({ ...each, job: { type: 'copy', ready: false, mirror: place } }),
  );
}

/**
 * QEMU copies only between images of the same size, and an existing one is not resized. libvirt starts the job, which fails
 * at once (seen with QEMU 7.2); here it is refused, since no job remains in either case.
 */
function refuseOtherSize(
  place: Destination | undefined,
  { format, reuse, capacity }: { format: string; reuse: boolean; capacity: number | undefined },
): void {
  if (!place || capacity === undefined) return;
  const size = format === 'raw' ? place.length : reuse ? place.header?.virtualSize : capacity;
  refuseUnless(size === capacity, 'Source and target image have different sizes');
}

/** The layers of a disk that a copy reads: the active one, or all of them. */
export function layersOfCopy({ shallow }: Pick<BlockcopyArgs, 'shallow'>, disk: Disk) {
  return shallow ? disk.chain.slice(0, 1) : disk.chain;
}

/** The space that the copy of a disk takes. */
export function spaceOfBlockcopy(
  args: Pick<BlockcopyArgs, 'shallow' | 'format' | 'granularity'>,
  state: HostState,
  disk: Disk,
): CopySpace {
  const { shallow, format = disk.chain[0]?.format ?? 'raw', granularity } = args;
  const reach = shallow ? 'alone' : 'below';
  const source = copySource(state, layersOfCopy(args, disk), reach, disk.capacity);
  // QEMU looks for zeroes in what it writes to the copy as in what the guest writes (seen on libvirt 9.0).
  const shrinks = disk.detectZeroes || (granularity !== undefined && granularity < MAP_UNIT);
  return spaceOfCopy(source, {
    ...{ format, also: ['empty'] },
    ...(granularity === undefined ? {} : { granularity }),
    ...(shrinks ? { shrinks } : {}),
  });
}

/** The areas that count as data of a source are rounded to that size. */
const MAP_UNIT = 64 * 1024;

/** What the tables of the copy will say; nothing where those of the source were not read. */
function extentsOfCopy(host: SimulatedHost, disk: Disk, shallow: boolean, copied: number) {
  const [top] = disk.chain;
  const extents = top && fileOn(host, top.file)?.extents;
  if (!extents) return {};
  return { extents: shallow ? extents : { ...extents, layers: [{ data: copied, zeroes: 0 }] } };
}
