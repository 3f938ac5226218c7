/** `virsh domblklist`, `guest-agent-timeout`, `domfsthaw` and `resume`: the guest itself, and its agent. */
import { onDomain, refuseUnless } from '../host/host-state.ts';
import { defineCommand, NO_JOB, needed } from './define.ts';

export const guestAgentTimeout = defineCommand({
  verb: 'guest-agent-timeout',
  options: {
    domain: needed('text'),
    /** In seconds; -2 is libvirt's default. */
    timeout: needed('number'),
  },
  apply: (host) => host,
  ...NO_JOB,
  unanswered: () => 'look',
});

export const domfsthaw = defineCommand({
  verb: 'domfsthaw',
  options: { domain: needed('text') },
  apply(host) {
    refuseUnless(host.world.domain.state === 'running', 'domain is not running');
    refuseUnless(host.world.domain.agent, 'QEMU guest agent is not connected');
    return host;
  },
  ...NO_JOB,
  unanswered: () => 'look',
});

/** A look alone. */
export const domblklist = defineCommand({
  verb: 'domblklist',
  options: { domain: needed('text') },
  apply: (host) => host,
  ...NO_JOB,
  unanswered: () => 'look',
});

export const resume = defineCommand({
  verb: 'resume',
  options: { domain: needed('text') },
  apply(host) {
    refuseUnless(host.world.domain.state === 'paused', 'domain is not paused');
    return onDomain(host, { state: 'running' });
  },
  ...NO_JOB,
  unanswered: () => 'look',
});
