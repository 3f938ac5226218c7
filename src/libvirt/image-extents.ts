/** Reads which parts of images have data, so that preflight knows how much a copy of them takes. */
import type { HostIO } from '../host-io/host-io.ts';
import { layerIndex } from '../model/file-identity.ts';
import type { Disk, HostState, Layer } from '../model/host-state.ts';
import type { ImageExtents } from '../model/image-extents.ts';
import { TaskQueue } from './task-queue.ts';

/** The disks of the running guest, and the identities of their files. */
interface Guest {
  readonly disks: readonly Disk[];
  readonly names: Readonly<Record<string, string>>;
}

type Measured = readonly [file: string, extents: ImageExtents];

/** For all chains of a survey together: by then the rest of it should have ended. */
const LIMIT_MS = 3000;
const AT_ONCE = 4;

/**
 * The extents of the first file of each chain that exists, each once. An overlay that a step is about to make does not exist
 * at first; once it does, its map contains the layers below it.
 * @param guest its disks, whose chains count rather than those that an earlier step of the plan will make of them
 * @returns without those that cannot be read within the limit
 */
export async function extentsOf(
  io: HostIO,
  guest: Guest,
  chains: readonly (readonly Layer[])[],
): Promise<Measured[]> {
  const end = performance.now() + LIMIT_MS;
  const queue = new TaskQueue(AT_ONCE);
  const found = await Promise.all(chains.map((chain) => fromFirstFile(io, chain)));
  const there = found.map((chain) => liveChain(guest, chain));
  const once = new Map(there.map((chain) => [chain[0]?.file ?? '', chain]));
  const read = [...once].map(([file, chain]) =>
    queue.run(async (): Promise<Measured[]> => {
      const left = end - performance.now();
      const extents = left > 0 && isReadable(chain) ? await io.readExtents(chain, left) : undefined;
      return extents ? [[file, extents]] : [];
    }),
  );
  return (await Promise.all(read)).flat();
}

async function fromFirstFile(io: HostIO, chain: readonly Layer[]): Promise<readonly Layer[]> {
  for (const [at, layer] of chain.entries())
    if (!isReadable([layer]) || (await exists(io, layer.file))) return chain.slice(at);
  return [];
}

/** The chain that the guest has below the first layer now; the same chain if that is in none, or read in another format. */
function liveChain({ disks, names }: Guest, chain: readonly Layer[]): readonly Layer[] {
  const [top] = chain;
  const live = disks.flatMap((disk) => {
    const at = layerIndex({ files: {}, names }, disk.chain, top?.file);
    return at >= 0 && disk.chain[at]?.format === top?.format ? [disk.chain.slice(at)] : [];
  });
  return live[0] ?? chain;
}

async function exists(io: HostIO, file: string): Promise<boolean> {
  try {
    return (await io.inspectFile(file)) !== null;
  } catch {
    // What cannot be inspected cannot be read either, and then its size counts.
    return true;
  }
}

/**
 * Whether each layer can be opened by its name. What a guest has written into an image of unknown format may be a header
 * that names other files, and a data file would be locked.
 */
function isReadable(chain: readonly Layer[]): boolean {
  return chain.every(
    ({ file, format, dataFiles = [] }) =>
      file.startsWith('/') && format !== '' && dataFiles.length === 0,
  );
}

/** The same files with their extents. */
export function withExtents(
  files: HostState['files'],
  measured: readonly Measured[],
): HostState['files'] {
  const found = measured.flatMap(([path, extents]) => {
    const file = files[path];
    return file ? [[path, { ...file, extents }] as const] : [];
  });
  return { ...files, ...Object.fromEntries(found) };
}
