/** How a virsh process is started: with which environment, out of reach of the terminal, and how it ends. */
import { execa } from 'execa';
import { checkConnection } from './connection-uri.ts';

/** Which libvirt to talk to. */
export interface Connection {
  /** As for `virsh -c`; without it virsh's own default, LIBVIRT_DEFAULT_URI included. */
  readonly uri?: string;
  /** `virsh -r`: the daemon itself refuses whatever could change something. */
  readonly readonly?: boolean;
  /** The program; `virsh` unless told. */
  readonly command?: string;
}

/** How a process ended; `missing` when it could not even be started. */
export interface Exit {
  readonly missing: boolean;
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** A running virsh. */
export interface Child {
  /** False when the program is not there; `exited` tells more. */
  readonly started: boolean;
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  readonly exited: Promise<Exit>;
  /** Ends the process and its ssh, at once. Nothing is asked of it, as a hung virsh would not hear. */
  kill(): void;
}

/**
 * Starts a program with pipes.
 *
 * It gets a session of its own (setsid), because a Ctrl-C in the terminal reaches every process of the foreground
 * group, and virsh answers SIGINT by cancelling the job it waits for. Without a terminal neither ssh nor libvirt can
 * ask for a password: keys and agents have to be in order.
 *
 * @throws BlockplanError where `checkConnection` refuses the connection: nothing has been started then
 */
export function startChild(
  command: string,
  args: readonly string[],
  connection: Connection,
  stdin: 'pipe' | 'ignore',
): Child {
  checkConnection(connection.uri);
  const subprocess = execa(command, args, {
    stdin,
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    detached: true,
    reject: false,
    extendEnv: false,
    env: environment(connection.uri),
  });
  const { pid } = subprocess;
  subprocess.stdout?.setEncoding('utf8');
  subprocess.stderr?.setEncoding('utf8');
  // A write to a process that has just died fails on the stream as well; its exit tells the same with a reason.
  subprocess.stdin?.on('error', () => {});
  return {
    started: pid !== undefined,
    stdin: subprocess.stdin as NodeJS.WritableStream,
    stdout: subprocess.stdout as NodeJS.ReadableStream,
    stderr: subprocess.stderr as NodeJS.ReadableStream,
    exited: subprocess.then((result) => ({
      missing: result.code === 'ENOENT' || result.code === 'EACCES',
      code: result.exitCode,
      signal: result.signal,
    })),
    kill: () => killGroup(pid),
  };
}

/** How a process ended, as a clause. */
export function describeExit({ code, signal }: Exit): string {
  return signal === undefined ? `virsh ended with status ${code}` : `virsh was ended by ${signal}`;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Our own environment, minus what would change what virsh prints, plus what makes readline plain. Everything that ssh
 * and the user's libvirt settings need stays.
 */
function environment(uri: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(VIRSH_|LIBVIRT_DEBUG$|LIBVIRT_LOG_|LC_|LANG$|LANGUAGE$)/.test(name)) env[name] = value;
  }
  if (uri !== undefined) delete env['LIBVIRT_DEFAULT_URI'];
  return {
    ...env,
    LC_ALL: 'C.UTF-8',
    TERM: 'dumb',
    INPUTRC: '/dev/null',
    ...withoutHistory(uri),
  };
}

/**
 * virsh writes all it read to $XDG_CACHE_HOME/libvirt/virsh/history when its input ends, terminal or not
 * (tools/vsh.c, `vshReadlineDeinit`); a folder that cannot be made keeps the user's history clean. A session daemon
 * that virsh starts inherits the variable as its cache, so there it stays as it is.
 */
function withoutHistory(uri: string | undefined): NodeJS.ProcessEnv {
  const mayStartDaemon = uri === undefined || uri.includes('/session');
  return mayStartDaemon ? {} : { XDG_CACHE_HOME: '/dev/null' };
}
