/** The rollback of a started job: cancels it and removes its file. */
import { virshCommand } from '../../command.ts';
import type { Effect, RemoveFileEffect } from '../../commands/effect.ts';
import { fileAt, isSameFile, usersOf } from '../../model/file-identity.ts';
import { type BlockJob, diskOf, type HostState } from '../../model/host-state.ts';
import { NoRollback } from '../define.ts';
import { removeFile } from '../effects/files.ts';
import { abort } from '../effects/job.ts';

/**
 * Cancels the disk's job if it is the one that was started for that file. Jobs of other processes are not touched.
 * @param type of the job; any by default
 */
export function abortOwnJob(
  now: HostState,
  disk: string,
  mirror: string | undefined,
  type?: BlockJob['type'],
): Effect[] {
  const job = diskOf(now, disk)?.job;
  if (!job || (mirror !== undefined && !isSameFile(now, job.mirror, mirror))) return [];
  if (type !== undefined && job.type !== type) return [];
  return [abort(now, disk, `cancel the ${job.type} of ${disk}`)];
}

/**
 * Makes sure that a job on the disk, if there is one, is the one that writes to that file.
 * @throws NoRollback for another job: jobs of other processes are not touched
 */
export function checkOwnJob(now: HostState, disk: string, mirror: string): void {
  const job = diskOf(now, disk)?.job;
  if (job && !isSameFile(now, job.mirror, mirror))
    throw new NoRollback(`another job is running on ${disk}`, [
      virshCommand(now.host, 'blockjob', now.domain.name, disk, '--info'),
    ]);
}

/** Removes a file that the run has created since and no chain names any longer. A file of another user stays. */
export function removeMade(
  before: HostState,
  now: HostState,
  file: string,
  freed: boolean,
): RemoveFileEffect[] {
  const made = fileAt(before, file) === null && fileAt(now, file)?.made;
  return made && (freed || usersOf(now, file).length === 0)
    ? [{ ...removeFile(file, 'remove the file that the step created'), made: true }]
    : [];
}
