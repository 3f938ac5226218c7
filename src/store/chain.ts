/**
 * The chains of a store's images. The image headers decide, so a store that was copied or is being pruned reads alike; the
 * manifests are checked against them.
 */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import type { BackupStore, BrokenImage, StoredDisk } from '../model/backup-store.ts';
import { comparedSizes } from '../size-text.ts';
import type { StoreEntry } from './entry.ts';
import type { ManifestDisk } from './manifest.ts';
import { imageNamed } from './names.ts';
import { storeFinding, unreadHint } from './store-finding.ts';

/** The disks of a backup, and what is wrong with their chains. */
export interface CheckedDisks {
  readonly disks: readonly StoredDisk[];
  readonly findings: readonly Finding[];
}

/** The backups that a disk is checked against. */
export interface ChainContext {
  /** By name. */
  readonly entries: ReadonlyMap<string, StoreEntry>;
  /** The names of the backups that an unfinished prune is merging into others. */
  readonly merged: ReadonlySet<string>;
  /** The disks of the backups before this one, by name. */
  readonly before: ReadonlyMap<string, readonly StoredDisk[]>;
}

/** Checks the disks of a backup. The backups before it must have been checked. */
export function checkDisks(entry: StoreEntry, context: ChainContext): CheckedDisks {
  const parents = possibleParents(entry, context);
  const checked = (entry.manifest?.disks ?? []).map((disk) => {
    const link = linkOf(entry, disk, { ...context, parents });
    const { target, file, mode, capacity, source, serial, root } = disk;
    const size = entry.files.get(file)?.size;
    const broken = brokenBy(link);
    return {
      ...{ target, file, mode, capacity, source },
      ...(serial === undefined ? {} : { serial }),
      ...(root === undefined ? {} : { root }),
      ...(size === undefined ? {} : { size }),
      ...(link.below === undefined ? {} : { below: link.below }),
      ...(broken ? { broken } : {}),
    };
  });
  return {
    disks: checked,
    findings: checked.flatMap(({ broken }) =>
      broken
        ? [storeFinding(codes.backupChainBroken, `${entry.name}: ${broken.problem}`, broken.hint)]
        : [],
    ),
  };
}

function brokenBy({ problem, hint = HINT }: Link): BrokenImage | undefined {
  if (problem === undefined) return undefined;
  return problem.endsWith(IS_BROKEN) ? { problem } : { problem, hint };
}

const HINT = 'restore the missing or changed files from a copy of the store';

/** The cause is a finding of the other backup, which has the hint. */
const IS_BROKEN = ' is broken';

interface Link {
  /** The backup that the header names. */
  readonly below?: string;
  /** What is wrong with the disk or below it, as a clause. */
  readonly problem?: string;
  /** What to do, if it is not `HINT`. */
  readonly hint?: string;
}

interface DiskContext extends ChainContext {
  /** The backups that the headers may name; that of the manifest first. */
  readonly parents: readonly string[];
}

function linkOf(entry: StoreEntry, disk: ManifestDisk, context: DiskContext): Link {
  const { target, file, capacity } = disk;
  const found = entry.files.get(file);
  if (!found) return { problem: `the image ${file} of ${target} is missing` };
  if (found.unread !== undefined)
    return {
      problem: `the image ${file} cannot be read: ${found.unread}`,
      hint: unreadHint(found.unread, HINT),
    };
  const { header } = found;
  if (!header) return { problem: `${file} is not a qcow2 image` };
  if (header.hasDataFile) return { problem: `${file} has its data in another file` };
  const below = header.backing === undefined ? undefined : imageNamed(header.backing);
  const link = below === undefined ? {} : { below: below.backup };
  if (header.virtualSize !== capacity) {
    const [is, said] = comparedSizes(header.virtualSize, capacity);
    return { ...link, problem: `${file} has a size of ${is}, but its manifest says ${said}` };
  }
  const problem =
    cutProblem(disk, found.length, context) ?? backingProblem(entry, disk, header.backing, context);
  return { ...link, ...(problem === undefined ? {} : { problem }) };
}

