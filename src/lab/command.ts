import { spawn } from 'node:child_process';

/** Options of {@link command}. */
export interface CommandOptions {
  readonly cwd?: string;
  /** After this time the command is killed and has failed. */
  readonly timeoutMs?: number;
}

/** A command of the lab that exited with a status other than 0, or could not be started. */
class CommandError extends Error {
  readonly argv: readonly string[];
  readonly stderr: string;
  readonly exitCode: number | null;

  constructor(argv: readonly string[], exitCode: number | null, stderr: string, why: string) {
    super(`${argv.join(' ')}: ${why}${stderr === '' ? '' : `\n${stderr.trimEnd()}`}`);
    this.name = 'CommandError';
    this.argv = argv;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/**
 * Runs a command to its end, without a shell and in the C locale, and returns its standard output.
 * Rejects with a {@link CommandError} that carries standard error.
 */
export function command(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { cwd = '/', timeoutMs = 120_000 } = options;
  const argv = [file, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: labEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => reject(new CommandError(argv, null, stderr, error.message)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else
        reject(new CommandError(argv, code, stderr, code === null ? `${signal}` : `exit ${code}`));
    });
  });
}

/** The environment of everything that the lab starts; the caller's libvirt settings are left out. */
export function labEnvironment(): Record<string, string> {
  return {
    HOME: '/root',
    LC_ALL: 'C',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
}
