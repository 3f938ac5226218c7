/**
 * Runs a program that a plan or a notification file names, on blockplan's own machine. Programs on the host of libvirt are
 * started through `HostIO`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { OutputTail } from './output-tail.ts';

/** How long a program and its children have to end after SIGTERM before SIGKILL, in milliseconds. */
const GRACE_MS = 2000;
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
}

export interface EndedProgram {
  /** How it failed, as a clause after its name; absent if it exited with status 0. */
  readonly error?: string;
  /** The last lines that it printed, without secrets and control characters. */
  readonly output: readonly string[];
  /** Set if it was killed because the signal was aborted. */
  readonly stopped?: true;
}

/**
 * Runs a program to its end, or to its time limit. It gets a session of its own, so that Ctrl-C does not reach it and its children can be killed
 * with it.
 */
export async function runWithinLimit(call: ProgramCall): Promise<EndedProgram> {
  const { timeout, signal } = call;
  const tail = new OutputTail();
  let child: ChildProcess;
  try {
    child = started(call, tail);
  } catch (error) {
    return { error: notStartedText(error as NodeJS.ErrnoException), output: [] };
  }
  const exit = endingOf(child);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const ending = await firstOf(exit, timeout * 1000, signal);
  if (typeof ending === 'string') await killWithChildren(child, exit);
  await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]);
  // On a busy machine the time may be over before anything was read: one turn of the event loop reads what is there.
  await nextTurn();
  release(child);
  const output = tail.lines;
  if (ending === 'interrupted') return { error: 'was interrupted', output, stopped: true };
  if (ending === 'late') return { error: `did not end within ${timeout} s and was killed`, output };
  const error = errorOf(ending);
  return { ...(error === undefined ? {} : { error }), output };
}

function started({ command, input, env, cwd }: ProgramCall, tail: OutputTail): ChildProcess {
  const [program, ...words] = command;
  const options = { env, detached: true, ...(cwd === undefined ? {} : { cwd }) };
  const child = spawn(program, words, options);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => tail.add(chunk));
  // A program need not read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return child;
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

async function killWithChildren(child: ChildProcess, exit: Promise<Ending>): Promise<void> {
  kill(child, 'SIGTERM');
  await Promise.race([exit, sleep(GRACE_MS, undefined, { ref: false })]);
  // The children are killed even if the program itself has ended.
  kill(child, 'SIGKILL');
  await Promise.race([exit, sleep(STUCK_MS, undefined, { ref: false })]);
}

/** Sends a signal to a program and all its children in the same process group. */
function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nothing is left, or only programs that run as another user.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
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
  EACCES: 'this user may not execute the program',
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
    return code === 'EACCES' ? 'may not be executed by this user' : `cannot be read: ${message}`;
  }
}
