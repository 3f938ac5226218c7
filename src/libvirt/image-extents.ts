/** Reads which parts of images have data, so that preflight knows how much a copy of them takes. */
import type { HostIO } from '../host-io/host-io.ts';
import { isRawDevice } from '../model/copy-space.ts';
import { fileAt, filesOfLayer } from '../model/file-identity.ts';
import type { HostState, Layer } from '../model/host-state.ts';
import { CHAINED, type ImageExtents } from '../model/image-extents.ts';
import { type KnownLayers, layersFrom, layersOfSource } from '../model/source-layers.ts';
import { TaskQueue } from './task-queue.ts';

type Measured = readonly [file: string, extents: ImageExtents];

/** For all chains of a survey together: by then the rest of it should have ended. */
const LIMIT_MS = 3000;
const AT_ONCE = 4;

/**
 * The extents of the first file of each chain that exists, each once. An overlay that a step is about to make does not exist
 * at first; once it does, its map contains the layers below it.
 * @param state the survey so far: its layers count rather than those that an earlier step of the plan will make of them
 * @returns without those that cannot be read within the limit
 */
export async function extentsOf(
  io: HostIO,
  state: KnownLayers,
  chains: readonly (readonly Layer[])[],
): Promise<Measured[]> {
  const end = performance.now() + LIMIT_MS;
  const queue = new TaskQueue(AT_ONCE);
  const found = await Promise.all(chains.map((chain) => firstLayer(io, chain)));
  const tops = new Map(found.flatMap((top) => (top ? [[top.file, top]] : [])));
  const read = [...tops.values()].map(({ file, format }) =>
    queue.run(async (): Promise<Measured[]> => {
      const chain = layersOfSource(file, format, state);
      const left = end - performance.now();
      const extents =
        left > 0 && isReadable(chain) && isWhole(chain, state)
          ? await io.readExtents(chain, left)
          : undefined;
      return extents ? [[file, extents]] : [];
    }),
  );
  return (await Promise.all(read)).flat();
}

async function firstLayer(io: HostIO, chain: readonly Layer[]): Promise<Layer | undefined> {
  for (const layer of chain)
    if (!layer.file.startsWith('/') || (await exists(io, layer.file))) return layer;
  return undefined;
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
 * Whether each layer can be opened by its name, and its map says something. What a guest has written into an image of unknown
 * format may be a header that names other files, and a data file would be locked.
 */
function isReadable(chain: readonly Layer[]): boolean {
  return chain.every(
    (layer) =>
      layer.file.startsWith('/') &&
      layer.format !== '' &&
      !isRawDevice(layer) &&
      filesOfLayer(layer).length === 1,
  );
}

/** Whether it is known that nothing is below the last layer: opened without its backing file, an image seems to hold less. */
function isWhole(chain: readonly Layer[], state: KnownLayers): boolean {
  const last = chain.at(-1);
  return (
    last !== undefined &&
    (!CHAINED.includes(last.format) ||
      layersFrom(last.file, state).length > 0 ||
      fileAt(state, last.file)?.backing === null)
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
