/** What a merge requires of the chain, and of the definition and the headers, which name layers that leave it. */
import { codes } from '../../codes.ts';
import { layerIndex } from '../../model/file-identity.ts';
import { backingName, isRelative } from '../../model/headers.ts';
import type { Disk, HostState, Layer } from '../../model/host-state.ts';
import { type LayerRange, type NamedRange, requireRange } from '../chain-range.ts';
import { checkStale } from './definition.ts';
import { requireIdleDisk, requireSupportedDisk } from './disk.ts';
import { type Needs, type Refusal, refuse } from './requirement.ts';

/** Requires a disk that a job can be started on, with the layers in its chain. @returns both; undefined where it is not so */
export function requireMergeable(
  needs: Needs,
  named: NamedRange,
  state: HostState,
): { readonly disk: Disk; readonly range: LayerRange } | undefined {
  const disk = requireSupportedDisk(needs, state, named.disk, 'disk');
  if (!disk) return undefined;
  const isFree = requireIdleDisk(needs, state, disk, 'disk');
  // Without the layers nothing can be simulated, whatever else is in the way.
  const range = requireRange(needs, named, state);
  return range && isFree ? { disk, range } : undefined;
}

interface Merge {
  /** The merge in words: `the commit`. */
  readonly what: string;
  /** The layers that hold no more what the guest wrote last, or leave the chain. */
  readonly merged: readonly Layer[];
  /** What else is wrong with the definition. */
  readonly also?: readonly Refusal[];
}

/** Requires that no definition is left that would start the guest from a layer that is merged and stale by then. */
export function requireStartAfterMerge(
  needs: Needs,
  state: HostState,
  disk: Disk,
  { what, merged, also = [] }: Merge,
): boolean {
  const { target, persistentSource, chain } = disk;
  // A file that is in no live chain may rest on what is merged, written to or removed here.
  const stays =
    layerIndex(state, chain, persistentSource) >= 0 &&
    layerIndex(state, merged, persistentSource) < 0;
  return needs.require(
    `after ${what} the definition, where there is one, still leads to what the guest wrote (${target})`,
    'domain',
    [
      ...(stays
        ? []
        : checkStale(disk, `after ${what} the next start would not find what the guest wrote`)),
      ...also,
    ],
  );
}

/**
 * Requires relative names to keep: libvirt refuses to keep one where it found a layer by its path, and where the layer
 * above was put into another folder since, it writes a name that leads nowhere (seen on libvirt 9.0).
 */
export function requireRelativeNames(
  needs: Needs,
  state: HostState,
  { chain, target }: Disk,
  merged: readonly Layer[],
): boolean {
  const first = merged[0] ? chain.indexOf(merged[0]) : 0;
  const naming = chain.slice(first - 1, first + merged.length);
  return needs.require(
    `the layers of ${target} name the next ones relatively, from ${naming[0]?.file} on`,
    'domain',
    naming.flatMap((layer, at) => {
      const told = backingName(state, layer);
      // A header of which nothing is told is taken to name the layer below by its path.
      const name = told === undefined ? chain[first + at]?.file : told;
      return name && isRelative(name)
        ? []
        : [
            refuse(
              codes.backingNotRelative,
              'keep-relative',
              `the header of ${layer.file} names ${name ?? 'nothing'} below it, which is not relative: there is no relative name to keep`,
              'leave "keep-relative" out: the header then names the base by its path',
            ),
          ];
    }),
  );
}
