/** Surveys the rest of the host: folders, sizes, and the other domains with every file of their chains. */
import { dirname } from 'node:path';
import type { SurveyTerms } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { backingPath } from '../model/backing-path.ts';
import { FileSet, filesOfDisk } from '../model/file-identity.ts';
import type { Disk, Domain, HostState, ImageFile, Layer } from '../model/host-state.ts';
import { dataFilesByContent, withDataFiles } from './data-files.ts';
import { readDiskSizes, refuseBusy, withDiskSizes } from './disk-sizes.ts';
import { ExaminedAnswers } from './examined-answers.ts';
import { readHeaderChain } from './header-chain.ts';
import { extentsOf, withExtents } from './image-extents.ts';
import { ImageHeaders } from './image-headers.ts';
import { otherDomains } from './others.ts';
import { strayOverlays } from './stray-overlays.ts';
import { readTracking } from './tracking.ts';
import type { Virsh } from './virsh.ts';
import { volumePaths } from './volumes.ts';

/**
 * Adds to an observed host state what preflight and the check that a file is unused need.
 * @param former the files that were in the guest's chains before
 * @throws BlockplanError domainListUnknown, pathUnreadable when this cannot be determined; DomainBusy if another command
 * holds the domain
 */
export async function surveyHost(
  io: HostIO,
  virsh: Virsh,
  hostState: HostState,
  files: readonly string[],
  { measured = [], searched = [], usersOnly }: SurveyTerms = {},
  former: readonly string[] = [],
): Promise<HostState> {
  const headers = new ImageHeaders(io);
  const { uuid } = hostState.domain;
  const { overlays: _overlays, unsearched: _places, unsyncable: _files, ...known } = hostState;
  // libvirt answers while the files are inspected.
  const ownFound = ownFiles(io, virsh, hostState, files, headers);
  const looks = [
    ownFound,
    otherDomains(io, virsh, uuid, headers),
    ownFound.then(({ disks, ...found }) =>
      extentsOf(io, { domain: { disks }, ...found }, measured),
    ),
    usersOnly ? undefined : virsh.run(['version', '--daemon']),
    usersOnly ? new Map<string, number>() : readDiskSizes(virsh, hostState.domain),
    usersOnly ? [] : io.findUnsyncable(files),
    usersOnly ? undefined : trackingOf(io, virsh, hostState.domain),
  ] as const;
  // When one of them fails, the others must not hold files open while a rollback begins.
  await Promise.allSettled(looks);
  const [own, others, extents, version, sizes, unsyncable, tracking] = await Promise.all(looks);
  const { disks } = own;
  const surveyed: HostState = {
    ...known,
    host: { ...hostState.host, ...readReleases(version?.ok ? version.stdout : ''), ...ownUser(io) },
    domain: { ...hostState.domain, disks: withDiskSizes(disks, sizes), ...tracking },
    files: withExtents({ ...hostState.files, ...own.files }, extents),
    names: { ...others.names, ...own.names },
    folders: own.folders,
    others: others.others,
    ...(unsyncable.length === 0 ? {} : { unsyncable }),
  };
  return { ...surveyed, ...(await strayOverlays(io, virsh, surveyed, searched, former)) };
}

/** @throws DomainBusy if another command holds the domain */
async function trackingOf(
  io: HostIO,
  virsh: Virsh,
  domain: Domain,
): Promise<Pick<Domain, 'tracking'>> {
  if (domain.checkpoints.length === 0) return {};
  const tops = domain.disks.flatMap(({ chain: [top] }) => (top ? [top] : []));
  const read = tops.map(async (top) => [top.file, await readHeaderChain(io, top)] as const);
  const answers = new ExaminedAnswers();
  const headers = Object.fromEntries(await Promise.all(read));
  const tracking = await readTracking(virsh, domain, headers, answers);
  // What libvirt does not show for another reason counts as unknown.
  for (const { why } of answers.unread) refuseBusy(virsh, domain.name, { error: why });
  return { tracking };
}

