/** Builds the host state that valid facts describe. */
import { withPersistentSources } from '../model/defined-disks.ts';
import type { Destination } from '../model/destination.ts';
import { bothUnsupported, LUN } from '../model/disk-elements.ts';
import type { DomainXml } from '../model/domain-xml.ts';
import { normalizedPath } from '../model/file-identity.ts';
import type {
  Disk,
  Domain,
  Folder,
  HostState,
  ImageFile,
  Layer,
  OtherDomain,
  UnknownPart,
} from '../model/host-state.ts';
import type { ImageExtents } from '../model/image-extents.ts';
import type { TrackedCheckpoint, TrackedDisk } from '../model/tracking.ts';
import { NO_UUID } from '../model/uuid.ts';
import { type Amount, readAmount } from './amounts.ts';
import { minimalDefinition } from './definition.ts';
import type {
  DestinationFacts,
  DiskFacts,
  ExtentsFacts,
  Facts,
  LayerFacts,
  OtherFacts,
  TrackingFacts,
} from './facts.ts';

/** Pure. @param defined the definition in the facts, parsed */
export function hostStateOf(facts: Facts, defined: DomainXml | undefined): HostState {
  const disks = facts.disks?.map(diskOf) ?? defined?.disks.map(withoutIndexes) ?? [];
  const untold = untoldBy(facts);
  const names = namesOf(facts);
  return {
    domain: domainOf(facts, disks, defined),
    files: withEveryName(filesOf(facts, disks), names),
    ...(names === undefined ? {} : { names }),
    folders: foldersOf(facts),
    others: (facts.others ?? []).map(otherOf),
    host: { uri: 'qemu:///system', ...facts.host },
    ...(untold.length === 0 ? {} : { untold }),
  };
}

function untoldBy({ host, domain, others, definition }: Facts): UnknownPart[] {
  const told: Readonly<Record<UnknownPart, unknown>> = {
    uri: host?.uri,
    state: domain.state,
    definition: isPersistent(domain) ? definition : 'none',
    autostart: domain.autostart,
    agent: domain.agent,
    'managed-save': domain['managed-save'],
    nvram: domain.nvram ?? definition,
    tpm: domain.tpm ?? definition,
    snapshots: domain.snapshots,
    checkpoints: domain.checkpoints,
    others,
  };
  return (Object.keys(told) as UnknownPart[]).filter((what) => told[what] === undefined);
}

function isPersistent({ state, persistent = state !== 'gone' }: Facts['domain']): boolean {
  return persistent;
}

function domainOf(facts: Facts, disks: readonly Disk[], defined: DomainXml | undefined): Domain {
  const { name, state = 'running', persistent: _default, ...told } = facts.domain;
  const persistent = isPersistent(facts.domain);
  const definition = persistent ? (facts.definition ?? minimalDefinition(name, disks)) : undefined;
  return {
    name,
    uuid: defined?.uuid || NO_UUID,
    state,
    persistent,
    autostart: told.autostart ?? false,
    ...(definition === undefined ? {} : { definition }),
    // Without a definition, the persistent sources are the active layers.
    disks: persistent ? withPersistentSources(disks, defined?.disks ?? disks) : disks,
    agent: told.agent ?? false,
    snapshots: told.snapshots ?? [],
    checkpoints: told.checkpoints ?? [],
    ...(told.tracking === undefined ? {} : { tracking: told.tracking.map(trackedBy) }),
    managedSave: told['managed-save'] ?? false,
    nvram: told.nvram ?? defined?.nvram ?? false,
    tpm: told.tpm ?? defined?.tpm ?? false,
    ...(defined?.memory === undefined ? {} : { memory: defined.memory }),
    ...(told.apparmor ? { confinement: { apparmor: true, givesFiles: true } } : {}),
  };
}

function trackedBy({ name, created, disks }: TrackingFacts): TrackedCheckpoint {
  return {
    name,
    ...(created === undefined ? {} : { created }),
    disks: disks.map(({ target, bitmap = name, next, broken }): TrackedDisk => {
      const size = next === undefined ? undefined : readAmount(next);
      const known = broken ?? size;
      return { target, bitmap, ...(known === undefined ? {} : { next: known }) };
    }),
  };
}

function diskOf(disk: DiskFacts): Disk {
  const { target, device = 'disk', readonly, unsupported, snapshot, capacity, job } = disk;
  return {
    target,
    device,
    readonly: readonly ?? device === 'cdrom',
    ...bothUnsupported(unsupported, device === 'lun' ? [LUN] : []),
    chain: (disk.chain ?? []).map(layerOf),
    ...(disk['detect-zeroes'] ? { detectZeroes: true } : {}),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(job === undefined ? {} : { job: { ready: false, ...job } }),
    ...(capacity === undefined ? {} : { capacity: readAmount(capacity) }),
  };
}

function layerOf(layer: LayerFacts | string): Layer {
  if (typeof layer === 'string') return { file: layer, format: 'qcow2' };
  const { file, format = 'qcow2', block, 'data-files': dataFiles = [] } = layer;
  return {
    file,
    format,
    ...(block ? { block } : {}),
    ...(dataFiles.length === 0 ? {} : { dataFiles }),
  };
}

