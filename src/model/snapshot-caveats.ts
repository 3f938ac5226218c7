/** What libvirt does with a snapshot once layers that its record names have left the chain of a disk. */
import { isOlder } from './release.ts';

/** The first release that reverts to external snapshots, "externalSnapshot" in https://libvirt.org/formatcaps.html. */
const REVERTS_TO_EXTERNAL = '9.9.0';

/** For an internal snapshot, as a clause. Seen with 9.0.0: the revert succeeds, and changes the definition too. */
export const INTERNAL_SNAPSHOT_CAVEAT =
  'reverting to it switches the guest and its definition back to the old file without a warning, if the file still exists';

/**
 * For an external snapshot, as a clause. Seen with 9.0.0: revert and deletion are refused. Seen with 11.3.0: a revert
 * succeeds, removes the overlay of the snapshot and leaves the guest off; the deletion commits a shallow copy into its base
 * and removes the copy, but is refused after a whole copy or a commit.
 * @param libvirt the release; undefined where it is unknown
 */
export function externalSnapshotCaveat(libvirt: string | undefined): string {
  return libvirt !== undefined && isOlder(libvirt, REVERTS_TO_EXTERNAL)
    ? 'it can be neither reverted to nor deleted with its data'
    : 'reverting to it discards everything that the guest writes once the layers have left the chain; deleting it is refused, or merges the wrong layers and removes a file';
}
