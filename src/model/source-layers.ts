/** An image that a step reads, and the layers below it. */
import { backingPath } from './backing-path.ts';
import { fileAt, layerIndex } from './file-identity.ts';
import type { HostState, ImageFile, Layer } from './host-state.ts';

/** The parts of a host state that name layers. */
export interface KnownLayers extends Pick<HostState, 'files' | 'names'> {
  readonly domain: Pick<HostState['domain'], 'disks'>;
}

/**
 * The source in the format in which it is read, and the layers below it: those of its chain or, if it is in none of the
 * guest, those that headers name. What a guest has written into a raw image is no header.
 */
export function layersOfSource(
  source: string,
  format: string | undefined,
  state: KnownLayers,
): readonly Layer[] {
  const [top, ...below] = layersNamed(source, state);
  if (!top) return [];
  return [{ ...top, format: format ?? top.format }, ...(format === 'raw' ? [] : below)];
}

function layersNamed(source: string, state: KnownLayers): readonly Layer[] {
  const layers: Layer[] = [];
  for (let at: string | undefined = source; at !== undefined; ) {
    const chain = layersFrom(at, state);
    if (chain.length > 0) return [...layers, ...chain];
    if (layerIndex(state, layers, at) >= 0) return layers;
    const found: Partial<ImageFile> = fileAt(state, at) ?? {};
    const { dataFiles = [], format = '', backing, place } = found;
    const block = place?.kind === 'block device' ? { block: true as const } : {};
    layers.push({ file: at, format, dataFiles, ...block });
    at = backing && format !== 'raw' ? backingPath(at, backing) : undefined;
  }
  return layers;
}

/** The layer of that file and those below it; none if it is in no chain of the guest. */
export function layersFrom(file: string, state: KnownLayers): readonly Layer[] {
  for (const { chain } of state.domain.disks) {
    const at = layerIndex(state, chain, file);
    if (at >= 0) return chain.slice(at);
  }
  return [];
}
