/** The effects that keep the guest agent from blocking a run, or from leaving a guest frozen. */
import type { VirshEffect } from '../../commands/effect.ts';
import type { HostState } from '../../model/host-state.ts';

/** The time that the agent has to freeze or thaw: a busy guest must write out its data first. */
export const AGENT_TIMEOUT_SECONDS = 60;

/**
 * By default libvirt waits for the guest agent without limit (virsh, guest-agent-timeout): a freeze that hangs would block
 * all later commands for the domain, even after this run has ended.
 *
 * @param seconds the timeout; libvirt's default if undefined
 */
export function agentTimeout(state: HostState, seconds: number | undefined): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'guest-agent-timeout',
    args: { domain: state.domain.name, timeout: seconds ?? -2 },
    why:
      seconds === undefined
        ? "reset the timeout for the guest agent to libvirt's default"
        : 'set a timeout for the guest agent',
  };
}

/** libvirt thaws what it froze, but reports no error when the agent died in between. To thaw twice does no harm. */
export function thaw(state: HostState): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'domfsthaw',
    args: { domain: state.domain.name },
    why: 'make sure that no file system stays frozen',
  };
}

export const FROZEN =
  "the guest agent did not answer after the freeze: the guest's file systems may still be frozen; in the guest, run fsfreeze --unfreeze MOUNTPOINT for each file system, or reset the guest";
