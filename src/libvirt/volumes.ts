/** Resolves volumes of storage pools, which a definition may name instead of a path. */
import type { Virsh } from './virsh.ts';

/**
 * The current paths of the places that are volumes; undefined for a volume that libvirt does not find.
 * @param places as `readDomainXml` writes them: `pool:POOL/VOLUME`; paths are ignored
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