/** A copy that did not finish has the header and lacks the end. A merge replaces images before their manifests. */
function cutProblem(
  { file, length = 0 }: ManifestDisk,
  found: number,
  { merged }: ChainContext,
): string | undefined {
  if (found >= length || merged.size > 0) return undefined;
  const [is, said] = comparedSizes(found, length);
  return `${file} is incomplete: it has a length of ${is}, but its manifest says ${said}`;
}

/** What is wrong with the backing file that the header names. */
function backingProblem(
  entry: StoreEntry,
  disk: ManifestDisk,
  backing: string | undefined,
  context: DiskContext,
): string | undefined {
  const { target, file, mode } = disk;
  const { parents } = context;
  if (backing === undefined) {
    if (mode === 'full' || parents.some((name) => isMergedFull(name, target, context)))
      return undefined;
    return `${target} is incremental, but the header of ${file} names no backing file`;
  }
  if (mode === 'full') return `${target} is full, but the header of ${file} names "${backing}"`;
  const place = imageNamed(backing);
  if (!place)
    return `the header of ${file} names "${backing}", which is not an image of this store`;
  if (!parents.includes(place.backup))
    return `the header of ${file} names the backup ${place.backup}, but the manifest names ${parents[0]}`;
  return parentProblem(entry, disk, place, context);
}

/**
 * The parent in the manifest and, while a prune merges backups that it removes, the parents of those: each image is replaced
 * before the manifest is.
 */
function possibleParents(entry: StoreEntry, { entries, merged }: ChainContext): string[] {
  const names = new Set<string>();
  let name = entry.manifest?.parent;
  while (name !== undefined && !names.has(name)) {
    names.add(name);
    name = merged.has(name) ? entries.get(name)?.manifest?.parent : undefined;
  }
  return [...names];
}

/** Whether a prune merges that backup, whose disk is full: merged with it, an increment is full. */
function isMergedFull(name: string, target: string, { entries, merged }: ChainContext): boolean {
  const disks = entries.get(name)?.manifest?.disks ?? [];
  return merged.has(name) && disks.some((disk) => disk.target === target && disk.mode === 'full');
}

function parentProblem(
  { manifest }: StoreEntry,
  disk: ManifestDisk,
  place: { readonly backup: string; readonly file: string },
  { entries, before }: ChainContext,
): string | undefined {
  const { target } = disk;
  const { backup: name, file } = place;
  const parent = entries.get(name);
  if (!parent) return `${target} needs the backup ${name}, which is missing`;
  if (!parent.manifest) return `${target} needs the backup ${name}, which has no valid manifest`;
  if (parent.manifest.uuid !== manifest?.uuid)
    return `${target} needs the backup ${name}, which belongs to another guest`;
  const below = before.get(name)?.find((each) => each.target === target && each.file === file);
  if (parent.manifest.sequence >= manifest.sequence || !before.has(name))
    return `${target} needs the backup ${name}, whose sequence number is not lower`;
  if (!below) return `${target} needs ${name}/${file}, which the manifest of ${name} does not list`;
  if (below.broken) return `${target} needs the backup ${name}, in which ${target}${IS_BROKEN}`;
  const isSame = name !== manifest.parent || below.root === disk['parent-root'];
  return isSame
    ? undefined
    : `${target} is based on a different backup named ${name}, not the one in this store`;
}

/** An image of a chain, and the backup that it is in. */
export interface ChainLink {
  readonly backup: string;
  readonly disk: StoredDisk;
}

/** The images that a disk of a backup consists of, its own first; it ends where a backup or a disk is missing. */
export function diskChain(
  { backups }: Pick<BackupStore, 'backups'>,
  name: string,
  target: string,
): ChainLink[] {
  const byName = new Map(backups.map((backup) => [backup.name, backup]));
  const links: ChainLink[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    const disk: StoredDisk | undefined = byName
      .get(at)
      ?.disks.find((each) => each.target === target);
    if (!disk) break;
    links.push({ backup: at, disk });
    at = disk.below;
  }
  return links;
}
