/** Finds out whether the kernel of the host can use NBD exports as block devices. Changes nothing. */
import type { HostIO } from '../host-io/host-io.ts';
import type { NbdDevices } from '../model/nbd-devices.ts';

/** As many as the module makes unless it is told otherwise (`nbds_max`). */
const USUAL_COUNT = 16;

/** As many as are looked at. */
const MOST_DEVICES = 256;

/**
 * @param count how many are needed
 * @returns undefined where this user, this kernel or its devices do not suffice
 */
export async function findNbdDevices(
  io: Pick<HostIO, 'user' | 'stat' | 'run'>,
  count: number,
): Promise<NbdDevices | undefined> {
  // Only root can connect a device.
  if (io.user !== 0) return undefined;
  const isLoaded = (await io.stat('/sys/module/nbd')) !== null;
  const devices: string[] = [];
  if (isLoaded) {
    for (let number = 0; number < MOST_DEVICES && devices.length < count; number++) {
      const place = `/sys/block/nbd${number}`;
      if ((await io.stat(place)) === null) break;
      // A connected device names the process of its client.
      if ((await io.stat(`${place}/pid`)) === null) devices.push(`/dev/nbd${number}`);
    }
  } else {
    if (!(await io.run(['modprobe', '-n', '-q', 'nbd'])).ok) return undefined;
    for (let number = 0; number < Math.min(count, USUAL_COUNT); number++)
      devices.push(`/dev/nbd${number}`);
  }
  return devices.length < count ? undefined : { isLoaded, devices };
}
