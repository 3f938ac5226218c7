/** Errors of the connection to libvirt: refused, or lost. */
import { type Code, codes } from '../codes.ts';
import { virshLine } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import { printable } from '../printable.ts';
import { shellQuote } from '../shell-quote.ts';
import { type Connection, sourceText } from './connection-uri.ts';
import { errorIn } from './framing.ts';

/** Why a connection was refused: what virsh prints, the code, and what to do. The first match counts. */
const REFUSALS: readonly { says: RegExp; code: Code; means: string; hint: string }[] = [
  {
    says: /authentication (failed|unavailable|cancel)|polkit|Permission denied|SASL|Host key verification|access denied/i,
    code: codes.libvirtAccessDenied,
    means: 'libvirt denied access',
    hint: 'Run as root or as a member of the libvirt group.',
  },
  {
    says: /Unable to parse URI|no connection driver available|invalid URI|URI .*(unknown|malformed|unexpected)|transport in URL not recognised|unsupported (driver|transport)|Unexpected .* URI/i,
    code: codes.invalidUri,
    means: 'libvirt does not accept the connection URI',
    hint: 'Use qemu:///system, qemu:///session, or an alias from libvirt.conf.',
  },
  {
    says: /Failed to connect socket|unable to connect to server|Connection refused|Cannot find .*(daemon|libvirtd|virtqemud)/i,
    code: codes.daemonUnreachable,
    means: 'no libvirt daemon answers',
    hint: 'Check that libvirtd or virtqemud is running; to start it: systemctl start libvirtd, or systemctl start virtqemud.',
  },
];

/**
 * The error for a connection that was never made.
 *
 * @param connection the requested one; without a URI it is libvirt's own default
 * @param stderr all that virsh wrote to stderr
 * @returns end `preflight-refused`; daemonUnreachable, libvirtAccessDenied, invalidUri, otherwise connectionRefused
 */
export function connectRefused(connection: Connection, stderr: string): BlockplanError {
  const said = printable(withoutNoise(stderr));
  const known = REFUSALS.find(({ says }) => says.test(said));
  return refused(
    known?.code ?? codes.connectionRefused,
    `Cannot connect to ${nameOf(connection)}: ${known ? `${known.means} (${said})` : said || 'virsh exited without output'}.`,
    known?.hint ?? byHand(connection),
  );
}

/** virsh's error without the line about its history (see `withoutHistory`) and the generic first sentence. */
function withoutNoise(stderr: string): string {
  const text = stderr.replace(/^error: Failed to create '\/dev\/null.*\n?/m, '');
  return (errorIn(text) ?? text.trim()).replace(/^failed to connect to the hypervisor: /, '');
}

/** The program itself is missing (virshMissing). */
export function virshMissing(command: string): BlockplanError {
  return refused(
    codes.virshMissing,
    `The program "${printable(command)}" is not installed or cannot be run.`,
    'Install it: apt install libvirt-clients, or dnf install libvirt-client.',
  );
}

/** The daemon accepted the connection but did not answer (connectionTimeout). */
export function connectTooSlow(connection: Connection, timeoutMs: number): BlockplanError {
  return refused(
    codes.connectionTimeout,
    `${nameOf(connection)} did not answer within ${timeoutMs / 1000} s.`,
    byHand(connection),
  );
}

/**
 * The connection was lost: it is unknown whether the last command was executed (connectionLost, end `uncertain`).
 *
 * @param reason what was observed, a clause without a full stop
 * @param argv the command that has no answer, if there is one
 */
export function connectionLost(reason: string, argv?: readonly string[]): BlockplanError {
  const command = argv && shellQuote(['virsh', ...argv]);
  const asked = command ? ` It is unknown whether "${printable(command)}" was executed.` : '';
  return new BlockplanError('uncertain', [
    {
      code: codes.connectionLost,
      severity: 'error',
      message: `Lost the connection to libvirt: ${printable(reason)}.${asked}`,
      hint: 'Block jobs in QEMU continue. Make sure that libvirt is reachable, then check the domain before anything else.',
    },
  ]);
}

/** virsh's options for a connection. */
export function connectArguments(uri: string | undefined): string[] {
  return uri === undefined ? [] : ['-c', uri];
}

/**
 * A remote connection is probed after 5 s of silence and given up after 4 lost probes, so that it breaks before a
 * command's 30 s are over (virsh's own default is 5 s and 6). Local and test connections get no such options: a driver
 * without keepalive refuses the connection if they are given (tools/virsh.c, `virshConnect`).
 */
export function keepaliveArguments(uri: string | undefined): string[] {
  const remote = uri !== undefined && /^[a-z0-9]+\+[a-z0-9]+:/i.test(uri);
  return remote ? ['-k', '5', '-K', '4'] : [];
}

/**
 * virsh reports when its connection breaks, and when it opens a new one by itself before the next command
 * (tools/virsh.c, `virshCatchDisconnect`, `virshReconnect`, `virshConnectionUsability`).
 */
const BROKEN =
  /^error: (Disconnected from .*|Reconnected to the hypervisor|Failed to reconnect to the hypervisor|no valid connection)$/m;

/** The line in which virsh reports that its connection is, or was, lost. */
export function brokenConnectionLine(stderr: string): string | undefined {
  return BROKEN.exec(stderr)?.[1];
}

/**
 * Errors that come from a broken connection, but also from the other end of a migration or from a guest agent; and virsh's
 * own for a domain that it cannot look up, which it prints instead of libvirt's. Only a second command tells them apart.
 */
const SUSPICIOUS =
  /End of file while reading data|Cannot (recv|read|write) data|client socket is closed|hangup .*on socket|Connection reset|Broken pipe|keepalive|Failed to connect socket|unable to connect to server|failed to connect to the hypervisor|failed to get domain/i;

/** Whether a failed command may mean that the connection is gone. */
export function mayBeDisconnected(error: string): boolean {
  return SUSPICIOUS.test(error);
}

function nameOf({ uri, variable }: Connection): string {
  return uri === undefined ? 'the default libvirt' : `"${printable(uri)}"${sourceText(variable)}`;
}

function byHand({ uri }: Connection): string {
  return `Try it by hand: ${virshLine(uri === undefined ? {} : { connect: uri }, 'uri')}`;
}

function refused(code: Code, message: string, hint: string): BlockplanError {
  return new BlockplanError('preflight-refused', [{ code, severity: 'error', message, hint }]);
}
