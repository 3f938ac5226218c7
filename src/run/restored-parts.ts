/** What was restored along with a definition, and what was not, in sentences. */
import { readDomainXml } from '../model/domain-xml.ts';
import { isSameLocation } from '../model/file-identity.ts';
import type { HostState, SavedMetadata } from '../model/host-state.ts';
import { layerText } from '../model/layer-name.ts';
import type { LostDefinition } from './lost-definition.ts';

/** The definition to restore, and what is unknown about it. */
export interface Wanted {
  readonly definition: string;
  readonly doubts: readonly string[];
}

/** The disks for which the restored definition names another file than the kept one. */
export function movedDisks({ found }: LostDefinition, definition: string): string[] {
  const before = new Map(
    readDomainXml(found.kept.definition).disks.map((disk) => [disk.target, disk.chain[0]]),
  );
  return readDomainXml(definition).disks.flatMap(({ target, chain: [source] }) => {
    const old = before.get(target);
    return source && old && !isSameLocation(source, old)
      ? [`${target}: the definition names ${layerText(source)} now; it named ${layerText(old)}`]
      : [];
  });
}

/** What was restored with the definition. */
export function restoredMetadata({ found }: LostDefinition, { domain }: HostState): string[] {
  const { autostart, snapshots, checkpoints } = found.kept;
  const named = (kind: string, kept: readonly SavedMetadata[], now: readonly string[]) =>
    kept.filter(({ name }) => now.includes(name)).map(({ name }) => `${kind} ${name}`);
  const back = [
    ...(autostart && domain.autostart ? ['autostart'] : []),
    ...named('snapshot', snapshots, domain.snapshots),
    ...named('checkpoint', checkpoints, domain.checkpoints),
  ];
  return back.length > 0 ? [`also restored: ${back.join(', ')}`] : [];
}

/** Compares what is observed afterwards with what was intended. */
export function wrongWith(
  { found, name }: LostDefinition,
  wanted: Wanted,
  { domain }: HostState,
): string[] {
  const { autostart, snapshots, checkpoints } = found.kept;
  const lacks = (kind: string, kept: readonly SavedMetadata[], now: readonly string[]) =>
    kept
      .filter((each) => !now.includes(each.name))
      .map((each) => `the metadata of ${kind} ${each.name} was not restored`);
  return [
    ...(domain.definition === wanted.definition
      ? []
      : [`the definition of "${name}" differs from the one that libvirt was given`]),
    ...(autostart && !domain.autostart && wanted.doubts.length === 0
      ? ['autostart was not enabled again']
      : []),
    ...lacks('snapshot', snapshots, domain.snapshots),
    ...lacks('checkpoint', checkpoints, domain.checkpoints),
  ];
}
