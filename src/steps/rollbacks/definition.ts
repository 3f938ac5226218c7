/** The rollback of what changes the definition. */
import type { Effect } from '../../commands/effect.ts';
import type { HostState } from '../../model/host-state.ts';
import { defineDomain } from '../effects/definition.ts';

/**
 * Brings the definition of `before` back where the one of `now` differs; nothing where it does not. What an operator has
 * changed meanwhile outside of the disks stays: then nothing is put back, and the run's last comparison tells of it.
 */
export function restoreDefinition(before: HostState, now: HostState): Effect[] {
  const { definition } = before.domain;
  const current = now.domain.definition;
  if (definition === undefined || now.domain.state === 'gone' || current === definition) return [];
  if (current !== undefined && outsideDisks(current) !== outsideDisks(definition)) return [];
  return [defineDomain(definition, 'put the definition back as it was')];
}

/** A definition without its disks: the part that no step of ours changes. */
export function outsideDisks(definition: string): string {
  return definition.replace(/<disk[\s>][\s\S]*?<\/disk>/g, '<disk/>');
}
