/**
 * Backing file names in image headers, and how the guest's next start uses them: libvirt opens the layers that the
 * definition names, and below the last of them the layers that the headers name, unless the definition states
 * that the chain ends (libvirt formatdomain, "backingStore").
 */
import { backingPath } from './backing-path.ts';
import { definedChain } from './defined-chain.ts';
import { fileAt, isSameFile, layerIndex } from './file-identity.ts';
import { type Disk, type HostState, isUp, type Layer } from './host-state.ts';

/** The name of the backing file in a layer's header: `null` for none, undefined where the header was not read. */
export function backingName(state: HostState, { file, format }: Layer): string | null | undefined {
  // A raw image has no header: what looks like one is the guest's data.
  return format === 'raw' ? null : fileAt(state, file)?.backing;
}

/**
 * The name in an image's header; undefined where it only repeats the chain: a layer's header is assumed to name the path of
 * the layer below.
 */
export function recordedBackingName(state: HostState, path: string): string | null | undefined {
  const name = fileAt(state, path)?.backing;
  if (name === undefined) return undefined;
  const below = state.domain.disks.flatMap(({ chain }) => {
    const at = layerIndex(state, chain, path);
    return at < 0 ? [] : [chain[at + 1]?.file ?? null];
  });
  return below.some((each) => each === name) ? undefined : name;
}

/**
 * Where the next start would find another layer below a layer than the running guest has; a sentence for each affected
 * disk. Images that were not read, or have no path on this host, are left out.
 */
export function nextStartFaults(state: HostState): string[] {
  return isUp(state) ? state.domain.disks.flatMap((disk) => faultOf(state, disk)) : [];
}

/** The faults that did not exist before. */
export function newFaults(before: HostState, now: HostState): string[] {
  const found = nextStartFaults(now);
  if (found.length === 0) return [];
  const known = new Set(nextStartFaults(before));
  return found.filter((fault) => !known.has(fault));
}

function faultOf(state: HostState, disk: Disk): string[] {
  const { target, chain } = disk;
  const defined = definedFor(state, disk);
  for (const [at, layer] of chain.entries()) {
    if (!layer.file.startsWith('/')) return [];
    const live = chain[at + 1]?.file;
    const named = namedBelow(state, layer, at, defined);
    if (named === undefined || (named.path !== null && !named.path.startsWith('/'))) return [];
    if (named.path === null ? live === undefined : isSameFile(state, named.path, live)) continue;
    return [
      `${target}: ${named.by} names ${named.text} below ${layer.file}, but the running guest has ${live ?? 'nothing'} there`,
    ];
  }
  return [];
}

interface NamedBelow {
  /** What names it: the definition, or the image's header. */
  readonly by: string;
  readonly path: string | null;
  readonly text: string;
}

/** What the next start would open below a layer; undefined where this is unknown. */
function namedBelow(
  state: HostState,
  layer: Layer,
  at: number,
  { layers, ends }: { readonly layers: readonly Layer[]; readonly ends: boolean },
): NamedBelow | undefined {
  const next = layers[at + 1];
  if (next || ends) {
    const path = next?.file ?? null;
    return { by: 'the definition', path, text: path ?? 'nothing' };
  }
  const name = backingName(state, layer);
  if (name === undefined) return undefined;
  const path = name === null ? null : backingPath(layer.file, name);
  const text = path === name ? (name ?? 'nothing') : `"${name}" (${path})`;
  return { by: 'the image header', path, text };
}

/** The chain in the definition; only the top layer where the definition has another one, so that the headers decide. */
function definedFor(state: HostState, { target, chain: [top] }: Disk) {
  const { domain } = state;
  const defined =
    domain.definition === undefined ? undefined : definedChain(domain.definition, target);
  return defined && isSameFile(state, defined.layers[0]?.file, top?.file)
    ? defined
    : { layers: top ? [top] : [], ends: false };
}
