/** Starts programs on this machine, detached from the terminal, and finds processes on it. */
import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { isProcessGone, startTime } from '../processes.ts';
import type {
  Argv,
  Environment,
  ProcessStamp,
  ProgramResult,
  RunningProgram,
  RunProgramOptions,
  StartOptions,
} from './host-io.ts';

/** Implements `HostIO.run`. */
export async function runProgram(
  argv: Argv,
  options: RunProgramOptions = {},
): Promise<ProgramResult> {
  const { timeoutMs, signal, onOutput } = options;
  const [program, ...words] = options.tied ? tied(argv) : argv;
  const subprocess = execa(program, words, {
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

function startAs([program, ...words]: Argv, { stdin, environment }: StartOptions): RunningProgram {
  const subprocess = execa(program, words, {
    stdin,
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    detached: true,
    reject: false,
    extendEnv: false,
    env: changed(process.env, environment),
  });
  const { pid } = subprocess;
  subprocess.stdout?.setEncoding('utf8');
  subprocess.stderr?.setEncoding('utf8');
  // A write to a process that has just died fails on the stream as well; its exit is reported with a reason.
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
    abandon() {
      killGroup(pid);
      subprocess.unref();
      for (const stream of [subprocess.stdin, subprocess.stdout, subprocess.stderr])
        stream?.destroy();
    },
  };
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
