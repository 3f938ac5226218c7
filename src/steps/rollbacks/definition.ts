/** The rollback of changes to the definition. */
import type { Effect } from '../../commands/effect.ts';
import type { HostState } from '../../model/host-state.ts';
import { defineDomain } from '../effects/definition.ts';

/**
 * Restores the definition of `before` if the one of `now` differs. If an operator has meanwhile changed it outside the
 * disks, nothing is restored, and the comparison at the end of the run reports the difference.
 */
export function restoreDefinition(before: HostState, now: HostState): Effect[] {
  const { definition } = before.domain;
  const current = now.domain.definition;
  if (definition === undefined || now.domain.state === 'gone' || current === definition) return [];
  if (current !== undefined && outsideDisks(current) !== outsideDisks(definition)) return [];
  return [defineDomain(definition, 'restore the definition')];
}

/** A definition without its disks: the part that no step changes. */
export function outsideDisks(definition: string): string {
  return definition.replace(/<disk[\s>][\s\S]*?<\/disk>/g, '<disk/>');
}
