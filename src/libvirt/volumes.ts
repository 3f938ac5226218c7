/** Volumes of storage pools, which a definition may name instead of a path. */
import type { Virsh } from './virsh.ts';

/**
 * The paths of those of the places that are volumes, as libvirt has them now; undefined for one that it does not find.
 * @param places as `readDomainXml` spells them: `pool:POOL/VOLUME`, paths among them
 */
export async function volumePaths(
  virsh: Virsh,
  places: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const volumes = [...new Set(places)].filter((place) => place.startsWith('pool:'));
  const answers = await virsh.runAll(
    volumes.map((place) => {
      const [, pool = '', volume = ''] = /^pool:([^/]*)\/(.*)$/s.exec(place) ?? [];
      return ['vol-path', '--pool', pool, '--vol', volume];
    }),
  );
  return new Map(
    volumes.map((place, at) => [place, answers[at]?.ok ? answers[at].stdout.trim() : undefined]),
  );
}
