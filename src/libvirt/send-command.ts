/** Sends a command of a run to libvirt, and judges the answer. */
import { commandDefinition, type VirshEffect } from '../commands/effect.ts';
import type { GuestFreeze } from './guest-freeze.ts';
import { effectRefused } from './refusal.ts';
import { SILENT_MS } from './silence.ts';
import type { Virsh } from './virsh.ts';

/** How long a command may take unless its effect specifies a timeout. */
const COMMAND_TIMEOUT_MS = 60_000;

/**
 * A freeze is sent by the thaw guard.
 * @throws EffectFailed if libvirt refuses
 */
export async function sendCommand(
  virsh: Virsh,
  argv: readonly string[],
  effect: VirshEffect,
  freeze: GuestFreeze,
): Promise<void> {
  if (effect.verb === 'domfsfreeze') return freeze.freeze(effect);
  // Where a late answer would discard a complete copy, it is awaited for longer.
  const timeoutMs = effect.completes === undefined ? effect.timeoutMs : SILENT_MS;
  // No signal is passed on: a command that was sent must be answered, so that its result is known.
  const answer = await virsh.run(argv, { timeoutMs: timeoutMs ?? COMMAND_TIMEOUT_MS });
  const isRefused = !answer.ok && !commandDefinition(effect).isDone?.(answer.error);
  const refused = isRefused ? effectRefused(effect, answer.error) : undefined;
  if (refused) throw refused;
  if (effect.verb === 'domfsthaw') freeze.thawed(answer.stdout ?? '');
}
