/** How plans and virsh commands name a layer: by its path, or by its disk's target and its index as in `vda[2]`. */
import { layerIndex } from './file-identity.ts';
import { type Disk, diskOf, type HostState, type Layer } from './host-state.ts';

/** A layer by its index in the live XML (libvirt formatdomain, `<source index=…>`). */
interface IndexedLayer {
  /** The target of its disk. */
  readonly target: string;
  readonly index: number;
}

/** The parts of `vda[2]`; undefined for a path. */
export function indexedLayer(name: string): IndexedLayer | undefined {
  const found = /^([a-z]+)\[(\d+)\]$/.exec(name);
  return found ? { target: found[1] ?? '', index: Number(found[2]) } : undefined;
}

/** The position in a disk's chain of the layer with that index; -1 where the chain has none, undefined for a path. */
export function positionOfIndexed({ chain, target }: Disk, name: string): number | undefined {
  const named = indexedLayer(name);
  if (named === undefined) return undefined;
  return named.target === target ? chain.findIndex(({ index }) => index === named.index) : -1;
}

/** The position in a disk's chain of the layer that a plan names, by any path of its file; -1 where the chain has none. */
export function layerAt(state: HostState, disk: Disk, name: string): number {
  return positionOfIndexed(disk, name) ?? layerIndex(state, disk.chain, name);
}

/** The layer's name as libvirt finds it: it recognizes a path only by its own spelling. */
export function spellLayer(state: HostState, target: string, name: string): string {
  const disk = diskOf(state, target);
  const at = disk && indexedLayer(name) === undefined ? layerAt(state, disk, name) : -1;
  return disk?.chain[at]?.file ?? name;
}

/** A layer's path, marked where libvirt opens it as a block device. */
export function layerText({ file, block }: Layer): string {
  return block ? `the block device ${file}` : file;
}
