/** Finds out what happened to a domain that libvirt no longer knows by its name: renamed, or migrated away. */
import type { Domain } from '../model/host-state.ts';
import { domainNameOf } from './domain-name.ts';
import type { DomainEvent } from './event-text.ts';
import type { Virsh } from './virsh.ts';

export class MigrationWatch {
  #uuid = '';
  /** Whether the last event was a migration to another host. */
  #migrated: boolean;

  /** @param migrated whether an earlier process of the run received that event */
  constructor(migrated = false) {
    this.#migrated = migrated;
  }

  /** Processes an event of the domain. */
  hear(event: DomainEvent): void {
    if (event.kind !== 'lifecycle' || !/^(Started|Stopped)$/.test(event.event)) return;
    this.#migrated = event.event === 'Stopped' && event.detail === 'Migrated';
  }

  /** The observed domain; if it is gone, with its new name or that it was migrated, as far as known. */
  async of(virsh: Virsh, seen: Domain): Promise<Domain> {
    if (seen.state !== 'gone') {
      this.#uuid = seen.uuid;
      return seen;
    }
    if (this.#migrated) return { ...seen, movedAway: true };
    if (this.#uuid === '') return seen;
    const calledNow = await domainNameOf(virsh, this.#uuid);
    return calledNow === undefined ? seen : { ...seen, calledNow };
  }
}
