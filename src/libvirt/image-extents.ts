/** Reads which parts of images have data, so that preflight knows how much a copy of them takes. */
import type { HostIO } from '../host-io/host-io.ts';
import type { HostState, Layer } from '../model/host-state.ts';
import type { ImageExtents } from '../model/image-extents.ts';

type Measured = readonly [file: string, extents: ImageExtents];

/** The extents of these layers, each once; without those that do not exist or cannot be read. */
export async function extentsOf(io: HostIO, layers: readonly Layer[]): Promise<Measured[]> {
  const once = new Map(layers.map((layer) => [layer.file, layer]));
  const read = [...once.values()].map(async (layer): Promise<Measured[]> => {
    const extents = isReadable(layer) ? await io.readExtents(layer) : undefined;
    return extents ? [[layer.file, extents]] : [];
  });
  return (await Promise.all(read)).flat();
}

/** What a guest has written into an image of unknown format may be a header that names other files. */
function isReadable({ file, format }: Layer): boolean {
  return file.startsWith('/') && format !== '';
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
