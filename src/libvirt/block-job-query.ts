/** Asks libvirt for the block job of a disk. */
export function blockJobQuery(domain: string, disk: string): readonly string[] {
  return ['blockjob', '--domain', domain, '--path', disk, '--info', '--raw'];
}

/** The type of the job as virsh names it; undefined where the disk has none. */
export function blockJobType(printed: string): string | undefined {
  return /^\s*type=(.+)$/m.exec(printed)?.[1]?.trim();
}
