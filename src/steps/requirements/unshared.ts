/** What steps require of files that somebody else could use. */
import { codes } from '../../codes.ts';
import { allDisks } from '../../model/defined-disks.ts';
import { filesOf, includesFile, layerIndex, otherUsersOf } from '../../model/file-identity.ts';
import type { Disk, World } from '../../model/world.ts';
import { type Key, type Needs, type Refusal, refuse } from './requirement.ts';

/** Requires that no other domain's chain names files that are there: to write to one of them corrupts that guest. */
export function unshared(needs: Needs, world: World, key: Key, files: readonly string[]): boolean {
  return unnamed(needs, world, key, files, checkOthersRead(world, key));
}

/** Requires that no other domain's chain names those files, whether they are there or not. */
export function unnamed(
  needs: Needs,
  world: World,
  key: Key,
  files: readonly string[],
  unread: readonly Refusal[] = [],
): boolean {
  const shared = files.flatMap((file) => {
    const others = otherUsersOf(world, file);
    return others.length === 0
      ? []
      : [
          refuse(
            codes.fileInOtherDomain,
            key,
            `${file} is in the disk chain of ${others.map((name) => `"${name}"`).join(', ')}: a change to it would corrupt that guest`,
            'choose a file that no other domain uses',
          ),
        ];
  });
  return needs.require(`no other domain uses ${files.join(', ')}`, 'others', [
    ...shared,
    ...unread,
  ]);
}

/** Refuses to write into a layer where nobody could look whether another domain rests on it. */
function checkOthersRead(world: World, key: Key): Refusal[] {
  const unread = world.others.flatMap((other) => other.unread);
  return unread.length === 0
    ? []
    : [
        refuse(
          codes.otherDomainUnreadable,
          key,
          `it cannot be told whether other domains rest on the files: ${unread.join(', ')} cannot be read`,
          'run it as a user who may read them, such as root',
        ),
      ];
}

/** Requires that no other disk of the same guest rests on those layers: a merge would corrupt that disk. */
export function ownedBy(
  needs: Needs,
  world: World,
  disk: Disk,
  key: Key,
  files: readonly string[],
): boolean {
  const uses = allDisks(world.domain)
    .filter((each) => each.target !== disk.target)
    .flatMap((each) => files.flatMap((file) => useOf(world, each, file) ?? []));
  return needs.require(
    `no other disk of the guest uses ${files.join(', ')}`,
    'domain',
    uses.map((use) =>
      refuse(
        codes.fileInOtherDomain,
        key,
        `${use}: a change to it would corrupt that disk`,
        'choose a layer that no other disk uses',
      ),
    ),
  );
}

/** What a disk uses the file for, as a sentence's beginning; undefined where it does not. */
function useOf(world: World, disk: Disk, file: string): string | undefined {
  if (layerIndex(world, disk.chain, file) >= 0)
    return `${file} is in the chain of ${disk.target} too`;
  return includesFile(world, filesOf(disk), file)
    ? `${file} is what the definition, or a job, names for ${disk.target}`
    : undefined;
}