function withoutIndexes(disk: Disk): Disk {
  const chain = disk.chain.map(({ index: _live, ...layer }) => layer);
  return { ...disk, chain };
}

/** The files of the chains, which exist, and the other files in the facts. */
function filesOf(facts: Facts, disks: readonly Disk[]): Record<string, ImageFile | null> {
  const files: Record<string, ImageFile | null> = {};
  for (const [at, { chain, capacity }] of disks.entries()) {
    for (const [depth, { file }] of chain.entries()) {
      if (!file.startsWith('/')) continue;
      const layer = facts.disks?.[at]?.chain?.[depth];
      const told = typeof layer === 'object' ? layer.size : undefined;
      files[file] = sized(sizeOf(told) ?? capacity);
    }
  }
  for (const [path, file] of Object.entries(facts.files ?? {})) {
    if (file === 'absent') {
      files[path] = null;
      continue;
    }
    const { size, format, backing, 'data-files': dataFiles = [], link, place, extents } = file;
    files[path] = {
      ...(size === undefined && files[path] ? files[path] : sized(sizeOf(size))),
      ...(format === undefined ? {} : { format }),
      ...(backing === undefined ? {} : { backing: backing === 'none' ? null : backing }),
      ...(link ? { link } : {}),
      ...(dataFiles.length === 0 ? {} : { dataFiles }),
      ...(place === undefined ? {} : { place: placeOf(place) }),
      ...(extents === undefined ? {} : { extents: extentsOf(extents) }),
    };
  }
  return files;
}

function placeOf({ kind, length, header, 'held-by': heldBy = [] }: DestinationFacts): Destination {
  const { format, 'virtual-size': virtualSize } = header ?? {};
  return {
    kind,
    length: readAmount(length),
    header:
      format === undefined || virtualSize === undefined
        ? null
        : { format, virtualSize: readAmount(virtualSize) },
    heldBy,
  };
}

/** The file behind each path of `same-files`. Groups with a common path, however it is spelled, are the same file. */
function namesOf({ 'same-files': groups }: Facts): Record<string, string> | undefined {
  if (groups === undefined) return undefined;
  const leadsTo = new Map<string, string>();
  const end = (name: string): string => {
    let last = name;
    for (let next = leadsTo.get(last); next !== undefined; next = leadsTo.get(last)) last = next;
    // Shortens the path, so that the next lookup of the name takes one step.
    if (last !== name) leadsTo.set(name, last);
    return last;
  };
  for (const [first = '', ...others] of groups.map((names) => names.map(normalizedPath)))
    for (const name of others) if (end(name) !== end(first)) leadsTo.set(end(name), end(first));
  const names = groups.flatMap((each) => each.flatMap((name) => [name, normalizedPath(name)]));
  return Object.fromEntries(names.map((name) => [name, end(normalizedPath(name))]));
}

/** Copies the facts of a file to all its names, except `link`, which belongs to one name. */
function withEveryName(
  files: Readonly<Record<string, ImageFile | null>>,
  names: Readonly<Record<string, string>> = {},
): Record<string, ImageFile | null> {
  const told = new Map(
    Object.keys(names).flatMap((name) =>
      Object.hasOwn(files, name) ? [[names[name] ?? '', files[name] ?? null] as const] : [],
    ),
  );
  const others = Object.keys(names).flatMap((name) => {
    const file = Object.hasOwn(files, name) ? undefined : told.get(names[name] ?? '');
    if (file === undefined) return [];
    const { link: _other, ...rest } = file ?? {};
    return [[name, file && (rest as ImageFile)] as const];
  });
  return { ...files, ...Object.fromEntries(others) };
}

function extentsOf({ 'virtual-size': size, layers }: ExtentsFacts): ImageExtents {
  return {
    virtualSize: readAmount(size),
    layers: layers.map(({ data, empty, zeroes = 0 }) => ({
      data: readAmount(data),
      ...(empty === undefined ? {} : { empty: readAmount(empty) }),
      zeroes: readAmount(zeroes),
    })),
  };
}

function sized(size: number | undefined): ImageFile {
  return size === undefined ? { size: 0, sizeUntold: true } : { size };
}

function sizeOf(amount: Amount | undefined): number | undefined {
  return amount === undefined ? undefined : readAmount(amount);
}

function foldersOf({ folders = {} }: Facts): Record<string, Folder | null> {
  return Object.fromEntries(
    Object.entries(folders).map(([path, folder]) => [
      path,
      folder === 'absent'
        ? null
        : {
            writable: folder.writable ?? true,
            free: sizeOf(folder.free) ?? Number.MAX_SAFE_INTEGER,
            ...(folder.compresses ? { mayCompress: true } : {}),
          },
    ]),
  );
}

function otherOf(facts: OtherFacts): OtherDomain {
  const { name, files = [], writes = [], running, unread = [] } = facts;
  const all = [...new Set([...files, ...writes])];
  return { name, files: all, writes, ...(running ? { running } : {}), unread };
}
