/** What a run that is forgotten has taken from its domain, and what to do to restore it. */
import { blockplanOn, type Command, virshCommand } from '../command.ts';
import { type FoundBundle, readKeptBundle } from '../journal/bundle.ts';
import type { StartRecord } from '../journal/run-log.ts';
import type { HostState } from '../model/host-state.ts';
import { LOCAL, ofHost } from '../model/hosts.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { isDerivedDefinition } from '../run/transient-again.ts';
import { definitionOnMovedDisks } from '../steps/rollbacks/definition.ts';
import type { SeenDomain } from './forgotten-domain.ts';
import type { RunFolder } from './run-folders.ts';

/** In sentences, and as commands. */
export interface Owed {
  readonly state: readonly string[];
  readonly commands: readonly Command[];
}

export const NOTHING: Owed = { state: [], commands: [] };

/** What a run owes to its domain, if libvirt knows it. */
export async function owedBy(
  { folder }: RunFolder,
  owes: RunSummary | undefined,
  { hosts }: StartRecord,
  seen: SeenDomain | undefined,
): Promise<Owed> {
  const found = await readKeptBundle(folder);
  if (!owes || !seen?.now || !('kept' in found)) return NOTHING;
  return owedByForgotten(owes, folder, found, { initial: ofHost(hosts, LOCAL), now: seen.now });
}

/**
 * @param owes what the run has not restored, as far as is known
 * @param folder of the run
 * @param initial the host state that the run began with
 * @param now as observed, with the run's domain
 */
export function owedByForgotten(
  owes: { readonly holdsDefinition: boolean; readonly owesAutostart?: true },
  folder: string,
  found: FoundBundle,
  { initial, now }: { readonly initial: HostState; readonly now: HostState },
): Owed {
  const { name, definition, autostart } = now.domain;
  const saved = definitionOnMovedDisks(found.kept.definition, initial, now);
  const derived =
    owes.holdsDefinition && definition !== undefined && definition !== saved
      ? isDerivedDefinition(definition, saved)
      : false;
  const unmarked = owes.owesAutostart === true && !autostart;
  return {
    state: [
      ...(derived
        ? [
            `libvirt has derived the definition of "${name}" from the one that the run saved; the original is in ${found.file}`,
          ]
        : []),
      ...(unmarked ? ['the run disabled autostart, and nothing has enabled it again'] : []),
    ],
    commands: [
      ...(derived ? [blockplanOn(now.host.connect, 'rescue', folder)] : []),
      ...(unmarked ? [virshCommand(now.host, 'autostart', name)] : []),
    ],
  };
}
