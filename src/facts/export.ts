/** A host state as facts: what a preview needs, without secrets. The same state always gives the same facts. */

import type { Destination } from '../model/destination.ts';
import { FileSet, filesOfDisk, namesByFile } from '../model/file-identity.ts';
import { recordedBackingName } from '../model/headers.ts';
import type {
  Disk,
  Domain,
  HostState,
  ImageFile,
  Layer,
  OtherDomain,
} from '../model/host-state.ts';
import type { ImageExtents } from '../model/image-extents.ts';
import { REDACTED, redactLocation, redactText, redactXml } from '../model/redact.ts';
import { isBroken, type TrackedCheckpoint } from '../model/tracking.ts';

import { printable } from '../printable.ts';
import { atLeast, atMost, exactly } from './amounts.ts';
import type {
  DestinationFacts,
  DiskFacts,
  DomainFacts,
  ExtentsFacts,
  Facts,
  FileFacts,
  FolderFacts,
  LayerFacts,
  OtherFacts,
  TrackingFacts,
} from './facts.ts';

/** The facts of a host state; pure. Other domains are included only if they share files with it. */
export function factsOf(state: HostState): Facts {
  const { domain, host } = state;
  const files = fileFacts(state);
  const same = sameFiles(state);
  return {
    facts: 'blockplan/v1',
    host: {
      uri: redactText(host.uri),
      ...(host.libvirt === undefined ? {} : { libvirt: host.libvirt }),
      ...(host.qemu === undefined ? {} : { qemu: host.qemu }),
    },
    domain: domainFacts(domain),
    disks: domain.disks.map((disk) => diskFacts(disk, state)),
    ...(Object.keys(files).length === 0 ? {} : { files }),
    ...(same.length === 0 ? {} : { 'same-files': same }),
    ...(Object.keys(state.folders).length === 0 ? {} : { folders: folderFacts(state) }),
    others: otherFacts(state),
    ...(domain.definition === undefined ? {} : { definition: definitionText(domain.definition) }),
  };
}

function domainFacts(domain: Domain): DomainFacts {
  return {
    name: domain.name,
    state: domain.state,
    persistent: domain.persistent,
    autostart: domain.autostart,
    agent: domain.agent,
    'managed-save': domain.managedSave,
    nvram: domain.nvram,
    tpm: domain.tpm,
    ...(domain.confinement?.apparmor ? { apparmor: true } : {}),
    snapshots: domain.snapshots,
    checkpoints: domain.checkpoints,
    ...(domain.tracking === undefined ? {} : { tracking: domain.tracking.map(trackingFacts) }),
  };
}

function trackingFacts({ name, created, disks }: TrackedCheckpoint): TrackingFacts {
  return {
    name,
    ...(created === undefined ? {} : { created }),
    disks: disks.map(({ target, bitmap, next }) => ({
      target,
      ...(bitmap === name ? {} : { bitmap }),
      ...(isBroken(next) ? { broken: next } : next === undefined ? {} : { next: atLeast(next) }),
    })),
  };
}

function diskFacts(disk: Disk, state: HostState): DiskFacts {
  const { target, device, readonly, unsupported, detectZeroes, capacity, chain, job } = disk;
  return {
    target,
    device,
    ...(readonly === (device === 'cdrom') ? {} : { readonly }),
    ...(unsupported ? { unsupported } : {}),
    ...(detectZeroes ? { 'detect-zeroes': true } : {}),
    ...(disk.snapshot === undefined ? {} : { snapshot: disk.snapshot }),
    ...(capacity === undefined ? {} : { capacity: exactly(capacity) }),
    chain: chain.map((layer) => layerFacts(layer, state)),
    ...(job === undefined
      ? {}
      : {
          job: {
            type: job.type,
            ready: job.ready,
            ...(job.mirror === undefined ? {} : { mirror: redactLocation(job.mirror) }),
          },
        }),
  };
}

/** Leaves out libvirt's index of the layer, which changes with each start of the guest. */
function layerFacts({ file, format, block, dataFiles = [] }: Layer, state: HostState): LayerFacts {
  const found = state.files[file];
  return {
    file: redactLocation(file),
    format,
    ...(block ? { block } : {}),
    ...(found ? { size: atLeast(found.size) } : {}),
    ...listed('data-files', dataFiles),
  };
}

/** The files outside the chains; for files in a chain, only what the chain does not contain. */
function fileFacts(state: HostState): Record<string, FileFacts | 'absent'> {
  const inChain = new Set(state.domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file)));
  return Object.fromEntries(
    sortedEntries(state.files).flatMap(([path, file]): [string, FileFacts | 'absent'][] => {
      if (!path.startsWith('/')) return [];
      if (file === null) return [[path, 'absent']];
      const more = contentFacts(file, recordedBackingName(state, path));
      if (!inChain.has(path)) return [[path, { size: atLeast(file.size), ...more }]];
      return Object.keys(more).length === 0 ? [] : [[path, more]];
    }),
  );
}

