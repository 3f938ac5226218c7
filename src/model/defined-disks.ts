/**
 * The disks of the persistent definition compared with those of the running guest. They may differ: a disk may be attached
 * to the running guest only, be defined for the next start only, or have another target in the definition.
 */
import { readDefinition } from './defined-chain.ts';
import { bothUnsupported } from './disk-elements.ts';
import type { Disk, Domain } from './host-state.ts';

/** The disks of the domain's next start: from its definition or, while it is transient, from the one kept in the journal. */
export function definedDisks({
  definition,
  kept,
}: Pick<Domain, 'definition' | 'kept'>): readonly Disk[] {
  const xml = definition ?? kept?.definition;
  return xml === undefined ? [] : readDefinition(xml).disks;
}

/** Every disk that the domain has now or at its next start; one that it has in both appears once, as it is now. */
export function allDisks(domain: Domain): readonly Disk[] {
  const live = new Set(domain.disks.map(({ target }) => target));
  return [...domain.disks, ...definedDisks(domain).filter(({ target }) => !live.has(target))];
}

/**
 * The disks with the source that a definition names for each, and with the unsupported properties of both. libvirt pairs
 * them by target (qemu_blockjob.c, qemuBlockJobGetConfigDisk).
 */
export function withPersistentSources(
  disks: readonly Disk[],
  defined: readonly Disk[],
): readonly Disk[] {
  const byTarget = new Map(defined.map((disk) => [disk.target, disk]));
  return disks.map(({ persistentSource: _former, ...disk }) => {
    const pair = byTarget.get(disk.target);
    const source = pair?.chain[0]?.file;
    return {
      ...disk,
      ...(source === undefined ? {} : { persistentSource: source }),
      ...bothUnsupported(disk.unsupported, pair?.unsupported),
    };
  });
}

/** The same disk without its job. */
export function withoutJob(disk: Disk): Disk {
  const { job: _ended, ...rest } = disk;
  return rest;
}
