/** What it means when virsh cannot reach libvirt, or reaches it no more. */
import { type Code, codes } from '../codes.ts';
import { commandLine } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import { printable } from '../printable.ts';
import { shellQuote } from '../shell-quote.ts';
import { errorIn } from './framing.ts';

/** Why a connection was not made: what virsh says, the code, and what a person can do. The first that fits counts. */
const REFUSALS: readonly { says: RegExp; code: Code; means: string; hint: string }[] = [
  {
    says: /authentication (failed|unavailable|cancel)|polkit|Permission denied|SASL|Host key verification|access denied/i,
    code: codes.libvirtAccessDenied,
    means: 'libvirt did not let us in',
    hint: 'Run as root or as a member of the libvirt group; for qemu+ssh make `ssh HOST` work without a password or a question first.',
  },
  {
    says: /Unable to parse URI|no connection driver available|invalid URI|URI .*(unknown|malformed|unexpected)|transport in URL not recognised|unsupported (driver|transport)|Unexpected .* URI/i,
    code: codes.invalidUri,
    means: 'the connection URI makes no sense to libvirt',
    hint: 'A URI looks like qemu:///system or qemu+ssh://root@host/system; see https://libvirt.org/uri.html.',
  },
  {
    says: /Failed to connect socket|unable to connect to server|Connection refused|Cannot find .*(daemon|libvirtd|virtqemud)/i,
    code: codes.daemonUnreachable,
    means: 'no libvirt daemon answers',
    hint: 'Is libvirtd (or virtqemud) running there, and the host within reach? Try: systemctl start libvirtd.',
  },
];

/**
 * A connection that was never made.
 *
 * @param uri what was asked for; undefined for libvirt's own default
 * @param stderr all that virsh wrote to stderr
 * @returns end `preflight-refused`; daemonUnreachable, libvirtAccessDenied, invalidUri, or connectionRefused for anything else
 */
export function connectRefused(uri: string | undefined, stderr: string): BlockplanError {
  const said = printable(withoutNoise(stderr));
  const known = REFUSALS.find(({ says }) => says.test(said));
  return refused(
    known?.code ?? codes.connectionRefused,
    `Cannot connect to ${nameOf(uri)}: ${known ? `${known.means} (${said})` : said || 'virsh ended without a word'}.`,
    known?.hint ?? `Try it by hand: ${commandLine('virsh', ...connectArguments(uri), 'uri')}`,
  );
}

/** virsh's words without the line it writes about its history (see `withoutHistory`) and without the obvious. */
function withoutNoise(stderr: string): string {
  const text = stderr.replace(/^error: Failed to create '\/dev\/null.*\n?/m, '');
  return (errorIn(text) ?? text.trim()).replace(/^failed to connect to the hypervisor: /, '');
}

/** The program itself is missing (virshMissing). */
export function virshMissing(command: string): BlockplanError {
  return refused(
    codes.virshMissing,
    `The program "${printable(command)}" is not there or cannot be run.`,
    'Install it: apt install libvirt-clients, or dnf install libvirt-client.',
  );
}

/** The daemon took the connection and then kept silent (connectionTimeout). */
export function connectTooSlow(uri: string | undefined, timeoutMs: number): BlockplanError {
  return refused(
    codes.connectionTimeout,
    `${nameOf(uri)} did not answer within ${timeoutMs / 1000} s.`,
    `Try it by hand: ${commandLine('virsh', ...connectArguments(uri), 'uri')}`,
  );
}

/**
 * Contact was lost: nobody knows whether the last command was carried out (connectionLost, end `uncertain`).
 *
 * @param reason how it showed, a clause without a full stop
 * @param argv the command that has no answer, if there is one
 */
export function connectionLost(reason: string, argv?: readonly string[]): BlockplanError {
  const command = argv && shellQuote(['virsh', ...argv]);
  const asked = command ? ` Whether "${printable(command)}" was carried out is not known.` : '';
  return new BlockplanError('uncertain', [
    {
      code: codes.connectionLost,
      severity: 'error',
      message: `Contact to libvirt was lost: ${printable(reason)}.${asked}`,
      hint: 'Jobs inside QEMU go on without us. Make sure that libvirt is reachable, then look at the domain before anything else.',
    },
  ]);
}

/** virsh's options for a connection, shared by sessions and hints. */
export function connectArguments(uri: string | undefined): string[] {
  return uri === undefined ? [] : ['-c', uri];
}

/**
 * A remote connection is probed after 5 s of silence and given up after 4 lost probes, so that it breaks before a
 * command's 30 s are over (virsh's own default is 5 s and 6). Local and test connections are left alone: a driver
 * without keepalive refuses the connection when asked for it (tools/virsh.c, `virshConnect`).
 */
export function keepaliveArguments(uri: string | undefined): string[] {
  const remote = uri !== undefined && /^[a-z0-9]+\+[a-z0-9]+:/i.test(uri);
  return remote ? ['-k', '5', '-K', '4'] : [];
}

/**
 * virsh says so when its connection breaks, and when it opens a new one by itself before the next command
 * (tools/virsh.c, `virshCatchDisconnect`, `virshReconnect`, `virshConnectionUsability`).
 */
const BROKEN =
  /^error: (Disconnected from .*|Reconnected to the hypervisor|Failed to reconnect to the hypervisor|no valid connection)$/m;

/** The line in which virsh tells that its connection is, or was, gone. */
export function brokenConnectionLine(stderr: string): string | undefined {
  return BROKEN.exec(stderr)?.[1];
}

/**
 * Errors that come from a broken connection, but also from a migration's other end or from a guest agent's. Only a
 * second look tells which.
 */
const SUSPICIOUS =
  /End of file while reading data|Cannot (recv|read|write) data|client socket is closed|hangup .*on socket|Connection reset|Broken pipe|keepalive|Failed to connect socket|unable to connect to server|failed to connect to the hypervisor/i;

/** Whether a failed command may mean that the connection is gone. */
export function mayBeDisconnected(error: string): boolean {
  return SUSPICIOUS.test(error);
}

function nameOf(uri: string | undefined): string {
  return uri === undefined ? 'the default libvirt' : `"${printable(uri)}"`;
}

function refused(code: Code, message: string, hint: string): BlockplanError {
  return new BlockplanError('preflight-refused', [{ code, severity: 'error', message, hint }]);
}
