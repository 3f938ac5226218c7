/** Whether the only definition of a domain is the one that its run has saved, as far as is known. */
import { join } from 'node:path';
import { blockplanCommand, type Command } from '../command.ts';
import type { Effect } from '../commands/effect.ts';
import { BUNDLE_FILE, writeBundle } from '../journal/bundle.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { HostState } from '../model/host-state.ts';
import { type OnHosts, ofHost } from '../model/hosts.ts';
import { thisHost } from '../this-host.ts';
import type { AdmittedRun } from './admitted-run.ts';
import { home, type RunHost, type RunState } from './run-state.ts';

/** Follows the definition of one domain: the last observation, and the commands sent since. */
export class KeptDefinition {
  #kept: boolean;
  #isOpen: boolean;
  /** The same before the last effect. */
  #wasOpen: boolean;

  /** @param kept whether an earlier process of the run saved it */
  constructor(kept = false) {
    this.#kept = kept;
    this.#isOpen = kept;
    this.#wasOpen = kept;
  }

  /** It is in the bundle from now on. */
  save(): void {
    this.#kept = true;
  }

  sent(effect: Effect): void {
    this.#wasOpen = this.#isOpen;
    if (isVerb(effect, 'undefine')) this.#isOpen = true;
  }

  /** The effect that was sent last certainly was not begun. */
  unsent(): void {
    this.#isOpen = this.#wasOpen;
  }

  observed({ domain: { persistent } }: HostState): void {
    this.#isOpen = !persistent;
  }

  /** Whether libvirt is not known to have a definition of the domain again. */
  get isOwed(): boolean {
    return this.#kept && this.#isOpen;
  }
}

/** Whether the definition that a run has saved is not known to be back. */
function isOnlyCopy({ kept, since, lastSeen }: RunHost): boolean {
  const last = since.findLast(
    ({ effect }) => isVerb(effect, 'undefine') || isVerb(effect, 'define'),
  );
  const isUndefined = last !== undefined && isVerb(last.effect, 'undefine');
  return kept !== undefined && (isUndefined || !lastSeen.domain.persistent);
}

function isVerb(effect: Effect, verb: 'define' | 'undefine'): boolean {
  return effect.tool === 'virsh' && effect.verb === verb;
}

/**
 * What to report of such a definition, and the command that restores it; nothing if libvirt has one.
 * @param isOwed whether it is the only copy
 * @param folder of the run
 */
export function owedDefinition(
  isOwed: boolean,
  domain: string,
  { id, folder }: { readonly id: string; readonly folder: string },
): { readonly state: readonly string[]; readonly next: readonly Command[] } {
  if (!isOwed) return { state: [], next: [] };
  const file = join(folder, BUNDLE_FILE);
  return {
    state: [
      `as far as is known, the definition of "${domain}" exists only in ${file}: the guest does not come back after it stops`,
    ],
    next: [blockplanCommand('rescue', id)],
  };
}

/** The same for the definition that a run may hold alone. */
export function owedIn(run: RunState): ReturnType<typeof owedDefinition> {
  const host = home(run);
  return owedDefinition(isOnlyCopy(host), host.initial.domain.name, run);
}

/** Writes what is kept to a file of its own before the journal records it, so that it outlives plan and journal. */
export async function saveDefinition(
  { id, journal, uri, hosts }: AdmittedRun,
  { on: host, bundle: kept }: Extract<JournalEntry, { type: 'kept' }>,
  known: OnHosts<{ readonly definition: KeptDefinition }>,
): Promise<void> {
  const { initial } = ofHost(hosts, host);
  const { name: domain, uuid } = initial.domain;
  const of = { run: id, domain, uuid, uri: uri || initial.host.uri, ...thisHost() };
  await writeBundle(journal.folder, { ...of, since: new Date().toISOString(), kept });
  ofHost(known, host).definition.save();
}
