/** The part of a disk's chain that a merge takes out of it. */
import { codes } from '../codes.ts';
import { type Disk, diskOf, type HostState, type Layer } from '../model/host-state.ts';
import { indexedLayer } from '../model/layer-name.ts';
import {
  checkAbsolute,
  type Needs,
  type ParamPath,
  type Refusal,
  refuseStep,
} from './requirements/requirement.ts';

export interface LayerRange {
  /** The layers that leave the chain, topmost first. */
  readonly merged: readonly Layer[];
  /** The layer that takes their data: below them in a commit, above them in a pull. */
  readonly into: Layer;
}

/** A range as a plan names it. */
export interface NamedRange {
  readonly disk: string;
  /** The range in the disk's chain, or the parts of the plan that do not match the chain. */
  find(disk: Disk, state: HostState): LayerRange | Refusal[];
}

/** The range; undefined if the chain does not have it: a guest that stopped before the phase began shows no chain. */
export function findRange(named: NamedRange, state: HostState): LayerRange | undefined {
  const found = rangeOf(named, state);
  return Array.isArray(found) ? undefined : found;
}

/** The range, after a requirement has checked that it exists. */
export function knownRange(named: NamedRange, state: HostState): LayerRange {
  const range = findRange(named, state);
  if (!range) throw new Error(`the chain of ${named.disk} does not match the plan`);
  return range;
}

/** Requires that the chain has the layers. @returns the range; undefined if the chain does not have it */
export function requireRange(
  needs: Needs,
  named: NamedRange,
  state: HostState,
): LayerRange | undefined {
  const range = rangeOf(named, state);
  const refusals = Array.isArray(range) ? range : [];
  needs.require(`the layers are in the chain of ${named.disk}`, 'domain', refusals);
  if (Array.isArray(range)) return undefined;
  const { file } = range.into;
  needs.require(`${file} exists`, { file });
  return range;
}

function rangeOf(named: NamedRange, state: HostState): LayerRange | Refusal[] {
  const disk = diskOf(state, named.disk);
  return disk
    ? named.find(disk, state)
    : [refuseStep(codes.diskNotFound, 'disk', `the guest has no disk ${named.disk}`)];
}

/** Refuses a layer of the plan that does not match the chain. @param key the option that names the layer */
export function notInChain(key: string, message: string, hint?: string): Refusal[] {
  return [refuseStep(codes.layerMismatch, key, message, hint)];
}

/** A disk's chain as text: `the chain of vda: /images/snap1 -> /images/base`. */
export function chainText({ target, chain }: Disk): string {
  return `the chain of ${target}: ${filesText(chain)}`;
}

export function filesText(chain: readonly Layer[]): string {
  return chain.map(({ file }) => file).join(' -> ');
}

/** Refuses a layer name that is neither a target with an index nor an absolute path. */
export function checkLayerName(key: ParamPath, name: string | undefined): Refusal[] {
  return name !== undefined && indexedLayer(name) ? [] : checkAbsolute(key, name);
}
