/** How the guest agent is kept from holding a run, or a guest frozen. */
import type { VirshEffect } from '../../commands/effect.ts';
import type { HostState } from '../../model/host-state.ts';

/** How long the agent may take to freeze or to thaw: a busy guest has data to write out first. */
export const AGENT_TIMEOUT_SECONDS = 60;

/**
 * libvirt waits for the guest agent for ever by default (virsh, guest-agent-timeout): a freeze that hangs would then hold
 * the domain against every later command, also after this run is gone.
 */
export function agentTimeout(state: HostState, seconds: number | undefined): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'guest-agent-timeout',
    args: { domain: state.domain.name, timeout: seconds ?? -2 },
    why:
      seconds === undefined
        ? "put libvirt's wait for the guest agent back to its default"
        : 'bound the wait for the guest agent',
  };
}

/** libvirt thaws what it froze, but says nothing when the agent died in between; a thaw of what is thawed does nothing. */
export function thaw(state: HostState): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'domfsthaw',
    args: { domain: state.domain.name },
    why: 'make sure that no file system stays frozen',
  };
}

export const FROZEN =
  "the guest agent did not answer after the freeze: the guest's file systems may still be frozen (in the guest: fsfreeze --unfreeze, or restart it)";
