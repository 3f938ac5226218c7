/** A backup that never ends, because libvirtd was killed while it ended. */
import { backsUpInto, readBackupXml } from '../model/backup-xml.ts';
import { blockJobQuery, blockJobType } from './block-job-query.ts';
import { LOCKED_ANSWER_MS } from './read-answer.ts';
import type { Virsh } from './virsh.ts';

/**
 * Whether libvirt waits for a copy that QEMU no longer makes. When a disk is copied, libvirtd removes the job from QEMU,
 * and then closes the copy. If it is killed in between, the restarted libvirtd drops the job ("dropping blockjob … untracked
 * by qemu"), but its backup still counts that disk as running. `domjobabort` ends the backup once no other disk is copied
 * (seen on libvirt 9.0, docs/libvirt-backup.md).
 *
 * @param folder where the backup writes to: that of another tool does not count
 */
export async function hasLostCopy(virsh: Virsh, domain: string, folder: string): Promise<boolean> {
  const query = ['backup-dumpxml', '--domain', domain];
  const before = await virsh.run(query);
  if (!before.ok || !backsUpInto(before.stdout, folder)) return false;
  const queries = readBackupXml(before.stdout).map(({ disk }) => blockJobQuery(domain, disk));
  const jobs = await virsh.runAll(queries, { timeoutMs: LOCKED_ANSWER_MS * queries.length });
  // Without an answer it is unknown, and is asked again.
  if (jobs.some((job) => !job.ok || blockJobType(job.stdout) !== undefined)) return false;
  // A backup that ends by itself is gone before the job of its last disk.
  const after = await virsh.run(query);
  return after.ok && after.stdout === before.stdout;
}
