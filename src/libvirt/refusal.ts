/** The error for a command that virsh refuses. */
import { commandDefinition, type VirshEffect } from '../commands/effect.ts';
import { CommandBusy, EffectFailed } from '../model/effect-failed.ts';
import { isHeld } from './read-answer.ts';

/** libvirt's refusal to start a job on a disk that has one (qemu_domain.c, qemuDomainDiskBlockJobIsActive). */
const ACTIVE_JOB = /already in active block job/;

/** libvirt does several things for these, one after another, and can be held up between them. */
const IN_PARTS: readonly string[] = ['snapshot-create-as', 'backup-begin'];

/** @param said virsh's message, without `error: ` */
export function effectRefused(effect: VirshEffect, said: string): EffectFailed {
  const { verb, refusal, startsJob, hasNotBegun } = commandDefinition(effect);
  const message = refusal?.(effect.args, said) ?? `virsh ${verb}: ${said}`;
  if (isHeld(said) && !IN_PARTS.includes(verb)) return new CommandBusy(message);
  // virsh looks the domain up before it asks libvirt for anything (tools/virsh-util.c, virshCommandOptDomain).
  const isUnknown = said.startsWith("failed to get domain '");
  const isSecondJob = ACTIVE_JOB.test(said) && startsJob(effect.args) !== undefined;
  const begun = !isUnknown && !isSecondJob && !hasNotBegun?.(said);
  return new EffectFailed(message, { begun });
}
