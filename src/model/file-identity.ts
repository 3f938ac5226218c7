/**
 * Which file a name stands for. A file has one identity and may have many names: links, bind mounts, `..`, two nodes of one
 * device and a volume of a storage pool lead to the same bytes. So paths must not be compared as texts: this module answers
 * "is this the same file?". A test forbids comparing paths anywhere else.
 */
import { posix } from 'node:path';
import { allDisks } from './defined-disks.ts';
import type { Disk, HostState, ImageFile, Layer } from './host-state.ts';

/** The parts of a host state that identify files. */
type Names = Pick<HostState, 'files' | 'names'>;

/**
 * The identity behind a name: as the host reported it or, where it was not observed (facts, simulated files), the normalized
 * path.
 */
function identityOf(state: Names, name: string): string {
  return known(state, name) ?? foldedIdentity(state, normalizedPath(name));
}

function foldedIdentity(state: Names, name: string): string {
  return known(state, name) ?? name;
}

function known({ files, names }: Names, name: string): string | undefined {
  if (names && Object.hasOwn(names, name)) return names[name];
  return Object.hasOwn(files, name) ? files[name]?.identity : undefined;
}

const FOLDABLE = /\/(?:\.{0,2})(?:\/|$)/;

/** The path without `.`, `..`, repeated slashes and a trailing slash, judged by its text alone. */
export function normalizedPath(name: string): string {
  if (!name.startsWith('/') || !FOLDABLE.test(name)) return name;
  const plain = posix.normalize(name);
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

/** Whether two names stand for one file. An undefined name stands for no file. */
export function isSameFile(state: Names, a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a === b || identityOf(state, a) === identityOf(state, b);
}

/** Whether the path is that folder or leads into it, judged by its text alone. */
export function isInside(folder: string, path: string): boolean {
  const [outer, inner] = [normalizedPath(folder), normalizedPath(path)];
  return inner === outer || inner.startsWith(outer === '/' ? outer : `${outer}/`);
}

/** Whether both lists name the same files in the same order. */
export function areSameFiles(state: Names, a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => isSameFile(state, name, b[at]));
}

/** The index of the file in a list of names; -1 where it is not in the list. */
export function indexOfFile(
  state: Names,
  names: readonly (string | undefined)[],
  file: string | undefined,
): number {
  if (file === undefined) return -1;
  const identity = identityOf(state, file);
  return names.findIndex(
    (name) => name !== undefined && (name === file || identityOf(state, name) === identity),
  );
}

/** Whether a list of names contains the file. */
export function includesFile(
  state: Names,
  names: readonly (string | undefined)[],
  file: string | undefined,
): boolean {
  return indexOfFile(state, names, file) >= 0;
}

/** A set of files, each by the first of its names. */
export class FileSet {
  readonly #state: Names;
  readonly #names = new Map<string, string>();

  constructor(state: Names, names: Iterable<string>) {
    this.#state = state;
    for (const name of names) {
      const identity = identityOf(state, name);
      if (!this.#names.has(identity)) this.#names.set(identity, name);
    }
  }

  has(name: string): boolean {
    return this.#names.has(identityOf(this.#state, name));
  }

  /** The first name with which the file was added; undefined where it is not in the set. */
  nameOf(name: string): string | undefined {
    return this.#names.get(identityOf(this.#state, name));
  }

  /** One name of each file, in the order in which they were added. */
  get names(): string[] {
    return [...this.#names.values()];
  }
}

/** The names grouped by file, in the order given; a file with a single name is a group of one. */
export function namesByFile(state: Names, names: Iterable<string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const identity = identityOf(state, name);
    const group = groups.get(identity);
    if (group) group.push(name);
    else groups.set(identity, [name]);
  }
  return [...groups.values()];
}

/** What is known about the file at a path, by any of its names; undefined where it was not observed. */
export function fileAt(state: Names, name: string): ImageFile | null | undefined {
  if (Object.hasOwn(state.files, name)) return state.files[name];
  const other = Object.keys(state.files).find((each) => isSameFile(state, each, name));
  return other === undefined ? undefined : state.files[other];
}

/** Every file that a layer consists of. */
export function filesOfLayer({ file, dataFiles = [] }: Layer): readonly string[] {
  return [file, ...dataFiles];
}

/** The index of a layer in a chain, by any name of its file; -1 where it is not in the chain. */
export function layerIndex(
  state: Names,
  chain: readonly Layer[],
  file: string | undefined,
): number {
  return indexOfFile(
    state,
    chain.map((layer) => layer.file),
    file,
  );
}

/** Every file name in a disk's chain, definition or job. */
export function filesOfDisk(disk: Disk): string[] {
  return [
    ...disk.chain.flatMap(filesOfLayer),
    ...(disk.persistentSource === undefined ? [] : [disk.persistentSource]),
    ...(disk.job?.mirror === undefined ? [] : [disk.job.mirror]),
  ];
}

/** The disks of the plan's domain, now or at its next start, that have the file in a chain, a mirror or the definition. */
export function disksUsing(state: HostState, file: string): Disk[] {
  return allDisks(state.domain).filter((disk) => includesFile(state, filesOfDisk(disk), file));
}

/** The names of all domains, the plan's own included, that have the file in a chain, a mirror or a definition. */
export function usersOf(state: HostState, file: string): string[] {
  const own = disksUsing(state, file).length > 0;
  return [...(own ? [state.domain.name] : []), ...otherUsersOf(state, file)];
}

/** The names of the other domains that have the file in a chain, a mirror or a definition. */
export function otherUsersOf(state: HostState, file: string): string[] {
  return state.others
    .filter(({ files, writes }) => includesFile(state, [...files, ...writes], file))
    .map(({ name }) => name);
}

/** The names of the other domains whose guests write to the file, or will at their next start. */
export function otherWritersOf(state: HostState, file: string): string[] {
  return state.others
    .filter(({ writes }) => includesFile(state, writes, file))
    .map(({ name }) => name);
}

/** The names of the other domains whose guests run, and write to the file. */
export function runningWritersOf(state: HostState, file: string): string[] {
  return otherWritersOf({ ...state, others: state.others.filter(({ running }) => running) }, file);
}

/** Whether two sources are the same file, opened in the same way: as a file, or as a block device. */
export function isSameSource(state: Names, a: Layer, b: Layer): boolean {
  return a.block === b.block && isSameFile(state, a.file, b.file);
}

/**
 * Whether libvirt considers two sources the same: it compares the kind and the text of the path (libvirt, storage_source.c,
 * virStorageSourceIsSameLocation). A pivot updates the definition only where this is the case.
 */
export function isSameLocation(a: Layer, b: Layer): boolean {
  return a.file === b.file && a.block === b.block;
}
