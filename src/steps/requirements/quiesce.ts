/** What a backup requires of the guest agent. */
import { codes } from '../../codes.ts';
import { virshCommand } from '../../command.ts';
import type { HostState } from '../../model/host-state.ts';
import { type Quiesce, whyUnfrozen } from '../effects/quiesce.ts';
import { requireFreezable } from './overlays.ts';
import { type Needs, type Refusal, refuse } from './requirement.ts';

/** A limit says nothing where nothing is frozen. */
export function checkQuiesce({ quiesce = 'no', 'thaw-after': limit }: Quiesce): Refusal[] {
  return limit !== undefined && quiesce === 'no'
    ? [
        refuse(
          codes.optionNeedsAnother,
          'thaw-after',
          '"thaw-after" requires "quiesce: required" or "quiesce: preferred"',
          'add "quiesce", or leave "thaw-after" out',
        ),
      ]
    : [];
}

/** Requires an agent that can freeze the guest, or warns that the backup is made without it, as the plan says. */
export function requireQuiesce(needs: Needs, state: HostState, { quiesce = 'no' }: Quiesce): void {
  if (quiesce === 'required') requireFreezable(needs, state);
  if (quiesce !== 'preferred') return;
  const { domain, host } = state;
  const why = whyUnfrozen(state);
  const hint =
    domain.state === 'paused'
      ? `resume the guest: ${virshCommand(host, 'resume', domain.name)}`
      : 'start qemu-guest-agent in the guest, or write "quiesce: required" to refuse such a backup';
  const warning: Refusal = {
    ...refuse(
      codes.agentNotConnected,
      'quiesce',
      `the file systems of "${domain.name}" will not be frozen, and a restored disk is like one after a power loss: ${why}`,
      hint,
    ),
    severity: 'warning',
  };
  needs.require(
    'the guest agent freezes and thaws in time; otherwise the backup is made all the same',
    why === undefined ? 'run' : { told: ['agent', 'state'] },
    why === undefined ? [] : [warning],
  );
}
