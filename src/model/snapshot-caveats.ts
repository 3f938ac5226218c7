/** What libvirt does with the record of a snapshot once layers that it names have left the chain of a disk. */
import { isOlder } from './release.ts';

/** The first release that reverts to external snapshots, "externalSnapshot" in https://libvirt.org/formatcaps.html. */
const REVERTS_TO_EXTERNAL = '9.9.0';

/** Of an internal snapshot, as a clause; seen with 9.0.0: it succeeds, and moves the definition too. */
export const INTERNAL_SNAPSHOT_CAVEAT =
  'a revert to it puts the guest and its definition back on the old file without a warning, if the file still exists';

/**
 * Of an external snapshot, as a clause. Seen with 9.0.0: both are refused. Seen with 11.3.0: a revert succeeds, removes the
 * overlay of the snapshot and leaves the guest off; after a shallow copy the deletion commits the copy into its base and
 * removes the copy, while after a whole copy or a commit it is refused.
 * @param libvirt the release; undefined where it is unknown
 */
export function externalSnapshotCaveat(libvirt: string | undefined): string {
  return libvirt !== undefined && isOlder(libvirt, REVERTS_TO_EXTERNAL)
    ? 'it can be neither reverted to nor deleted with its data'
    : 'a revert to it drops what the guest writes after this, and its deletion is refused, or merges layers that it was not made for and removes a file';
}
