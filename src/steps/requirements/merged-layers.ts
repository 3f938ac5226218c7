/** What a commit requires of the definition and of the headers, which name layers that will have been merged. */
import { codes } from '../../codes.ts';
import { isSameLocation, layerIndex } from '../../model/file-identity.ts';
import { backingName, isRelative } from '../../model/headers.ts';
import type { Disk, Layer, World } from '../../model/world.ts';
import type { Range } from '../chain-range.ts';
import { type Needs, type Refusal, refuse } from './requirement.ts';

/**
 * Requires that no definition is left that would start the guest from a layer that is merged and stale by then.
 * @param merged the layers that hold no more what the guest wrote last
 * @param also what else is wrong with the definition
 */
export function startsAfterCommit(
  needs: Needs,
  world: World,
  disk: Disk,
  merged: readonly Layer[],
  also: readonly Refusal[],
): boolean {
  const { target, persistentSource, chain } = disk;
  const [active] = chain;
  const isStale =
    active !== undefined &&
    persistentSource !== undefined &&
    // libvirt moves the definition along with a pivot, but only where it spells the active layer alike.
    !isSameLocation({ ...active, file: persistentSource }, active) &&
    // A file that is in no live chain may rest on what is merged, written to or removed here.
    (layerIndex(world, chain, persistentSource) < 0 ||
      layerIndex(world, merged, persistentSource) >= 0);
  return needs.require(
    `after the commit the definition, where there is one, still leads to what the guest wrote (${target})`,
    'domain',
    isStale
      ? [
          refuse(
            codes.definitionMismatch,
            'disk',
            `the persistent definition names ${persistentSource} for ${target}, the running guest writes to ${active.file}: after the commit the next start would not find what the guest wrote`,
            'bring them together first, with a redefine step',
          ),
          ...also,
        ]
      : also,
  );
}

/**
 * Requires relative names to keep: libvirt refuses to keep one where it found a layer by its path, and where the layer
 * above was put into another folder since, it writes a name that leads nowhere (seen on libvirt 9.0).
 */
export function namesRelative(
  needs: Needs,
  world: World,
  { chain, target }: Disk,
  { committed, base }: Range,
): boolean {
  const first = committed[0] ? chain.indexOf(committed[0]) : 0;
  const last = chain.indexOf(base);
  return needs.require(
    `the layers of ${target} name the next ones relatively, from the one above the commit on`,
    'domain',
    chain.slice(first - 1, last).flatMap((layer, at) => {
      const told = backingName(world, layer);
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
