/** What a forgotten run leaves on its guest: block jobs that nothing will end, and the files that it created. */
import type { Command } from '../command.ts';
import { jobEnding } from '../doctor/left-jobs.ts';
import { commandsOf, type RunLog } from '../journal/run-log.ts';
import { fileAt, filesOfDisk, includesFile, isInside, isSameFile } from '../model/file-identity.ts';
import type { Disk, HostState } from '../model/host-state.ts';
import { jobName } from '../model/job-name.ts';
import { startedJobs } from '../run/open-jobs.ts';
import { filesMadeBy } from './earlier-runs.ts';

/** In the parts of a report. */
export interface LeftByForgotten {
  /** In sentences. */
  readonly state: readonly string[];
  /** In sentences. */
  readonly advice: readonly string[];
  /** Commands that end the jobs. */
  readonly commands: readonly Command[];
}

/** @param now the run's domain, and the files that the run created, as observed */
export function leftByForgotten(log: RunLog, now: HostState): LeftByForgotten {
  const made = filesMadeBy(log);
  const hasMoved = commandsOf(log).some(({ effect }) => effect.tool === 'move-file');
  const moved = hasMoved ? ['files that the run moved stay where they are'] : [];
  const started = commandsOf(log).flatMap(({ effect }) => startedJobs(effect));
  const own = now.domain.disks.filter((disk) => isOwn(disk, started, made, now));
  const endings = own.flatMap(({ target, job }) =>
    job ? [jobEnding(now.host, now.domain.name, target, job)] : [],
  );
  const files = filesMade(made, now);
  return {
    state: [...own.map(jobText), ...files.map((file) => fileText(file, own, now)), ...moved],
    advice: [
      ...endings.map(({ todo }, at) => `the ${nameOf(own[at])}: ${todo}`),
      ...(files.length > 0 ? [KEEP] : []),
    ],
    // One command ends the backup of all disks.
    commands: [...new Set(endings.flatMap(({ commands }) => commands))],
  };
}

/** A copy and a backup are known by their file, other jobs by the command that the run has sent. */
function isOwn(
  { target, job }: Disk,
  started: readonly { readonly target: string; readonly job: string }[],
  made: readonly string[],
  now: HostState,
): boolean {
  if (!job) return false;
  if (job.type === 'copy' || job.type === 'backup') return includesFile(now, made, job.mirror);
  return started.some((each) => each.target === target && each.job === jobName(job));
}

function nameOf(disk: Disk | undefined): string {
  return disk?.job ? `${jobName(disk.job)} of ${disk.target}` : '';
}

function jobText(disk: Disk): string {
  const { job } = disk;
  const to = job?.mirror === undefined ? '' : ` to ${job.mirror}`;
  const how = job?.ready
    ? 'is ready, and nothing ends it'
    : job?.type === 'copy' || job?.type === 'active-commit'
      ? 'is still running, and nothing ends it'
      : 'is still running';
  return `the ${nameOf(disk)}${to}, which the run started, ${how}`;
}

/** The files that the run created and that exist; the images of a backup are named by their folder. */
function filesMade(made: readonly string[], now: HostState): string[] {
  const whole = made.filter(
    (file, at) =>
      !made.some(
        (each, other) =>
          other !== at && isIn(now, each, file) && (other < at || !isIn(now, file, each)),
      ),
  );
  return whole.filter((file) => fileAt(now, file));
}

function isIn(now: HostState, folder: string, file: string | undefined): boolean {
  return isSameFile(now, folder, file) || (file !== undefined && isInside(folder, file));
}

function fileText(file: string, own: readonly Disk[], now: HostState): string {
  if (own.some(({ job }) => isIn(now, file, job?.mirror)))
    return `${file}, which the run created, stays: the job writes to it`;
  const isUsed = now.domain.disks.flatMap(filesOfDisk).some((used) => isIn(now, file, used));
  return isUsed
    ? `the guest uses ${file}, which the run created`
    : `${file}, which the run created, stays`;
}

/** A file in no chain may still be the base of an image whose header was not read, or hold the guest's latest writes. */
const KEEP =
  'keep what the run created until you know that no guest, image, backup or process needs it, and that it holds no writes that the guest lacks';
