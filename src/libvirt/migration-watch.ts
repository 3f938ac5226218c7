/** Finds out what happened to a domain that libvirt no longer knows by its name: renamed, migrated away, or stopped. */
import type { HostIO } from '../host-io/host-io.ts';
import type { Domain } from '../model/host-state.ts';
import { domainNameOf } from './domain-name.ts';
import type { DomainEvent } from './event-text.ts';
import { lastStopOf } from './guest-log.ts';
import type { LiveOptions } from './live-connection.ts';
import type { Virsh } from './virsh.ts';

export class MigrationWatch {
  readonly #io: HostIO;
  readonly #name: string;
  #uuid = '';
  /** The guest's last stop, if an event showed it. */
  #stop: 'migrated' | 'here' | undefined;
  /** Whether an earlier process received the event of a migration, and the guest has not been seen here since. */
  #movedBefore: boolean;
  /** Whether the domain vanishes when its guest leaves this host, so that it may run elsewhere while it is missing here. */
  #transient: boolean;

  /** @param io the host that the domain was on */
  constructor(io: HostIO, options: Pick<LiveOptions, 'domain' | 'movedAway' | 'wasTransient'>) {
    this.#io = io;
    this.#name = options.domain;
    this.#movedBefore = options.movedAway ?? false;
    this.#transient = options.wasTransient ?? false;
  }

  /** Processes an event of the domain. */
  hear(event: DomainEvent): void {
    if (event.kind !== 'lifecycle') return;
    if (event.event !== 'Started' && event.event !== 'Stopped') return;
    this.#movedBefore = false;
    const left = event.detail === 'Migrated' ? 'migrated' : 'here';
    this.#stop = event.event === 'Started' ? undefined : left;
  }

  /**
   * The observed domain; if it is gone, with its new name or that it was migrated, as far as known. A domain that was
   * transient can have been defined again since: then it is off, but its guest may still run on another host.
   */
  async of(virsh: Virsh, seen: Domain): Promise<Domain> {
    const { state } = seen;
    if (state !== 'gone') this.#uuid = seen.uuid;
    if (state !== 'gone' && state !== 'shut off') {
      this.#transient = !seen.persistent;
      this.#movedBefore = false;
      return seen;
    }
    if (state === 'gone') this.#transient = true;
    else if (!this.#transient) return seen;
    if (this.#stop === 'here') return state === 'gone' ? this.#renamed(virsh, seen) : seen;
    if (this.#stop === 'migrated' || this.#movedBefore) return { ...seen, movedAway: true };
    const found = state === 'gone' ? await this.#renamed(virsh, seen) : seen;
    if (found.calledNow !== undefined) return found;
    const { how, log } = await lastStopOf(this.#io, virsh.uri, this.#name);
    if (how === 'migrated') return { ...found, movedAway: true };
    if (how === 'here') return found;
    return { ...found, stopUnseen: true, ...(log === undefined ? {} : { guestLog: log }) };
  }

  async #renamed(virsh: Virsh, seen: Domain): Promise<Domain> {
    if (this.#uuid === '') return seen;
    const calledNow = await domainNameOf(virsh, this.#uuid);
    return calledNow === undefined ? seen : { ...seen, calledNow };
  }
}