function contentFacts(
  { format, link, dataFiles = [], place, extents }: ImageFile,
  backing: string | null | undefined,
): FileFacts {
  return {
    ...(format === undefined ? {} : { format }),
    ...(backing === undefined
      ? {}
      : { backing: backing === null ? 'none' : redactLocation(backing) }),
    ...(link ? { link } : {}),
    ...listed('data-files', dataFiles),
    ...(place === undefined ? {} : { place: placeFacts(place) }),
    ...(extents === undefined ? {} : { extents: extentsFacts(extents) }),
  };
}

function extentsFacts({ virtualSize, layers }: ImageExtents): ExtentsFacts {
  return {
    'virtual-size': exactly(virtualSize),
    layers: layers.map(({ data, empty = 0, zeroes }) => ({
      data: atLeast(data),
      ...(empty === 0 ? {} : { empty: atLeast(empty) }),
      ...(zeroes === 0 ? {} : { zeroes: atLeast(zeroes) }),
    })),
  };
}

/** Leaves out process IDs, so that the same state gives the same facts. */
function placeFacts({ kind, length, header, heldBy }: Destination): DestinationFacts {
  return {
    kind,
    length: exactly(length),
    ...(header === null
      ? {}
      : { header: { format: header.format, 'virtual-size': exactly(header.virtualSize) } }),
    ...(heldBy.length === 0
      ? {}
      : { 'held-by': heldBy.map((how) => redactText(how.replace(/process \d+/, 'a process'))) }),
  };
}

/** Groups of paths that are the same file. */
function sameFiles(state: HostState): string[][] {
  const paths = [...Object.keys(state.files), ...state.domain.disks.flatMap(filesOfDisk)];
  return namesByFile(state, paths.filter((path) => path.startsWith('/')).sort()).filter(
    (names) => names.length > 1,
  );
}

function folderFacts({ folders }: HostState): Record<string, FolderFacts | 'absent'> {
  return Object.fromEntries(
    sortedEntries(folders).map(([path, folder]): [string, FolderFacts | 'absent'] => [
      path,
      folder === null || folder.blockedBy !== undefined
        ? 'absent'
        : {
            free: atMost(folder.free),
            writable: folder.writable,
            ...(folder.mayCompress ? { compresses: true } : {}),
          },
    ]),
  );
}

/** The domains that share a file with the guest or the plan, or may share one that cannot be read; sorted by name. */
function otherFacts(state: HostState): OtherFacts[] {
  const own = [...state.domain.disks.flatMap(filesOfDisk), ...Object.keys(state.files).sort()];
  return relevantOthers(state, own).map(({ name, files, writes, running, unread }) => ({
    name,
    ...listed(
      'files',
      files.filter((file) => !writes.includes(file)),
    ),
    ...listed('writes', writes),
    ...(running ? { running } : {}),
    ...listed('unread', unread),
  }));
}

/**
 * The other domains that use any of the given files, or have unreadable images. Each lists only those files, under the
 * first of their given names. Sorted by the domain's name, independent of libvirt's order.
 */
export function relevantOthers(state: HostState, own: Iterable<string>): OtherDomain[] {
  const known = new FileSet(state, own);
  const shared = (files: readonly string[]) =>
    [...new Set(files.flatMap((file) => known.nameOf(file) ?? []))].sort();
  return state.others
    .map((other) => ({
      ...other,
      files: shared([...other.files, ...other.writes]),
      writes: shared(other.writes),
      unread: [...new Set(other.unread)].sort(),
    }))
    .filter(({ files, unread }) => files.length > 0 || unread.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function listed<K extends string>(
  key: K,
  places: readonly string[],
): { readonly [key in K]?: string[] } {
  return (places.length === 0 ? {} : { [key]: places.map(redactLocation) }) as {
    readonly [key in K]?: string[];
  };
}

/**
 * The definition without secrets, and without the attributes and elements that hold them, because libvirt shows those only
 * to some users. Hidden characters are written as references.
 */
export function definitionText(definition: string): string {
  const marked = new RegExp(`\\s[\\w:.-]+\\s*=\\s*(?:'${REDACTED}'|"${REDACTED}")`, 'g');
  const bare = redactXml(definition)
    .replace(marked, '')
    .replace(
      /(?<!\s)\s*<(metadata|cookies)>\s*(?:<cookie[^>]*>REDACTED<\/cookie>\s*)*<\/\1>|(?<!\s)\s*<metadata\/>/g,
      '',
    );
  return `${spelledOut(bare).trimEnd()}\n`;
}

/** The XML with hidden characters as references, which mean the same. */
function spelledOut(xml: string): string {
  return Array.from(xml, (character) =>
    character === '\n' || character === '\t' || printable(character) === character
      ? character
      : `&#${character.codePointAt(0)};`,
  ).join('');
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
