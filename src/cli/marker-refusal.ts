/** The refusal of a command on a domain that carries the marker of another run. */
import { hostname } from 'node:os';
import { codes } from '../codes.ts';
import { blockplanOn, type NamedLibvirt } from '../command.ts';
import type { BlockplanError } from '../errors.ts';
import { type Marker, unmarkByHand } from '../model/marker.ts';
import { holderText } from './holder-text.ts';
import { preflightRefusal } from './refusal.ts';

/** The error for a domain with that marker. If the run has no process on this machine, its hint says how to go on. */
export function lockedByMarker(
  domain: string,
  marker: Marker,
  libvirt: NamedLibvirt,
): BlockplanError {
  const { user, host, pid } = marker;
  return preflightRefusal(
    codes.domainLocked,
    `"${domain}" is locked by ${holderText(marker)}, according to a marker in its metadata`,
    host === hostname() && !isProcess(pid)
      ? `that run is no longer active on this machine; as ${user}, run blockplan status and finish the run if it is listed; otherwise check the domain with ${blockplanOn(libvirt.connect, 'doctor', domain)}, then remove the marker: ${unmarkByHand(libvirt, domain)}`
      : 'wait until it has ended; on its host, see blockplan status',
  );
}

/** Whether a process with this ID exists; to be on the safe side, a reused ID counts too. */
function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
