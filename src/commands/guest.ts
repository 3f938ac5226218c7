/** `virsh domblklist`, `guest-agent-timeout`, `domfsthaw` and `resume`: the guest and its agent. */
import { refuseUnless } from '../host/simulated-host.ts';
import { defineCommand, NO_JOB, required } from './define.ts';

export const guestAgentTimeout = defineCommand({
  verb: 'guest-agent-timeout',
  options: {
    domain: required('text'),
    /** In seconds; -2 is libvirt's default. */
    timeout: required('number'),
  },
  apply: (host) => host,
  ...NO_JOB,
  unanswered: () => 'look',
});

export const domfsthaw = defineCommand({
  verb: 'domfsthaw',
  options: { domain: required('text') },
  apply(host) {
    refuseUnless(host.state.domain.state === 'running', 'domain is not running');
    refuseUnless(host.state.domain.agent, 'QEMU guest agent is not connected');
    return host;
  },
  ...NO_JOB,
  unanswered: () => 'look',
});

/** Changes nothing. */
export const domblklist = defineCommand({
  verb: 'domblklist',
  options: { domain: required('text') },
  apply: (host) => host,
  ...NO_JOB,
  unanswered: () => 'look',
});

export const resume = defineCommand({
  verb: 'resume',
  options: { domain: required('text') },
  apply(host) {
    refuseUnless(host.state.domain.state === 'paused', 'domain is not paused');
    const { ioError: _over, ...domain } = host.state.domain;
    return { ...host, state: { ...host.state, domain: { ...domain, state: 'running' } } };
  },
  ...NO_JOB,
  unanswered: () => 'look',
});
