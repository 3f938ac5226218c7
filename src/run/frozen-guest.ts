/** Whether the file systems of a guest may be frozen. libvirt does not show it, so a run remembers what it has sent. */
import type { Effect } from '../commands/effect.ts';
import { type GuestProcess, hasEnded } from '../model/guest-process.ts';
import type { Domain } from '../model/host-state.ts';

/** A guest that may be frozen, by the QEMU process that it runs in; without one, this is unknown. */
export interface FrozenGuest {
  readonly process?: GuestProcess;
}

/** What is known once the effect has begun: a freeze without an answer may have happened. */
export function frozenSince(
  effect: Effect,
  known: FrozenGuest | undefined,
): FrozenGuest | undefined {
  if (effect.tool !== 'virsh' || effect.verb !== 'domfsfreeze') return known;
  return effect.of ? { process: effect.of } : {};
}

/** What is known once the effect has succeeded: the agent answers a thaw when everything is thawed. */
export function frozenAfter(
  effect: Effect,
  known: FrozenGuest | undefined,
): FrozenGuest | undefined {
  return effect.tool === 'virsh' && effect.verb === 'domfsthaw' ? undefined : known;
}

/** The same once the domain was observed: a guest that was restarted since is not frozen. */
export function stillFrozen(
  known: FrozenGuest | undefined,
  domain: Domain,
): FrozenGuest | undefined {
  return known && !hasEnded(known.process, domain) ? known : undefined;
}

export const MAY_BE_FROZEN =
  "the guest's file systems may be frozen: no thaw was answered. The thaw guard, a process of its own, repeats it until libvirt and the guest agent answer, unless it was killed. If they do not answer, run fsfreeze --unfreeze MOUNTPOINT in the guest for each file system, or reset the guest";
