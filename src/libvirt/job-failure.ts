/** Finds the reason why a block job failed, which libvirt does not report. Only reads. */
import { dirname } from 'node:path';
import type { HostIO } from '../host-io/host-io.ts';
import { exactSizeText, sizeText } from '../size-text.ts';
import { LOCKED_ANSWER_MS } from './read-answer.ts';
import type { Virsh } from './virsh.ts';

/** A file system with fewer free bytes counts as full: an image grows by clusters of 64 KiB or more. */
const FULL = 1024 * 1024;

/** A block job that failed. */
export interface FailedJob {
  /** The host that the guest runs on. */
  readonly io: HostIO;
  readonly virsh: Virsh;
  readonly domain: string;
  readonly disk: string;
  /** QEMU's error, if it was received. */
  readonly said: string | undefined;
  /** The file that it wrote to, and its format; absent where this process did not start the job. */
  readonly into: { readonly file: string; readonly format: string | undefined } | undefined;
}

/** Why it failed, as a clause; undefined where no reason is found. */
export async function whyJobFailed(job: FailedJob): Promise<string | undefined> {
  const found = [
    ...(job.said === undefined ? [] : [`QEMU reports "${job.said}"`]),
    ...(job.into === undefined ? [] : await lookInto(job, job.into)),
    ...(await blockErrors(job)),
  ];
  return found.length === 0 ? undefined : found.join('; ');
}

async function lookInto(
  job: FailedJob,
  { file, format }: NonNullable<FailedJob['into']>,
): Promise<string[]> {
  if (!file.startsWith('/')) return [];
  if ((await job.io.inspectFile(file)) === null) return [`${file} no longer exists`];
  const place = await job.io.inspectDestination(file);
  if (place?.kind === 'block device') return otherSize(job, file, format, place.length);
  const folder = dirname(file);
  const free = (await job.io.inspectFolder(folder))?.free ?? Number.POSITIVE_INFINITY;
  return free < FULL
    ? [`the file system of ${folder} has ${sizeText(free)} free`]
    : otherSize(job, file, format, place?.length);
}

async function otherSize(
  { virsh, domain, disk }: FailedJob,
  file: string,
  format: string | undefined,
  length: number | undefined,
): Promise<string[]> {
  if (format !== 'raw' || length === undefined) return [];
  const query = ['domblkinfo', '--domain', domain, '--device', disk];
  const { ok, stdout } = await virsh.run(query, { timeoutMs: LOCKED_ANSWER_MS });
  const found = ok ? /^Capacity:\s*(\d+)$/m.exec(stdout)?.[1] : undefined;
  // Without an answer, this is not found to be the reason.
  const capacity = Number(found ?? length);
  return capacity === length
    ? []
    : [`${file} has ${exactSizeText(length)}, and the disk has ${exactSizeText(capacity)}`];
}

/** The I/O error of the guest on this disk (virsh, domblkerror). */
async function blockErrors({ virsh, domain, disk }: FailedJob): Promise<string[]> {
  const query = ['domblkerror', '--domain', domain];
  const answer = await virsh.run(query, { timeoutMs: LOCKED_ANSWER_MS });
  const error = answer.ok ? new RegExp(`^${disk}: (.+)$`, 'm').exec(answer.stdout)?.[1] : undefined;
  return error === undefined ? [] : [`the guest has an I/O error on ${disk}: ${error}`];
}
