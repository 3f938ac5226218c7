/** The systemd unit of a detached run. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endOrBeginning, hasRunStarted } from './run-beginning.ts';

/** The systemd that starts the unit: the system's for root, a user's own if it outlives the login sessions. */
export type Manager = 'system' | 'user';

/** @returns undefined if there is no systemd, or only one that ends with the last login session */
export function managerOf(env: NodeJS.ProcessEnv, uid: number | undefined): Manager | undefined {
  // sd_booted(3) checks for the same folder.
  if (!existsSync('/run/systemd/system')) return undefined;
  const folders = (env['PATH'] ?? '').split(delimiter);
  if (!folders.some((folder) => existsSync(join(folder, 'systemd-run')))) return undefined;
  if (uid === 0) return 'system';
  return existsSync(join('/var/lib/systemd/linger', userInfo().username)) ? 'user' : undefined;
}

export interface Unit {
  readonly run: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The file that takes the output. */
  readonly log: string;
  readonly cwd: string;
}

/** The arguments of systemd-run(1), which waits for the unit and returns its exit code. */
export function unitArguments(
  manager: Manager,
  { run, words, environment, log, cwd }: Unit,
): string[] {
  return [
    ...(manager === 'user' ? ['--user'] : []),
    ...['--quiet', '--collect', '--wait', `--unit=blockplan-${run}`],
    `--description=blockplan run ${run}`,
    `--working-directory=${cwd}`,
    // On stop, signal only blockplan: it rolls back, and it needs its virsh for that. What thaws a guest outlives it.
    '--property=KillMode=process',
    '--property=UMask=0077',
    `--property=StandardOutput=append:${log}`,
    `--property=StandardError=append:${log}`,
    ...Object.entries(environment).map(([name, value]) => `--setenv=${name}=${value}`),
    '--',
    // systemd expands variables here, as in a unit's ExecStart (systemd.service(5), "Command lines").
    ...words.map((word) => word.replaceAll('$', '$$$$')),
  ];
}

/** The arguments of systemctl(1); `stop` waits until the unit has ended, if it exists. */
export function systemctlArguments(
  manager: Manager,
  verb: 'stop' | 'is-active',
  run: string,
): string[] {
  return [...(manager === 'user' ? ['--user'] : []), verb, `blockplan-${run}.service`];
}

/** Starts the unit. systemd-run only waits for it, and is not needed once the run has started. */
export async function startUnit(
  manager: Manager,
  unit: Unit,
  folder: string,
): Promise<number | undefined> {
  const argv = unitArguments(manager, unit);
  const waiting = spawn('systemd-run', argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await endOrBeginning(waiting, folder);
  waiting.kill();
  return code === undefined ? undefined : endOfUnit(manager, unit.run, folder, code);
}

const POLL_MS = 200;
const ANSWER_MS = 10_000;

/**
 * Waits for a unit that outlives its systemd-run, such as when D-Bus is restarted.
 * @param code the exit code of systemd-run
 * @returns that code once the unit has ended or its state is unknown; undefined once the run has started
 */
export async function endOfUnit(
  manager: Manager,
  run: string,
  folder: string,
  code: number,
): Promise<number | undefined> {
  while (unitState(manager, run) === 'running') {
    if (hasRunStarted(folder)) return undefined;
    await delay(POLL_MS);
  }
  return code;
}

/** The state of a run's unit as systemctl(1) prints it; a unit that has ended is unloaded, and so inactive. */
export function unitState(manager: Manager, run: string): 'running' | 'ended' | 'unknown' {
  const asked = spawnSync('systemctl', systemctlArguments(manager, 'is-active', run), {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: ANSWER_MS,
  });
  const word = asked.error ? '' : asked.stdout.trim();
  if (['inactive', 'failed', 'unknown'].includes(word)) return 'ended';
  return /^[a-z]+$/.test(word) ? 'running' : 'unknown';
}
