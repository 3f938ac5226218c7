/** What became of a domain that libvirt does not know by its name any more: renamed, or migrated away. */
import type { Domain } from '../model/host-state.ts';
import type { DomainEvent } from './event-text.ts';
import type { Virsh } from './virsh.ts';

export class MigrationWatch {
  #uuid = '';
  /** Whether the guest was last heard to go on elsewhere. */
  #migrated: boolean;

  /** @param migrated whether that was heard before, by a process that has ended */
  constructor(migrated = false) {
    this.#migrated = migrated;
  }

  /** Hears what happens to the domain. */
  hear(event: DomainEvent): void {
    if (event.kind !== 'lifecycle' || !/^(Started|Stopped)$/.test(event.event)) return;
    this.#migrated = event.event === 'Stopped' && event.detail === 'Migrated';
  }

  /** The domain as it was seen; one that is gone with what is known of where it is. */
  async of(virsh: Virsh, seen: Domain): Promise<Domain> {
    if (seen.state !== 'gone') {
      this.#uuid = seen.uuid;
      return seen;
    }
    if (this.#migrated) return { ...seen, movedAway: true };
    if (this.#uuid === '') return seen;
    const answer = await virsh.run(['domname', '--domain', this.#uuid]);
    const calledNow = answer.ok ? answer.stdout.trim() : '';
    return calledNow === '' ? seen : { ...seen, calledNow };
  }
}
