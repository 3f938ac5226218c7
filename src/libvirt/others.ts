/** The other domains of the host, with every file of their chains: what a plan must not write to, and not remove. */
import { codes } from '../codes.ts';
import { virshLine } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import type { Disk, HostState, Layer, OtherDomain } from '../model/host-state.ts';
import type { Answer } from './answer.ts';
import { dataFilesByContent } from './data-files.ts';
import type { ImageHeaders } from './image-headers.ts';
import type { Virsh } from './virsh.ts';
import { volumePaths } from './volumes.ts';

/** How often the domains are read: one that cannot be read may be gone, or in the middle of a change. */
const ROUNDS = 3;

/**
 * Every other domain of the host with the names of its files, and the identity behind each name.
 * @param own the UUID of the plan's domain, which is left out
 * @throws BlockplanError domainListUnknown when libvirt does not list the domains
 */
export async function otherDomains(
  io: HostIO,
  virsh: Virsh,
  own: string,
  headers: ImageHeaders,
): Promise<Required<Pick<HostState, 'others' | 'names'>>> {
  const definitions = await readDefinitions(virsh, own);
  const looked = await Promise.all(
    definitions.map(async ({ name, live, persistent }) => {
      if (persistent === undefined) return { other: unreadDomain(name), names: {} };
      const volumes = await resolveVolumes(virsh, [...live, ...persistent]);
      const { files, writes, unread } = await filesOfDomain(
        io,
        live.map(volumes.resolved),
        persistent.map(volumes.resolved),
        headers,
      );
      const { names, hidden } = await namesOf(io, files);
      return {
        other: {
          name,
          files: [...new Set(files)],
          writes: [...new Set(writes)],
          ...(live.length === 0 ? {} : { running: true as const }),
          unread: [...new Set([...volumes.unknown, ...unread, ...hidden])],
        },
        names,
      };
    }),
  );
  return {
    others: looked.map(({ other }) => other),
    names: Object.assign({}, ...looked.map(({ names }) => names)),
  };
}

/** A domain that exists but whose definition cannot be read: it may use any file. */
function unreadDomain(name: string): OtherDomain {
  return { name, files: [], writes: [], unread: [`the definition of "${name}"`] };
}

interface Definition {
  /** The UUID where the definition cannot be read. */
  readonly name: string;
  /** The disks of the running guest; empty where it is off. */
  readonly live: readonly Disk[];
  /** The disks of its next start; undefined where the definition cannot be read. */
  readonly persistent?: readonly Disk[];
}

/** Reads by UUID, since virsh takes a name that is a number for an id, possibly of another domain. */
async function readDefinitions(virsh: Virsh, own: string): Promise<Definition[]> {
  const read = new Map<string, Definition>();
  let missing: readonly string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // A domain that could not be read is read again only if it still exists.
    const there = (await listDomains(virsh)).filter((uuid) => uuid !== own);
    for (const uuid of read.keys()) if (!there.includes(uuid)) read.delete(uuid);
    const asked = there.filter((uuid) => !read.has(uuid));
    const answers = await virsh.byUuid.runAll(
      asked.flatMap((uuid) => [
        ['dumpxml', '--domain', uuid],
        ['dumpxml', '--domain', uuid, '--inactive'],
      ]),
    );
    asked.forEach((uuid, at) => {
      const definition = definitionOf(answers[2 * at], answers[2 * at + 1]);
      if (definition) read.set(uuid, definition);
    });
    missing = asked.filter((uuid) => !read.has(uuid));
    if (missing.length === 0) break;
  }
  return [...read.values(), ...missing.map((name): Definition => ({ name, live: [] }))];
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

async function listDomains(virsh: Virsh): Promise<string[]> {
  const { ok, stdout, error } = await virsh.run(['list', '--all', '--uuid']);
  // libvirt 10.7.0 puts the UUIDs in the last column of a table instead (its news, v10.8.0).
  if (ok) return stdout.split('\n').flatMap((line) => UUID.exec(line)?.[0] ?? []);
  throw new BlockplanError('preflight-refused', [
    {
      code: codes.domainListUnknown,
      severity: 'error',
      message: `libvirt does not list the domains of the host, so it is unknown which files they use: ${error}`,
      hint: `try it by hand: ${virshLine({ connect: virsh.uri }, 'list', '--all')}`,
    },
  ]);
}

