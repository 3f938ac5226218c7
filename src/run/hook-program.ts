/** Runs the program of a hook. */
import { userInfo } from 'node:os';
import type { Hook } from '../hook.ts';
import { type EndedProgram, runWithinLimit } from '../programs/program.ts';

/** Where programs that a hook starts by name are found. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Runs a hook to its end.
 * @param input is written to its standard input
 * @param signal stops it
 * @param onStart is called with its PID
 */
export function runHookProgram(
  { command, timeout }: Pick<Hook, 'command' | 'timeout'>,
  input: string,
  signal?: AbortSignal,
  onStart?: (pid: number) => void,
): Promise<EndedProgram> {
  const call = { command, input, timeout, env: environment(), cwd: '/' };
  return runWithinLimit({ ...call, signal, onStart });
}

/** Nothing is inherited: the environment of blockplan may hold secrets, and differs between a terminal and a timer. */
function environment(): Record<string, string> {
  const { username, homedir } = userInfo();
  return { PATH, HOME: homedir, USER: username, LOGNAME: username, LANG: 'C.UTF-8' };
}
