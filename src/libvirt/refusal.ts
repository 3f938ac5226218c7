/** The error for a command that virsh refuses. */
import { commandDefinition, type VirshEffect } from '../commands/effect.ts';
import { EffectFailed } from '../model/effect-failed.ts';

/** @param said virsh's message, without `error: ` */
export function effectRefused(effect: VirshEffect, said: string): EffectFailed {
  const { verb, refusal } = commandDefinition(effect);
  // virsh looks the domain up before it asks libvirt for anything (tools/virsh-util.c, virshCommandOptDomain).
  const begun = !said.startsWith("failed to get domain '");
  return new EffectFailed(refusal?.(effect.args, said) ?? `virsh ${verb}: ${said}`, { begun });
}
