/** How a virsh process is started: with which environment, and how it ends. */
import type { Argv, Environment, Exit, HostIO, RunningProgram } from '../host-io/host-io.ts';
import { checkConnection } from './connection-uri.ts';

/** Which libvirt to talk to. */
export interface Connection {
  /** As for `virsh -c`; without it virsh's own default, LIBVIRT_DEFAULT_URI included. */
  readonly uri?: string;
  /** `virsh -r`: the daemon itself refuses whatever could change something. */
  readonly readonly?: boolean;
  /** The program; `virsh` by default. */
  readonly command?: string;
}

/**
 * Starts virsh with pipes.
 *
 * It gets a session of its own (setsid), because a Ctrl-C in the terminal reaches every process of the foreground
 * group, and virsh answers SIGINT by cancelling the job it waits for. Without a terminal neither ssh nor libvirt can
 * ask for a password: keys and agents have to be in order.
 *
 * @throws BlockplanError where `checkConnection` refuses the connection: nothing has been started then
 */
export function startChild(
  io: HostIO,
  argv: Argv,
  { uri }: Connection,
  options: { readonly stdin: 'pipe' | 'ignore'; readonly tied?: true },
): RunningProgram {
  checkConnection(uri);
  return io.start(argv, { ...options, environment: environment(uri) });
}

/** How a process ended, as a clause. */
export function describeExit({ code, signal }: Exit): string {
  return signal === undefined ? `virsh ended with status ${code}` : `virsh was ended by ${signal}`;
}

/**
 * Without what would change what virsh prints, and with what makes readline plain. Everything that ssh and the user's
 * libvirt settings need stays.
 */
function environment(uri: string | undefined): Environment {
  return {
    without: [
      ...['VIRSH_*', 'LIBVIRT_DEBUG', 'LIBVIRT_LOG_*', 'LC_*', 'LANG', 'LANGUAGE'],
      ...(uri === undefined ? [] : ['LIBVIRT_DEFAULT_URI']),
    ],
    set: { LC_ALL: 'C.UTF-8', TERM: 'dumb', INPUTRC: '/dev/null', ...withoutHistory(uri) },
  };
}

/**
 * virsh writes all it read to $XDG_CACHE_HOME/libvirt/virsh/history when its input ends, terminal or not
 * (tools/vsh.c, `vshReadlineDeinit`); a folder that cannot be made keeps the user's history clean. A session daemon
 * that virsh starts inherits the variable as its cache, so there it stays as it is.
 */
function withoutHistory(uri: string | undefined): Readonly<Record<string, string>> {
  const mayStartDaemon = uri === undefined || uri.includes('/session');
  return mayStartDaemon ? {} : { XDG_CACHE_HOME: '/dev/null' };
}
