/** The rollback of a job that was started: it is cancelled, and what was made for it is removed. */
import { virshCommand } from '../../command.ts';
import type { Effect, RemoveFileEffect } from '../../commands/effect.ts';
import { fileAt, isSameFile, usersOf } from '../../model/file-identity.ts';
import { diskOf, type HostState } from '../../model/host-state.ts';
import { NoRollback } from '../define.ts';
import { removeFile } from '../effects/files.ts';
import { abort } from '../effects/job.ts';

/** Cancels the disk's job where it is the one that was started for that file; nobody else's job is touched. */
export function abortOwnJob(now: HostState, disk: string, mirror: string | undefined): Effect[] {
  const job = diskOf(now, disk)?.job;
  if (!job || (mirror !== undefined && !isSameFile(now, job.mirror, mirror))) return [];
  return [abort(now, disk, `cancel the ${job.type} of ${disk}`)];
}

/**
 * Makes sure that a job on the disk, if there is one, is the one that writes to that file.
 * @throws NoWayBack where it is another one: nobody else's job is touched
 */
export function checkOwnJob(now: HostState, disk: string, mirror: string): void {
  const job = diskOf(now, disk)?.job;
  if (job && !isSameFile(now, job.mirror, mirror))
    throw new NoRollback(`another job runs on ${disk}`, [
      virshCommand('blockjob', now.domain.name, disk, '--info'),
    ]);
}

/** Removes a file that the run has made since, and that no chain names any more; one that another user put there stays. */
export function removeMade(
  before: HostState,
  now: HostState,
  file: string,
  freed: boolean,
): RemoveFileEffect[] {
  const made = fileAt(before, file) === null && fileAt(now, file)?.made;
  return made && (freed || usersOf(now, file).length === 0)
    ? [{ ...removeFile(file, 'remove what the step made'), made: true }]
    : [];
}
