/** How the driver of a run reaches its libvirt: one session for commands, one that listens for events. */

import { isTakenForId } from '../command.ts';
import type { Driver, MadeFile } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { unambiguousName } from './by-uuid.ts';
import type { Connection } from './connection-uri.ts';
import { type DomainEvents, openEvents } from './events.ts';
import type { Virsh } from './virsh.ts';

export interface LiveOptions extends Pick<Connection, 'uri' | 'variable'> {
  readonly domain: string;
  /** A read-only connection, through which the daemon itself refuses every change. */
  readonly readonly: boolean;
  /** For a resumed run: the files that it has made, and whether libvirt reported a migration, which it does once. */
  readonly made?: readonly MadeFile[];
  /** For a resumed run: the files that were in the guest's chains before. */
  readonly layers?: readonly string[];
  readonly movedAway?: boolean;
  /** Whether the domain was made transient: while it is missing or off here, its guest may run on another host. */
  readonly wasTransient?: boolean;
  /** The path of the thaw guard's code; without it, no guest can be frozen. */
  readonly thawGuard?: string;
  /** Writes a file so that it survives a power loss; the journal's function. */
  writeDurably(path: string, content: string): Promise<void>;
}

export function connectionOf({ readonly, uri, variable }: LiveOptions): Connection {
  return {
    readonly,
    ...(uri === undefined ? {} : { uri }),
    ...(variable === undefined ? {} : { variable }),
  };
}

/** A name that virsh would take for an id is looked up first; any other need not wait for the connection. */
export async function listen(
  io: HostIO,
  options: LiveOptions,
  connecting: Promise<Virsh>,
): Promise<DomainEvents> {
  const { domain } = options;
  const word = isTakenForId(domain) ? await unambiguousName(await connecting, domain) : domain;
  return openEvents(io, { ...connectionOf(options), domain: word });
}

/** The driver of one domain, which libvirt may or may not know. */
export interface LibvirtDriver extends Driver {
  /** The domain's UUID; undefined where libvirt knows no such domain. */
  uuid(): Promise<string | undefined>;
}
