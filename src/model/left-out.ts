/** The disks that a backup leaves out unless the plan lists them, because the guest does not write to them. */
import type { Disk } from './host-state.ts';

/** Why the guest does not write to that disk, as a clause; undefined if it can. */
export function whyUnwritten({
  chain,
  device,
  readonly,
}: Pick<Disk, 'chain' | 'device' | 'readonly'>): string | undefined {
  if (device !== 'disk' && device !== 'lun') return `it is a ${device}`;
  if (chain.length === 0) return 'it has no medium';
  return readonly ? 'it is read-only' : undefined;
}

/** Whether a backup that leaves a disk out for that reason lacks data. Any reason that is not one of those above counts. */
export function lacksData(reason: string): boolean {
  return !/^it (?:is a (?:cdrom|floppy)|has no medium|is read-only)$/.test(reason);
}
