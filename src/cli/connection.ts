/** Which libvirt a command connects to: the one that the user chose, and how. */
import type { NamedLibvirt } from '../command.ts';
import type { Connection } from '../libvirt/connection-uri.ts';

/** The variable that libvirt's clients read where no URI is given (https://libvirt.org/uri.html). */
const VARIABLE = 'LIBVIRT_DEFAULT_URI';

/**
 * The connection of `--connect` or, without it, of the variable; empty for libvirt's own default. A URI from the variable is
 * used like one that was typed: it is checked before the connection is made, and named in what is printed.
 */
export function chosenConnection(
  connect: string | undefined,
): Pick<Connection, 'uri' | 'variable'> {
  if (connect !== undefined) return { uri: connect };
  // libvirt takes an empty value for none.
  const uri = process.env[VARIABLE] || undefined;
  return uri === undefined ? {} : { uri, variable: VARIABLE };
}

/** The same connection, for commands to type. */
export function namedLibvirt(connect: string | undefined): NamedLibvirt {
  const { uri } = chosenConnection(connect);
  return uri === undefined ? {} : { connect: uri };
}
