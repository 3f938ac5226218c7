/** Measures the images that a plan may copy, so that preflight knows how much space the copies take. */
import type { HostIO, ImageMeasure } from '../host-io/host-io.ts';
import { FileSet, layerIndex } from '../model/file-identity.ts';
import type { HostState, ImageFile, Layer } from '../model/host-state.ts';

/**
 * Adds to a host state what `HostIO.measureImage` finds in the images of the guest's chains, and in the other qcow2 images
 * among its files. What a guest has written into a raw disk or a data file is no header.
 */
export async function measureImages(io: HostIO, state: HostState): Promise<HostState> {
  const layers = state.domain.disks.flatMap(({ chain }) => chain);
  const data = new FileSet(
    state,
    layers.flatMap(({ dataFiles = [] }) => dataFiles),
  );
  const files: Record<string, ImageFile | null> = {};
  // One after another: a disk reads faster in order.
  for (const [path, file] of Object.entries(state.files)) {
    const layer = layers[layerIndex(state, layers, path)];
    const format = layer?.format ?? (data.has(path) ? undefined : 'qcow2');
    files[path] =
      file && format !== undefined
        ? measured(file, await measure(io, { file: path, format }))
        : file;
  }
  return { ...state, files };
}

/** An image that this user cannot read keeps the size that stat reports. */
async function measure(io: HostIO, layer: Layer): Promise<ImageMeasure> {
  try {
    return await io.measureImage(layer);
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    return {};
  }
}

function measured(file: ImageFile, { length, virtualSize, compressed }: ImageMeasure): ImageFile {
  const { sizeUntold, ...known } = file;
  return {
    ...known,
    ...(length === undefined ? (sizeUntold ? { sizeUntold } : {}) : { size: length }),
    ...(virtualSize === undefined ? {} : { virtualSize }),
    ...(compressed === 'unknown'
      ? { sizeUntold: true }
      : compressed === undefined
        ? {}
        : { compressed }),
  };
}