function definitionOf(
  live: Answer | undefined,
  inactive: Answer | undefined,
): Definition | undefined {
  if (!live?.ok || !inactive?.ok) return undefined;
  const { name, disks } = readDomainXml(live.stdout);
  return {
    name,
    live: isRunning(live.stdout) ? disks : [],
    persistent: readDomainXml(inactive.stdout).disks,
  };
}

/** The XML of a domain that is off is its definition; only a running guest's has an id, and names whole chains. */
function isRunning(xml: string): boolean {
  return /^\s*<domain\s[^>]*\sid=/.test(xml);
}

/** The same disks with the paths of volumes, and the volumes that libvirt does not find. */
async function resolveVolumes(
  virsh: Virsh,
  disks: readonly Disk[],
): Promise<{ resolved(disk: Disk): Disk; readonly unknown: readonly string[] }> {
  const places = disks.flatMap(({ chain }) => chain.map(({ file }) => file));
  const paths = await volumePaths(virsh, places);
  return {
    resolved: (disk) => ({
      ...disk,
      chain: disk.chain.map((layer) => ({ ...layer, file: paths.get(layer.file) ?? layer.file })),
    }),
    unknown: [...paths].flatMap(([place, path]) =>
      path === undefined ? [`the volume ${place.slice('pool:'.length)}`] : [],
    ),
  };
}

/** Live XML names whole chains; a definition names only their upper layers, so the image headers are read for the rest. */
async function filesOfDomain(
  io: HostIO,
  live: readonly Disk[],
  persistent: readonly Disk[],
  headers: ImageHeaders,
): Promise<Omit<OtherDomain, 'name'>> {
  const disks = [...live, ...persistent];
  const running = new Set(live.flatMap((disk) => disk.chain.map((layer) => layer.file)));
  const named = disks.flatMap((disk) => [
    ...disk.chain.map((layer) => layer.file),
    ...(disk.job?.mirror === undefined ? [] : [disk.job.mirror]),
  ]);
  const lowest = persistent
    .flatMap((disk): Layer[] => disk.chain.slice(-1))
    .filter((layer) => !running.has(layer.file));
  const below = await Promise.all(lowest.map((layer) => headers.of(layer)));
  const data = await Promise.all(disks.map((disk) => dataFilesOfDisk(io, disk)));
  const writes = disks.flatMap((disk, at) =>
    disk.readonly
      ? []
      : [disk.chain[0]?.file ?? '', disk.job?.mirror ?? '', ...(data[at]?.written ?? [])],
  );
  return {
    files: [
      ...named,
      ...below.flatMap(({ files, dataFiles }) => [...files, ...dataFiles]),
      ...data.flatMap(({ files }) => files),
    ],
    writes: writes.filter((file) => file !== ''),
    unread: [...below.flatMap(({ unread }) => unread), ...data.flatMap(({ unread }) => unread)],
  };
}

/** The data files of a disk's layers and of its job's mirror, which XML does not name. */
async function dataFilesOfDisk(
  io: HostIO,
  { chain, job }: Disk,
): Promise<{
  readonly files: readonly string[];
  /** The data files of layers that are written to. */
  readonly written: readonly string[];
  readonly unread: readonly string[];
}> {
  const mirror = job?.mirror;
  const layers = await Promise.all(chain.map((layer) => io.readDataFiles(layer)));
  // The XML names a format for the mirror, but the file may be anything.
  const other = mirror === undefined ? undefined : await dataFilesByContent(io, mirror);
  return {
    files: layers.flatMap(({ files }) => files),
    written: [...(layers[0]?.files ?? []), ...(other?.files ?? [])],
    unread: [
      ...chain.flatMap(({ file }, at) => (layers[at]?.unread ? [file] : [])),
      ...(mirror !== undefined && other?.unread ? [mirror] : []),
    ],
  };
}

/** The identity behind each path, and the paths that this user cannot inspect. */
async function namesOf(
  io: HostIO,
  files: readonly string[],
): Promise<{ readonly names: Record<string, string>; readonly hidden: readonly string[] }> {
  const hidden: string[] = [];
  const paths = [...new Set(files)].filter((file) => file.startsWith('/'));
  const known = await Promise.all(
    paths.map(async (file): Promise<[string, string][]> => {
      try {
        return [[file, await io.identify(file)]];
      } catch (error) {
        if (!(error instanceof BlockplanError)) throw error;
        hidden.push(file);
        return [];
      }
    }),
  );
  return { names: Object.fromEntries(known.flat()), hidden };
}
