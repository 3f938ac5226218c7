/** How a program that talks to libvirt, or reads or serves images, ended, in words. */
import type { Exit } from '../host-io/host-io.ts';

/** The end of a process that was not a success, as a clause. */
export function describeExit(
  program: 'virsh' | 'qemu-img' | 'qemu-nbd',
  { code, signal }: Pick<Exit, 'code' | 'signal'>,
): string {
  if (signal !== undefined) return `${program} was killed by ${signal}`;
  return code === undefined
    ? `${program} could not be started`
    : `${program} exited with status ${code}`;
}
