/** Starts programs on this machine, detached from the terminal, and finds processes on it. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { isProcessGone, startTime } from '../processes.ts';
import type {
  Argv,
  Environment,
  Exit,
  ProcessStamp,
  ProgramResult,
  RunningProgram,
  RunProgramOptions,
  StartOptions,
} from './host-io.ts';

let execa: Promise<typeof import('execa')> | undefined;
let isPreloading = false;

/** How long after the first program was started execa is loaded: a short run may not need it at all. */
const EXECA_AFTER_MS = 2000;

/** Loads execa once. What a run always starts, virsh and the maps of images, is started without it. */
async function loadExeca(): Promise<typeof import('execa')> {
  execa ??= import('execa');
  try {
    return await execa;
  } catch (error) {
    // There may have been too few file descriptors for a moment.
    execa = undefined;
    throw error;
  }
}

/** Implements `HostIO.run`. */
export async function runProgram(
  argv: Argv,
  options: RunProgramOptions = {},
): Promise<ProgramResult> {
  const { timeoutMs, signal, onOutput } = options;
  const [program, ...words] = options.tied ? tied(argv) : argv;
  const subprocess = (await loadExeca()).execa(program, words, {
    stdin: 'ignore',
    detached: true,
    reject: false,
    forceKillAfterDelay: 2000,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (onOutput) subprocess.stdout.setEncoding('utf8').on('data', onOutput);
  const { failed, stdout, stderr, exitCode, signal: endedBy } = await subprocess;
  return { ok: !failed, stdout, stderr, code: exitCode, signal: endedBy };
}

/** Implements `HostIO.start`. */
export function startProgram(argv: Argv, options: StartOptions): RunningProgram {
  if (!options.tied) return startAs(argv, options);
  const program = startAs(tied(argv), options);
  return program.started ? program : startAs(argv, options);
}

/** The kernel kills it when its parent dies (setpriv(1), `--pdeathsig`). */
function tied(argv: Argv): Argv {
  return ['setpriv', '--pdeathsig', 'KILL', '--', ...argv];
}

function startAs(argv: Argv, options: StartOptions): RunningProgram {
  const child = spawned(argv, options);
  // Loaded before it is needed: an upgrade of blockplan may remove the file while the program runs.
  if (!isPreloading) setTimeout(() => void loadExeca().catch(() => {}), EXECA_AFTER_MS).unref();
  isPreloading = true;
  if (!child) return notStarted();
  const { pid, stdin, stdout, stderr } = child;
  for (const stream of [stdout, stderr]) {
    stream.setEncoding('utf8');
    // A program must not wait for a reader that it does not have.
    setImmediate(() => {
      if (stream.readableFlowing === null) stream.resume();
    });
  }
  // A write to a process that has just died fails on the stream as well; its exit is reported with a reason.
  stdin?.on('error', () => {});
  const leave = () => {
    child.unref();
    for (const stream of [stdin, stdout, stderr]) stream?.destroy();
  };
  return {
    ...{ started: pid !== undefined, stdin, stdout, stderr },
    exited: exitOf(child),
    kill: () => killGroup(pid),
    abandon() {
      killGroup(pid);
      leave();
    },
    leave,
  };
}

/** Undefined where the system lacks what it takes: the arguments are too long, or there are too few file descriptors. */
function spawned(
  [program, ...words]: Argv,
  { stdin, environment }: StartOptions,
): ChildProcessWithoutNullStreams | undefined {
  const options = { detached: true, env: changed(process.env, environment) };
  try {
    const child: ChildProcess = spawn(program, words, {
      ...options,
      stdio: [stdin, 'pipe', 'pipe'],
    });
    if (child.stdout && child.stderr) return child as ChildProcessWithoutNullStreams;
    child.on('error', () => {});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'spawn') throw error;
  }
  return undefined;
}

function notStarted(): RunningProgram {
  return {
    started: false,
    stdin: new PassThrough().resume(),
    ...{ stdout: new PassThrough().end(), stderr: new PassThrough().end() },
    exited: Promise.resolve({ missing: false, code: undefined, signal: undefined }),
    kill: () => {},
    abandon: () => {},
    leave: () => {},
  };
}

/** Resolves once all output has been read as well. */
function exitOf(child: ChildProcessWithoutNullStreams): Promise<Exit> {
  return new Promise((resolve) => {
    let missing = false;
    child.on('error', (error: NodeJS.ErrnoException) => {
      missing = error.code === 'ENOENT' || error.code === 'EACCES';
      if (child.pid === undefined) resolve({ missing, code: undefined, signal: undefined });
    });
    child.on('close', (code, signal) =>
      resolve({ missing, code: code ?? undefined, signal: signal ?? undefined }),
    );
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function changed(env: NodeJS.ProcessEnv, change: Environment | undefined): NodeJS.ProcessEnv {
  if (!change) return env;
  const isLeftOut = (name: string) =>
    change.without.some((each) =>
      each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each,
    );
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !isLeftOut(name))),
    ...change.set,
  };
}

/** Implements `HostIO.findProcess`. */
export async function findProcess(words: readonly string[]): Promise<ProcessStamp | undefined> {
  const wanted = `\0${words.join('\0')}\0`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ((await argumentsOf(pid)).includes(wanted) ? [pid] : [])),
  );
  const [pid, another] = found.flat();
  const started = pid === undefined || another !== undefined ? undefined : startTime(pid);
  return pid && started ? { pid, started } : undefined;
}

async function argumentsOf(pid: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (isProcessGone(error) || code === 'EACCES' || code === 'EPERM') return '';
    throw error;
  }
}

/** Implements `HostIO.isRunning`. */
export async function isRunning({ pid, started }: ProcessStamp): Promise<boolean> {
  return startTime(pid) === started;
}
