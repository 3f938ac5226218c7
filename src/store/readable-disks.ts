/** Which disks of a backup can be read through all images that they consist of. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import type { StoredBackup, StoredDisk } from '../model/backup-store.ts';
import { storeFinding } from './store-finding.ts';

/** What is wrong with the chosen disks; none if all can be read. */
export function unreadableDisks(
  { name, disks }: StoredBackup,
  chosen: readonly StoredDisk[],
): Finding[] {
  const whole = disks.filter(({ broken }) => !broken).map(({ target }) => target);
  const another =
    whole.length === 0
      ? 'name another backup'
      : `name another backup, or choose a disk with --disk: ${whole.join(', ')}`;
  return chosen.flatMap(({ broken }) =>
    broken
      ? [
          storeFinding(
            codes.backupUnusable,
            `${name}: ${broken.problem}`,
            broken.hint === undefined ? another : `${broken.hint}; or ${another}`,
          ),
        ]
      : [],
  );
}

/**
 * What else is known to be wrong with a backup whose disks can be read, as warnings: its data may be damaged, but it is all
 * there.
 */
export function doubtsAbout({ findings }: StoredBackup): Finding[] {
  return findings
    .filter(({ code }) => code !== codes.backupChainBroken)
    .map((finding) => ({ ...finding, severity: 'warning' as const }));
}
