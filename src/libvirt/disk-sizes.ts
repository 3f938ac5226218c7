/** Reads the sizes of a guest's disks. */
import { DomainBusy } from '../model/domain-busy.ts';
import type { Disk, Domain } from '../model/host-state.ts';
import { LOCKED_ANSWER_MS, unreadableDomain } from './read-answer.ts';
import type { Virsh } from './virsh.ts';

/** By target, in bytes. A disk whose size libvirt does not report is left out. */
type DiskSizes = ReadonlyMap<string, number>;

const OPTIONS = { timeoutMs: LOCKED_ANSWER_MS };

/**
 * The sizes as the guest sees them. libvirt refuses to list them where it refuses that of a single disk, so they are then
 * read one by one.
 * @throws DomainBusy if another command holds the domain
 */
export async function readDiskSizes(
  virsh: Virsh,
  { name, state, disks }: Domain,
): Promise<DiskSizes> {
  if (state === 'gone') return new Map();
  const listed = await virsh.run(['domblkinfo', '--domain', name, '--all'], OPTIONS);
  if (listed.ok) return sizesIn(listed.stdout);
  refuseBusy(virsh, name, listed);
  const sizes = new Map<string, number>();
  for (const { target, chain } of disks) {
    if (chain.length === 0) continue;
    const query = ['domblkinfo', '--domain', name, '--device', target];
    const answer = await virsh.run(query, OPTIONS);
    if (!answer.ok) refuseBusy(virsh, name, answer);
    const size = answer.ok ? /^Capacity:\s+(\d+)$/m.exec(answer.stdout)?.[1] : undefined;
    if (size !== undefined) sizes.set(target, Number(size));
  }
  return sizes;
}

/** @throws DomainBusy if libvirt refused because another command holds the domain */
export function refuseBusy(
  virsh: Virsh,
  name: string,
  { error }: { readonly error?: string | undefined },
): void {
  const refusal = unreadableDomain(virsh, name, { error });
  if (refusal instanceof DomainBusy) throw refusal;
}

/** A table of target, capacity, allocation and physical size in bytes. */
function sizesIn(table: string): DiskSizes {
  return new Map(
    table.split('\n').flatMap((line): [string, number][] => {
      const [target, capacity] = line.trim().split(/\s+/);
      return target && capacity && /^\d+$/.test(capacity) ? [[target, Number(capacity)]] : [];
    }),
  );
}

/** The same disks with their sizes. */
export function withDiskSizes(disks: readonly Disk[], sizes: DiskSizes): Disk[] {
  return disks.map((disk) => {
    const capacity = sizes.get(disk.target);
    return capacity === undefined ? disk : { ...disk, capacity };
  });
}
