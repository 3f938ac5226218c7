/** Which connections blockplan accepts: one rule for URIs that are typed, and for those in a journal or a bundle. */
import { codes } from '../codes.ts';
import { commandLine } from '../command.ts';
import { BlockplanError } from '../errors.ts';

/** Which libvirt to talk to. */
export interface Connection {
  /** As for `virsh -c`; virsh's own default (including LIBVIRT_DEFAULT_URI) unless specified. */
  readonly uri?: string;
  /** The environment variable that the URI comes from, for messages; absent if it was typed. */
  readonly variable?: string;
  /** `virsh -r`: the daemon itself refuses all changes. */
  readonly readonly?: boolean;
  /** The program; `virsh` by default. */
  readonly command?: string;
}

/**
 * The host's own libvirt. A `socket` is a path; all other parameters are refused, among them `command` and `netcat`, which
 * name a program for libvirt's client to run (https://libvirt.org/uri.html, "ssh transport", "ext transport"). The whole
 * URI must match, because libvirt unescapes names and separates parameters by `;` as well as by `&`.
 */
const LOCAL =
  /^(?:qemu(?:\+unix)?:\/\/\/(?:system|session)(?:\?socket=\/(?:[\w./@:+,~-]|%[0-9a-f]{2})*)?|test:\/\/\/default)$/i;

/** An alias of the user's own libvirt.conf: the URI behind it is checked once libvirt has resolved it. */
const ALIAS = /^\w[\w-]*$/;

const REMOTE = /^[a-z]+(?:\+[a-z0-9]+)?:\/\/(?:[^/?#@]*@)?([^/?#]+)/i;

/**
 * Refuses a URI before the connection is made, and checks again the URI that libvirt reports afterwards.
 * @throws BlockplanError remoteHost for another machine, whose files blockplan cannot access; connectionNotLocal for
 *   anything else that is not the host's own libvirt
 */
export function checkConnection({ uri, variable }: Pick<Connection, 'uri' | 'variable'>): void {
  if (uri === undefined || LOCAL.test(uri) || ALIAS.test(uri)) return;
  const host = REMOTE.exec(uri)?.[1];
  throw new BlockplanError('preflight-refused', [
    host === undefined
      ? {
          code: codes.connectionNotLocal,
          severity: 'error',
          message: `"${uri}"${sourceText(variable)} does not lead to the QEMU driver of this host's own libvirt`,
          hint: 'use qemu:///system, qemu:///session or qemu+unix:///system?socket=/PATH; other drivers, transports and parameters are not supported',
        }
      : {
          code: codes.remoteHost,
          severity: 'error',
          message: `${uri}${sourceText(variable)} leads to another machine, but blockplan needs access to the files of the host that it works on`,
          hint: `run it there: ${commandLine('ssh', ...(host.startsWith('-') ? ['--'] : []), host)} blockplan …`,
        },
  ]);
}

/** Where a URI comes from, as a clause after it; empty for one that was typed. */
export function sourceText(variable: string | undefined): string {
  return variable === undefined ? '' : ` (from ${variable})`;
}
