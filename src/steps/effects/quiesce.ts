/** The effects that begin a backup while the file systems of its guest are frozen. */
import type { Effect, VirshEffect } from '../../commands/effect.ts';
import { agentAnswerMs } from '../../commands/guest.ts';
import type { HostState } from '../../model/host-state.ts';
import { agentTimeout, thaw } from './guest-agent.ts';

/** What a plan says about freezing. */
export interface Quiesce {
  readonly quiesce?: 'required' | 'preferred' | 'no';
  readonly 'thaw-after'?: number;
}

/** How long the file systems stay frozen at most by default, in seconds. */
export const THAW_AFTER_S = 60;

/** Why the guest's file systems cannot be frozen now; undefined if they can. */
export function whyUnfrozen({ domain: { agent, state } }: HostState): string | undefined {
  if (state === 'paused') return 'the guest is paused';
  return agent ? undefined : 'the guest agent is not connected';
}

/** Whether a backup of the guest as it is now begins with a freeze. */
function freezes({ quiesce = 'no' }: Quiesce, state: HostState): boolean {
  return quiesce === 'required' || (quiesce === 'preferred' && whyUnfrozen(state) === undefined);
}

/** What the first manifest says about the file systems, which are not frozen yet. */
export function unfrozenText(params: Quiesce, state: HostState): { readonly unfrozen?: string } {
  if (freezes(params, state)) return { unfrozen: 'it is not known yet whether they were frozen' };
  return params.quiesce === 'preferred' ? { unfrozen: whyUnfrozen(state) ?? '' } : {};
}

/**
 * Begins the backup between a freeze and a thaw. Without a timeout, a freeze that is not answered would hold libvirt's lock on
 * the agent until the daemon restarts, so it comes first, and it is so short that the guard can still thaw in time. Where
 * freezing is only preferred, a failure of the agent or the guard does not end the phase: the manifest says so.
 */
export function quiesced(
  params: Quiesce,
  state: HostState,
  draft: string,
  begin: VirshEffect,
): readonly Effect[] {
  if (!freezes(params, state)) return [begin];
  const { name: domain, process } = state.domain;
  const { 'thaw-after': limit = THAW_AFTER_S } = params;
  const seconds = Math.max(1, Math.floor(limit / 2));
  const waits = { timeoutMs: agentAnswerMs(seconds) };
  const required = params.quiesce === 'required';
  const mayFail = required ? {} : ({ optional: true } as const);
  return [
    { ...agentTimeout(state, seconds), ...mayFail },
    {
      tool: 'arm-thaw',
      timeoutMs: limit * 1000,
      agentTimeout: seconds,
      ...mayFail,
      why: 'so that nothing leaves the guest frozen',
    },
    {
      tool: 'virsh',
      verb: 'domfsfreeze',
      args: { domain },
      ...mayFail,
      ...waits,
      ...(process ? { of: process } : {}),
      why: "freeze the guest's file systems",
    },
    begin,
    { ...thaw(state), ...mayFail, ...waits, why: "thaw the guest's file systems" },
    {
      tool: 'note-quiesce',
      draft,
      ...(required ? { required } : {}),
      why: 'note whether the file systems were frozen when the backup began',
    },
    { ...agentTimeout(state, undefined), optional: true },
  ];
}

/** Thaws a guest that the run may have left frozen, before anything else is undone. */
export function thawAgain(now: HostState): readonly Effect[] {
  if (!now.domain.frozen) return [];
  return [
    { ...thaw(now), optional: true },
    { ...agentTimeout(now, undefined), optional: true },
  ];
}
