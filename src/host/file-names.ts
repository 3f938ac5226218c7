/** Names of files on a simulated host, which identifies each file by one name. */
import { FileSet, filesOfDisk, namesByFile, normalizedPath } from '../model/file-identity.ts';
import { type Disk, type HostState, type ImageFile, withFile } from '../model/host-state.ts';
import { positionOfIndexed } from '../model/layer-name.ts';

/** The initial host state defines which names refer to the same file. */
interface Host {
  readonly initial: HostState;
}

/** The names of files in a host state: the one name for each of them, and all names that the host state uses. */
interface Spelling {
  readonly files: FileSet;
  readonly known: Map<string, string>;
  readonly all: ReadonlyMap<string, readonly string[]>;
}

const spellings = new WeakMap<HostState, Spelling>();

function spellingOf(state: HostState): Spelling {
  const { domain, files, names = {} } = state;
  const found = spellings.get(state);
  if (found) return found;
  const one = new FileSet(state, [
    ...domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file)),
    ...domain.disks.flatMap(filesOfDisk),
    ...Object.keys(files),
    ...Object.keys(names),
  ]);
  const groups = namesByFile(state, Object.keys(files));
  const made = {
    files: one,
    known: new Map<string, string>(),
    all: new Map(groups.map((group) => [one.nameOf(group[0] ?? '') ?? '', group])),
  };
  spellings.set(state, made);
  return made;
}

/**
 * The one name that identifies a file on a simulated host: libvirt's spelling of a layer, otherwise the plan's spelling of
 * the path.
 */
export function nameIn({ initial }: Host, name: string): string {
  const { files, known } = spellingOf(initial);
  const found = known.get(name) ?? files.nameOf(name) ?? normalizedPath(name);
  known.set(name, found);
  return found;
}

/** The file that a host has at a path, by any of its names. */
export function fileOn(
  host: Host & { readonly state: HostState },
  name: string,
): ImageFile | null | undefined {
  return host.state.files[nameIn(host, name)];
}

/** The same host state with a file created, replaced or removed under all of its names. */
export function withFileOn(
  { initial, state }: Host & { readonly state: HostState },
  name: string,
  file: ImageFile | null,
): HostState {
  const names = new Set([name, ...(spellingOf(initial).all.get(name) ?? [])]);
  return [...names].reduce((after, each) => withFile(after, each, file), state);
}

/** The files of a disk's chain, active layer first, by their names on the host. */
export function layersOf(on: Host, disk: Disk): string[] {
  return disk.chain.map(({ file }) => nameIn(on, file));
}

/**
 * The position of a layer that a command names by its path as libvirt spells it, or by its index as in `vda[2]`; -1 if the
 * chain has no such layer (libvirt, storage_source.c, virStorageSourceChainLookup).
 */
export function layerNamed(disk: Disk, name: string): number {
  return positionOfIndexed(disk, name) ?? disk.chain.findIndex(({ file }) => file === name);
}
