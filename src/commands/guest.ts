/** `virsh domblklist`, `guest-agent-timeout`, `domfsfreeze`, `domfsthaw` and `resume`: the guest and its agent. */
import { refuseUnless, type SimulatedHost } from '../host/simulated-host.ts';
import { EffectFailed } from '../model/effect-failed.ts';
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

/**
 * How long libvirt may take before it asks the agent: it waits 30 s for another command of the agent, and 5 s for the agent to
 * be in step (QEMU_JOB_WAIT_TIME, QEMU_AGENT_WAIT_TIME). The rest is for virsh's own answer.
 */
const BEFORE_AGENT_MS = 40_000;

/** How long a command may take that its agent has so many seconds for. */
export function agentAnswerMs(seconds: number): number {
  return seconds * 1000 + BEFORE_AGENT_MS;
}

/** What libvirt says where it has not passed the freeze on to the agent, or where something else has frozen the guest. */
const NOT_FROZEN = [
  'QEMU guest agent is not connected',
  'QEMU guest agent is not configured',
  'domain is not running',
  'the agent is in frozen state',
] as const;

export const domfsfreeze = defineCommand({
  verb: 'domfsfreeze',
  options: { domain: required('text') },
  apply(host) {
    const { state, agent } = host.state.domain;
    if (state !== 'running') throw notFrozen('domain is not running');
    if (!agent) throw notFrozen('QEMU guest agent is not connected');
    if (host.frozen) throw notFrozen('the agent is in frozen state');
    // The guard sends it.
    if (!host.guarded) throw new EffectFailed('no thaw guard runs', { begun: false });
    const { thawed: _former, ...rest } = host;
    return { ...rest, frozen: true };
  },
  ...NO_JOB,
  // Nothing shows how long the file systems were frozen.
  unanswered: () => 'undo',
  hasNotBegun: (said) => NOT_FROZEN.some((each) => said.includes(each)),
});

function notFrozen(said: (typeof NOT_FROZEN)[number]): EffectFailed {
  return new EffectFailed(`error: ${said}`, { begun: false });
}

export const domfsthaw = defineCommand({
  verb: 'domfsthaw',
  options: { domain: required('text') },
  apply(host) {
    refuseUnless(host.state.domain.state === 'running', 'domain is not running');
    refuseUnless(host.state.domain.agent, 'QEMU guest agent is not connected');
    return thawed(host);
  },
  ...NO_JOB,
  unanswered: () => 'look',
});

/** The same host after a thaw. Only what was frozen until then is proven to have been frozen. */
function thawed({ frozen, guarded: _ended, ...host }: SimulatedHost): SimulatedHost {
  return frozen ? { ...host, thawed: true } : host;
}

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
