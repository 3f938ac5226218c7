/** Asks libvirt for the block job of a disk. */
import type { Answer } from './virsh.ts';

export function blockJobQuery(domain: string, disk: string): readonly string[] {
  return ['blockjob', '--domain', domain, '--path', disk, '--info', '--raw'];
}

/** The type of the job as virsh names it; undefined where the disk has none. */
export function blockJobType({ stdout }: Answer): string | undefined {
  return /^\s*type=(.+)$/m.exec(stdout)?.[1]?.trim();
}
