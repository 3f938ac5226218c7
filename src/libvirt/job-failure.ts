/** Looks for the reason why a block job failed: libvirt itself gives none. Only reads. */
import { dirname } from 'node:path';
import type { HostIO } from '../host-io/host-io.ts';
import type { Virsh } from './virsh.ts';

/** A file system with less than this is full, for an image that grows by clusters of 64 KiB and more. */
const FULL = 1024 * 1024;

/** A block job that failed. */
export interface FailedJob {
  /** The host that the guest runs on. */
  readonly io: HostIO;
  readonly virsh: Virsh;
  readonly domain: string;
  readonly disk: string;
  /** What QEMU said of it, where anybody heard. */
  readonly said: string | undefined;
  /** The file that it wrote into, and its format; absent where the job was not begun here. */
  readonly into: { readonly file: string; readonly format: string | undefined } | undefined;
}

/** Why it failed, as a clause; undefined where nothing is found. */
export async function whyJobFailed(job: FailedJob): Promise<string | undefined> {
  const found = [
    ...(job.said === undefined ? [] : [`QEMU says "${job.said}"`]),
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
  if ((await job.io.inspectFile(file)) === null) return [`${file} does not exist any more`];
  const place = await job.io.inspectDestination(file);
  if (place?.kind === 'block device') return otherSize(job, file, format, place.length);
  const folder = dirname(file);
  const free = (await job.io.inspectFolder(folder))?.free ?? Number.POSITIVE_INFINITY;
  return free < FULL
    ? [`the file system of ${folder} has ${free} bytes free`]
    : otherSize(job, file, format, place?.length);
}

async function otherSize(
  { virsh, domain, disk }: FailedJob,
  file: string,
  format: string | undefined,
  length: number | undefined,
): Promise<string[]> {
  if (format !== 'raw' || length === undefined) return [];
  const answer = await virsh.run(['domblkinfo', '--domain', domain, '--device', disk]);
  const capacity = Number(/^Capacity:\s*(\d+)$/m.exec(answer.stdout)?.[1] ?? length);
  return capacity === length ? [] : [`${file} has ${length} bytes, and the disk has ${capacity}`];
}

/** What the guest met on its own disk (virsh, domblkerror). */
async function blockErrors({ virsh, domain, disk }: FailedJob): Promise<string[]> {
  const answer = await virsh.run(['domblkerror', '--domain', domain]);
  const error = answer.ok ? new RegExp(`^${disk}: (.+)$`, 'm').exec(answer.stdout)?.[1] : undefined;
  return error === undefined ? [] : [`the guest has met an error on ${disk}: ${error}`];
}
