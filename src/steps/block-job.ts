/** The effects by which block jobs are waited for and ended; every kind that runs one shares them. */
import { virshCommand } from '../command.ts';
import type {
  AwaitJobEffect,
  Effect,
  MakeFileEffect,
  RemoveFileEffect,
  VirshEffect,
} from '../commands/effect.ts';
import { fileAt, isSameFile, usersOf } from '../model/file-identity.ts';
import { diskOf, type World } from '../model/world.ts';
import { NoWayBack } from './define.ts';

/** A job that nobody bounded may take a day; a plan's `timeout` says less. */
const DEFAULT_JOB_TIMEOUT_MS = 24 * 3600 * 1000;

/** Ending a ready job takes a moment, a cancel under heavy I/O may take a while. */
const END_TIMEOUT_MS = 120_000;

export function awaitReady(
  disk: string,
  timeoutSeconds: number | undefined,
  why: string,
): AwaitJobEffect {
  return { tool: 'await-job', disk, until: 'ready', why, timeoutMs: bound(timeoutSeconds) };
}

export function awaitEnded(
  disk: string,
  timeoutSeconds: number | undefined,
  why: string,
): AwaitJobEffect {
  return { tool: 'await-job', disk, until: 'ended', why, timeoutMs: bound(timeoutSeconds) };
}

function bound(timeoutSeconds: number | undefined): number {
  return timeoutSeconds === undefined ? DEFAULT_JOB_TIMEOUT_MS : timeoutSeconds * 1000;
}

export function pivot(world: World, disk: string, why: string): VirshEffect {
  return endJob(world, disk, { pivot: true }, why);
}

export function abort(world: World, disk: string, why: string): VirshEffect {
  return endJob(world, disk, { abort: true }, why);
}

function endJob(
  world: World,
  disk: string,
  how: { readonly pivot: true } | { readonly abort: true },
  why: string,
): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'blockjob',
    args: { domain: world.domain.name, path: disk, ...how },
    why,
    timeoutMs: END_TIMEOUT_MS,
  };
}

/** Cancels the disk's job where it is the one that was started for that file; nobody else's job is touched. */
export function abortOwnJob(now: World, disk: string, mirror: string | undefined): Effect[] {
  const job = diskOf(now, disk)?.job;
  if (!job || (mirror !== undefined && !isSameFile(now, job.mirror, mirror))) return [];
  return [abort(now, disk, `cancel the ${job.type} of ${disk}`)];
}

/**
 * Makes sure that a job on the disk, if there is one, is the one that writes to that file.
 * @throws NoWayBack where it is another one: nobody else's job is touched
 */
export function checkOwnJob(now: World, disk: string, mirror: string): void {
  const job = diskOf(now, disk)?.job;
  if (job && !isSameFile(now, job.mirror, mirror))
    throw new NoWayBack(`another job runs on ${disk}`, [
      virshCommand('blockjob', now.domain.name, disk, '--info'),
    ]);
}

/** Removes a file that the run has made since, and that no chain names any more; one that somebody else put there stays. */
export function removeMade(
  before: World,
  now: World,
  file: string,
  freed: boolean,
): RemoveFileEffect[] {
  const made = fileAt(before, file) === null && fileAt(now, file)?.made;
  return made && (freed || usersOf(now, file).length === 0)
    ? [{ ...removeFile(file, 'remove what the step made'), made: true }]
    : [];
}

/**
 * A file that another process has removed. QEMU goes on writing to it, and all that the guest writes is lost when it stops;
 * a pivot would move the guest there.
 */
export function removedMeanwhile(after: World, file: string | undefined): string[] {
  return file !== undefined && fileAt(after, file) === null
    ? [`${file} has been removed while it was written to`]
    : [];
}

/** Takes a file's place before libvirt writes there: libvirt takes an empty file, and a foreign one is never taken for ours. */
export function makeFile(file: string, why: string): MakeFileEffect {
  return { tool: 'make-file', file, why };
}

export function removeFile(file: string, why: string): RemoveFileEffect {
  return { tool: 'remove-file', file, why };
}
