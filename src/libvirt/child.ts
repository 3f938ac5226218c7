/** How a virsh process is started, and with which environment. */
import type {
  Argv,
  Environment,
  HostIO,
  RunningProgram,
  StartOptions,
} from '../host-io/host-io.ts';
import { type Connection, checkConnection } from './connection-uri.ts';

/**
 * Starts virsh with pipes.
 *
 * It gets its own session (setsid), because a Ctrl-C in the terminal reaches every process of the foreground group, and
 * virsh reacts to SIGINT by cancelling the job that it waits for. Without a terminal neither ssh nor libvirt can ask for a
 * password, so keys or agents must be set up.
 *
 * @throws BlockplanError where `checkConnection` refuses the connection; nothing is started in that case
 */
export function startChild(
  io: HostIO,
  argv: Argv,
  connection: Connection,
  { variables, ...options }: ChildOptions,
): RunningProgram {
  checkConnection(connection);
  return io.start(argv, { ...options, environment: environment(connection.uri, variables) });
}

interface ChildOptions extends Omit<StartOptions, 'environment'> {
  /** Added to its environment. */
  readonly variables?: Environment['set'];
}

/**
 * Leaves out what would change virsh's output, and makes readline plain. Everything that ssh and the user's libvirt
 * settings need stays.
 */
function environment(uri: string | undefined, variables: Environment['set'] = {}): Environment {
  return {
    without: [
      ...['VIRSH_*', 'LIBVIRT_DEBUG', 'LIBVIRT_LOG_*', 'LC_*', 'LANG', 'LANGUAGE'],
      ...(uri === undefined ? [] : ['LIBVIRT_DEFAULT_URI']),
    ],
    set: {
      ...{ LC_ALL: 'C.UTF-8', TERM: 'dumb', INPUTRC: '/dev/null' },
      ...withoutHistory(uri),
      ...variables,
    },
  };
}

/**
 * virsh writes all its input to $XDG_CACHE_HOME/libvirt/virsh/history when the input ends, even without a terminal
 * (tools/vsh.c, `vshReadlineDeinit`); a folder that cannot be created keeps the user's history clean. A session daemon
 * that virsh starts inherits the variable as its cache, so it is not changed there.
 */
function withoutHistory(uri: string | undefined): Readonly<Record<string, string>> {
  const mayStartDaemon = uri === undefined || uri.includes('/session');
  return mayStartDaemon ? {} : { XDG_CACHE_HOME: '/dev/null' };
}
