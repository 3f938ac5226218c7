/** The refusal of a command on a domain that carries the marker of another run. */
import { codes } from '../codes.ts';
import { blockplanOn, type NamedLibvirt } from '../command.ts';
import type { BlockplanError } from '../errors.ts';
import { type Marker, unmarkByHand } from '../model/marker.ts';
import { holderText } from './holder-text.ts';
import { isMarkingProcessAlive } from './marker-process.ts';
import { preflightRefusal } from './refusal.ts';

/** The error for a domain with that marker. If the run has no process on this machine, its hint says how to go on. */
export function lockedByMarker(
  domain: string,
  marker: Marker,
  libvirt: NamedLibvirt,
): BlockplanError {
  return preflightRefusal(
    codes.domainLocked,
    `"${domain}" is locked by ${holderText(marker)}, according to a marker in its metadata`,
    isMarkingProcessAlive(marker) === false
      ? `that run is no longer active on this machine; as ${marker.user}, run blockplan status and finish the run if it is listed; otherwise check the domain with ${blockplanOn(libvirt.connect, 'doctor', domain)}, then remove the marker: ${unmarkByHand(libvirt, domain)}`
      : 'wait until it has ended; on its host, see blockplan status',
  );
}
