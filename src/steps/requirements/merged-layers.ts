/** What a merge requires of the chain, and of the definition and the headers, which name layers that leave it. */
import { codes } from '../../codes.ts';
import { isRelative } from '../../model/backing-path.ts';
import { layerIndex } from '../../model/file-identity.ts';
import { backingName } from '../../model/headers.ts';
import type { Disk, HostState, Layer } from '../../model/host-state.ts';
import { type LayerRange, type NamedRange, requireRange } from '../chain-range.ts';
import { checkStale } from './definition.ts';
import { requireIdleDisk, requireSupportedDisk } from './disk.ts';
import { type Needs, type Refusal, refuse } from './requirement.ts';

/** Requires a disk that a job can start on, with the layers in its chain. @returns both; undefined if not met */
export function requireMergeable(
  needs: Needs,
  named: NamedRange,
  state: HostState,
): { readonly disk: Disk; readonly range: LayerRange } | undefined {
  const disk = requireSupportedDisk(needs, state, named.disk, 'disk');
  if (!disk) return undefined;
  const isFree = requireIdleDisk(needs, state, disk, 'disk');
  // Without the layers nothing can be simulated, whatever else is wrong.
  const range = requireRange(needs, named, state);
  return range && isFree ? { disk, range } : undefined;
}

interface Merge {
  /** The merge as text: `the commit`. */
  readonly what: string;
  /** The layers that no longer hold the guest's latest data, or leave the chain. */
  readonly merged: readonly Layer[];
  /** Other errors of the definition. */
  readonly also?: readonly Refusal[];
}

/** Requires that the definition would not start the guest from a layer that is merged and stale. */
export function requireStartAfterMerge(
  needs: Needs,
  state: HostState,
  disk: Disk,
  { what, merged, also = [] }: Merge,
): boolean {
  const { target, persistentSource, chain } = disk;
  // A file that is in no live chain may be backed by a layer that is merged, written or removed here.
  const stays =
    layerIndex(state, chain, persistentSource) >= 0 &&
    layerIndex(state, merged, persistentSource) < 0;
  return needs.require(
    `the definition, if any, still leads to the latest data of the guest after ${what} (${target})`,
    'domain',
    [
      ...(stays
        ? []
        : checkStale(
            disk,
            `after ${what}, the next start would not find the latest data of the guest`,
          )),
      ...also,
    ],
  );
}

/**
 * Requires relative names that can be kept. libvirt refuses to keep the name of a layer that it found by its path; if the
 * layer above has since moved to another folder, libvirt writes a name that leads nowhere (seen on libvirt 9.0).
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
    `the layers of ${target} name their backing files relatively, from ${naming[0]?.file} down`,
    'domain',
    naming.flatMap((layer, at) => {
      const told = backingName(state, layer);
      // An unknown header is assumed to name the layer below by its path.
      const name = told === undefined ? chain[first + at]?.file : told;
      return name && isRelative(name)
        ? []
        : [
            refuse(
              codes.backingNotRelative,
              'keep-relative',
              `the header of ${layer.file} names ${name ?? 'nothing'} as its backing file, which is not a relative name that could be kept`,
              'leave "keep-relative" out: the header then names the base by its path',
            ),
          ];
    }),
  );
}
