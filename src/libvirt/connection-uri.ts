/** Which connections blockplan makes: one rule for what is typed, and for what a journal or a bundle names. */
import { codes } from '../codes.ts';
import { commandLine } from '../command.ts';
import { BlockplanError } from '../errors.ts';

/**
 * The host's own libvirt. A `socket` is a path; all other parameters are refused, among them `command` and `netcat`, which
 * name a program for libvirt's client to run (https://libvirt.org/uri.html, "ssh transport", "ext transport"). The form is
 * matched as a whole, as libvirt unescapes names, and separates parameters by `;` as well as by `&`.
 */
const LOCAL =
  /^(?:qemu(?:\+unix)?:\/\/\/(?:system|session)(?:\?socket=\/(?:[\w./@:+,~-]|%[0-9a-f]{2})*)?|test:\/\/\/default)$/i;

/** An alias of the user's own libvirt.conf: what it stands for is looked at once libvirt has told it. */
const ALIAS = /^\w[\w-]*$/;

const REMOTE = /^[a-z]+(?:\+[a-z0-9]+)?:\/\/(?:[^/?#@]*@)?([^/?#]+)/i;

/**
 * Refuses a connection before it is made, and again what libvirt says that it has become.
 * @param uri undefined for libvirt's own default
 * @throws BlockplanError remoteHost for another machine, whose files blockplan cannot see; connectionNotLocal for anything else
 *   that is not the host's own libvirt
 */
export function checkConnection(uri: string | undefined): void {
  if (uri === undefined || LOCAL.test(uri) || ALIAS.test(uri)) return;
  const host = REMOTE.exec(uri)?.[1];
  throw new BlockplanError('preflight-refused', [
    host === undefined
      ? {
          code: codes.connectionNotLocal,
          severity: 'error',
          message: `"${uri}" is not the libvirt of this host`,
          hint: 'give qemu:///system, qemu:///session or qemu+unix:///system?socket=/PATH: no other driver, transport or parameter',
        }
      : {
          code: codes.remoteHost,
          severity: 'error',
          message: `${uri} is another machine, but blockplan has to look at the files of the host that it works on`,
          hint: `run it there: ${commandLine('ssh', ...(host.startsWith('-') ? ['--'] : []), host)} blockplan …`,
        },
  ]);
}
