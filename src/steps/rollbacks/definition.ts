/** The rollback of changes to the definition. What others have changed in it meanwhile is kept. */
import type { Effect } from '../../commands/effect.ts';
import { readDefinition } from '../../model/defined-chain.ts';
import { withLayersOf } from '../../model/definition-layers.ts';
import { setDiskSource } from '../../model/domain-xml.ts';
import { isSameFile } from '../../model/file-identity.ts';
import { activeFile, diskOf, type HostState } from '../../model/host-state.ts';
import { defineDomain, overKept } from '../effects/definition.ts';

/**
 * Restores the layers of those disks in the definition, as `before` has them. All else stays as it is now, and the comparison
 * at the end of the run reports what differs. A definition that has been removed meanwhile is restored as a whole.
 * @param targets the disks that the step has moved
 */
export function restoreDefinition(
  before: HostState,
  now: HostState,
  targets: readonly string[],
): Effect[] {
  const { definition } = before.domain;
  const current = now.domain.definition;
  if (definition === undefined || now.domain.state === 'gone') return [];
  const why = 'restore the definition';
  if (current === undefined) {
    const whole = definitionOnMovedDisks(definition, before, now);
    return [defineDomain(whole, why, overKept(definition))];
  }
  const wanted = withLayersOf(current, definition, targets);
  return wanted === current ? [] : [defineDomain(wanted, why, { definition: current })];
}

/**
 * The definition with each disk that has moved since `before` set to the file that it was seen on, whoever moved it: the next
 * start must find the same data. Drives and disks that the definition lacks stay, and so do those with properties that no
 * step works on.
 */
export function definitionOnMovedDisks(
  definition: string,
  before: HostState,
  seen: HostState,
): string {
  return seen.domain.disks.reduce((xml, { target, device, unsupported, chain: [top] }) => {
    const from = activeFile(before, target);
    const isSupported = device === 'disk' && !unsupported && !diskOf(before, target)?.unsupported;
    if (!isSupported || !top || from === undefined || isSameFile(seen, top.file, from)) return xml;
    const defined = readDefinition(definition).disks.find((disk) => disk.target === target);
    return defined?.chain[0] && !defined.unsupported ? setDiskSource(xml, target, top) : xml;
  }, definition);
}

/** A definition without its disks: the part that no step changes. */
export function outsideDisks(definition: string): string {
  return definition.replace(/<disk[\s>][\s\S]*?<\/disk>/g, '<disk/>');
}
