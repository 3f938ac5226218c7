/** The marker of a run in a domain's metadata, for operators on other machines to see. */
import { type Command, type NamedLibvirt, virshCommand } from '../command.ts';

/** The XML namespace of the marker in a domain's metadata. */
export const MARKER_URI = 'urn:blockplan:run:1';

/** The command that removes the marker of a run that has ended from the domain by hand. */
export function unmarkByHand(on: NamedLibvirt, domain: string): Command {
  return virshCommand(on, 'metadata', domain, '--uri', MARKER_URI, '--remove', '--live');
}

/** Who works on a domain, according to its metadata. */
export interface Marker {
  readonly run: string;
  readonly host: string;
  /** As in `KnownHost`; this and what follows is absent where an older version set the marker. */
  readonly hostId?: string;
  readonly user: string;
  readonly pid: number;
  /** As in `KnownProcess`. */
  readonly boot?: string;
  readonly started?: string;
  readonly namespace?: string;
  /** ISO 8601. */
  readonly since: string;
}
