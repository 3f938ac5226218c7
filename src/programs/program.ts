/**
 * Runs a program that a plan or a notification file names, on blockplan's own machine. Programs on the host of libvirt are
 * started through `HostIO`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { HookResult } from '../hook.ts';
import { OutputTail } from './output-tail.ts';

/** How long a program and its process group have to end after SIGTERM before SIGKILL, in milliseconds. */
const GRACE_MS = 2000;
/** How often to check whether they have ended. */
const POLL_MS = 20;
/** How long to wait for a process that even SIGKILL does not end, because the kernel waits for a device. */
const STUCK_MS = 5000;
/** How long to read on after the end of a program: a child that it leaves behind may keep its output open. */
const DRAIN_MS = 200;

/** How a program ended, or why it could not be started. */
type Ending =
  | { readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly failed: NodeJS.ErrnoException };

export interface ProgramCall {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [program: string, ...words: string[]];
  /** Is written to its standard input. */
  readonly input: string;
  /** The time limit, in seconds. */
  readonly timeout: number;
  readonly env: NodeJS.ProcessEnv;
  /** Its working directory: that of blockplan unless specified. */
  readonly cwd?: string;
  /** Stops it. */
  readonly signal?: AbortSignal | undefined;
  /** Is called with its PID once it runs. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

export interface EndedProgram extends HookResult {
  /** Set if it was killed, or not started, because the signal was aborted. */
  readonly stopped?: true;
}

/**
 * Runs a program to its end, or to its time limit. It gets a session of its own, so that Ctrl-C does not reach it and its
 * process group can be killed with it.
 */
export async function runWithinLimit(call: ProgramCall): Promise<EndedProgram> {
  const { timeout, signal, onStart } = call;
  if (signal?.aborted) return { error: INTERRUPTED, output: [], stopped: true };
  const tail = new OutputTail();
  let running: RunningProgram;
  try {
    running = started(call, tail);
  } catch (error) {
    return { error: notStartedText(error as NodeJS.ErrnoException), output: [] };
  }
  const { child, exit } = running;
  if (child.pid !== undefined) onStart?.(child.pid);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const ending = await firstOf(exit, timeout * 1000, signal);
  const isKilled = typeof ending !== 'string' || (await killGroup(running));
  await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]);
  // On a busy machine the time may be over before anything was read: one turn of the event loop reads what is there.
  await nextTurn();
  release(child);
  const output = tail.lines;
  const stuck = `could not be killed (pid ${child.pid})`;
  if (ending === 'interrupted') {
    const error = isKilled ? INTERRUPTED : `${INTERRUPTED} and ${stuck}`;
    return { error, output, stopped: true };
  }
  if (ending === 'late') {
    const how = isKilled ? 'was killed' : stuck;
    return { error: `did not end within ${timeout} s and ${how}`, output };
  }
  const error = errorOf(ending);
  return { ...(error === undefined ? {} : { error }), output };
}

const INTERRUPTED = 'was interrupted';

interface RunningProgram {
  readonly child: ChildProcess;
  readonly exit: Promise<Ending>;
}

function started({ command, input, env, cwd }: ProgramCall, tail: OutputTail): RunningProgram {
  const [program, ...words] = command;
  const options = { env, detached: true, ...(cwd === undefined ? {} : { cwd }) };
  const child: ChildProcess = spawn(program, words, options);
  // Without file descriptors for its pipes there are no streams, and the error follows as an event.
  const exit = endingOf(child);
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => tail.add(chunk));
  // A program need not read its input.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return { child, exit };
}

function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (failed) => resolve({ failed }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** How the program ended, or why it must be killed. */
function firstOf(
  exit: Promise<Ending>,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<Ending | 'late' | 'interrupted'> {
  const stop = new Promise<'late' | 'interrupted'>((resolve) => {
    const interrupt = () => resolve('interrupted');
    const timer = setTimeout(resolve, limitMs, 'late');
    if (signal?.aborted) interrupt();
    signal?.addEventListener('abort', interrupt);
    exit.then(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
    });
  });
  return Promise.race([exit, stop]);
}

/**
 * Kills a program and its process group: SIGTERM, and SIGKILL after some time for what is left of the group.
 * @returns whether the program itself has ended
 */
async function killGroup({ child: { pid }, exit }: RunningProgram): Promise<boolean> {
  if (pid === undefined) return true;
  const deadline = Date.now() + GRACE_MS;
  signalGroup(pid, 'SIGTERM');
  while (signalGroup(pid, 0) && Date.now() < deadline) await sleep(POLL_MS);
  signalGroup(pid, 'SIGKILL');
  const stuck = sleep(STUCK_MS, 'stuck' as const, { ref: false });
  return (await Promise.race([exit, stuck])) !== 'stuck';
}

/**
 * Sends a signal to a process group.
 * @param signal 0 sends none
 * @returns whether the group has processes, as far as this user may signal them
 */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return false;
    // Only programs that run as another user are left.
    if (code === 'EPERM') return true;
    throw error;
  }
}

/** Nothing waits any longer for a program, or for a child that it has left behind. */
function release(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
}

function errorOf(ending: Ending): string | undefined {
  if ('failed' in ending) return notStartedText(ending.failed);
  if (ending.signal) return `was killed by ${ending.signal}`;
  return ending.code === 0 ? undefined : `exited with status ${ending.code}`;
}

function notStartedText({ code = '', message }: NodeJS.ErrnoException): string {
  return `could not be started: ${NOT_STARTED[code] ?? message}`;
}

const NOT_STARTED: Readonly<Record<string, string>> = {
  ENOENT: 'the program, or the interpreter in its first line, does not exist',
  EACCES: 'this user has no permission to execute the program',
};

/** Why a program cannot be started, as a clause; undefined if nothing is wrong with it. */
export async function programProblem(program: string): Promise<string | undefined> {
  try {
    if (!(await stat(program)).isFile()) return 'is not a file';
    await access(program, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
    return code === 'EACCES'
      ? 'cannot be executed by this user: permission denied'
      : `cannot be read: ${message}`;
  }
}
