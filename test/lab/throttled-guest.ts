/** A guest whose disk takes seconds to copy with a limit, and what virsh reports of the job. */
import type { Guest } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';

export const MIB = 1024 * 1024;
/** The bytes to copy, besides the file system's own few MiB. */
export const FILL = 48 * MIB;

const NAME = 'throttled';

/** Starts the guest `throttled` and waits for its first write. */
export async function startThrottled(host: LabHost): Promise<Guest> {
  const disk = { target: 'vda', chain: ['base'], fill: FILL, size: 80 * MIB } as const;
  const guest = await host.createGuest({ name: NAME, agent: false, disks: [disk] });
  await guest.waitForWrites(1);
  return guest;
}

/** A fact of the job as virsh prints it, `bandwidth` in bytes per second or `cur`; undefined without a job. */
export async function jobInfo(
  host: LabHost,
  name: 'bandwidth' | 'cur',
): Promise<number | undefined> {
  const words = ['blockjob', NAME, 'vda', '--info', '--raw', '--bytes'];
  const value = new RegExp(`^ *${name}=(\\d+)$`, 'm').exec(await host.virsh(...words))?.[1];
  return value === undefined ? undefined : Number(value);
}