/** The files that the guest runs on and those that the plan names, with all files that they lead to, and their folders. */
async function ownFiles(
  io: HostIO,
  virsh: Virsh,
  hostState: HostState,
  files: readonly string[],
  headers: ImageHeaders,
): Promise<{ disks: readonly Disk[] } & Required<Pick<HostState, 'files' | 'names' | 'folders'>>> {
  const disks = await Promise.all(hostState.domain.disks.map((disk) => withDiskData(io, disk)));
  // A rollback writes into the files that the guest runs on now.
  const active = disks.flatMap(({ chain: [top] }) => (top && !top.block ? [top.file] : []));
  const places = [...files, ...active.filter((file) => file.startsWith('/'))];
  const paths = [...new Set(places.map((file) => dirname(file)))];
  const user = hostState.domain.confinement?.user;
  const folders = await Promise.all(
    paths.map(async (path) => [path, await io.inspectFolder(path, user)] as const),
  );
  const looked = await io.inspectFiles(files);
  const own = { ...hostState.names, ...looked.names, ...(await volumeNames(io, virsh, disks)) };
  const inUse = new FileSet({ files: {}, names: own }, disks.flatMap(filesOfDisk));
  const seen = await lookInside(io, looked.files, hostState, inUse, headers);
  const below = await layersBelow(seen, inUse, headers);
  const images = [...disks.flatMap(({ chain }) => chain), ...Object.values(seen), ...below];
  const data = await io.inspectFiles(images.flatMap((image) => image?.dataFiles ?? []));
  const led = Object.entries(seen).flatMap(([path, file]) =>
    file?.backing ? [backingPath(path, file.backing)] : [],
  );
  const backing = await io.inspectFiles([...led, ...below.map(({ file }) => file)]);
  const named = below.map(({ file, ...known }): [string, ImageFile | null] => {
    const found = backing.files[file] ?? null;
    return [file, found && { ...found, ...known }];
  });
  return {
    disks,
    files: { ...data.files, ...Object.fromEntries(named), ...seen },
    names: { ...backing.names, ...data.names, ...own },
    folders: Object.fromEntries(folders),
  };
}

/** The images that headers name below these files, and that the guest does not use itself. */
async function layersBelow(
  files: HostState['files'],
  own: FileSet,
  headers: ImageHeaders,
): Promise<(Layer & Pick<ImageFile, 'backing'>)[]> {
  const tops = Object.keys(files).filter((path) => files[path]?.backing && !own.has(path));
  const chains = tops.map(async (file) => {
    const { layers, unread } = await headers.of({ file, format: 'qcow2' });
    return layers.map((layer, at) => ({
      ...layer,
      ...(unread.includes(layer.file) ? {} : { backing: layers[at + 1]?.file ?? null }),
    }));
  });
  return (await Promise.all(chains)).flatMap((layers) =>
    layers.slice(1).filter(({ file }) => file.startsWith('/') && !own.has(file)),
  );
}

/** The identities of the storage volumes that the disks name. */
async function volumeNames(
  io: HostIO,
  virsh: Virsh,
  disks: readonly Disk[],
): Promise<Record<string, string>> {
  const paths = await volumePaths(virsh, disks.flatMap(filesOfDisk));
  const names = [...paths].map(
    async ([volume, path]): Promise<[string, string][]> =>
      path?.startsWith('/') ? [[volume, await io.identify(path)]] : [],
  );
  return Object.fromEntries((await Promise.all(names)).flat());
}

async function withDiskData(io: HostIO, disk: Disk): Promise<Disk> {
  return { ...disk, chain: await Promise.all(disk.chain.map((layer) => withDataFiles(io, layer))) };
}

/**
 * Reads the existing files that the plan names: the backing file of a reused image decides what a guest sees, and its data
 * files are written to with it.
 */
async function lookInside(
  io: HostIO,
  files: Readonly<Record<string, ImageFile | null>>,
  known: HostState,
  own: FileSet,
  headers: ImageHeaders,
): Promise<Record<string, ImageFile | null>> {
  const entries = Object.entries(files).map(async ([path, file]) => {
    if (!file) return [path, file] as const;
    // The guest's own headers are read separately, and not each time.
    if (own.has(path)) return [path, withHeaderOf(known, path, file)] as const;
    // Only a qcow2 header names a backing file; anything else is left unread.
    const { name } = await headers.of({ file: path, format: 'qcow2' });
    const data = await dataFilesByContent(io, path);
    const place = await io.inspectDestination(path);
    return [
      path,
      {
        ...file,
        ...(name === undefined ? {} : { backing: name }),
        ...(data.files.length > 0 ? { dataFiles: data.files } : {}),
        ...(place ? { place } : {}),
      },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function withHeaderOf({ files }: HostState, path: string, file: ImageFile): ImageFile {
  const backing = files[path]?.backing;
  return backing === undefined ? file : { ...file, backing };
}

/** Parses `virsh version --daemon`, which daemons older than 0.10 do not answer. */
export function readReleases(text: string): { libvirt?: string; qemu?: string } {
  const libvirt = /^Running against daemon: (\d+(?:\.\d+)*)/m.exec(text)?.[1];
  const qemu = /^Running hypervisor: QEMU (\d+(?:\.\d+)*)/m.exec(text)?.[1];
  return { ...(libvirt ? { libvirt } : {}), ...(qemu ? { qemu } : {}) };
}

function ownUser({ user }: HostIO): { user?: number } {
  return user === undefined ? {} : { user };
}
