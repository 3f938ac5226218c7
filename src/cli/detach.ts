/** `run --detach`: the run is done by a process of its own, which outlives the terminal and the login. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { PLAN_FILE } from '../journal/folder.ts';
import { readJournalEnds } from '../journal/journal-ends.ts';
import { EXIT_CODES } from '../outcomes.ts';
import type { Plan } from '../plan/plan.ts';
import { printable } from '../printable.ts';
import { jsonText } from '../render/json.ts';
import { inputRefusal } from './read.ts';

/** What `run` was told. */
export interface DetachOptions {
  readonly connect?: string;
  readonly set: readonly string[];
  readonly expect?: string;
  readonly facts?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly output: 'text' | 'json';
}

/** What a run that nobody looks at prints, in its folder. */
const OUTPUT_FILE = 'output.log';

/** What of our environment decides where a run's state lies, which libvirt it is for and which programs it calls. */
const ENVIRONMENT = /^(BLOCKPLAN_.*|LIBVIRT_.*|XDG_.*|PATH|HOME)$/;

/** @throws BlockplanError detachOptions where the options do not go together */
export function refuseUndetachable({ detach, dryRun, yes }: DetachOptions): void {
  if (!detach || (yes && !dryRun)) return;
  throw inputRefusal(
    codes.detachOptions,
    dryRun
      ? '"--detach" and "--dry-run" exclude each other: a preview is to be read'
      : '"--detach" needs "--yes": a run that is out of reach of the terminal cannot ask',
    dryRun ? 'keep one of the two' : 'look at blockplan preview, then add --yes',
  );
}

/**
 * Has an admitted plan run by another process, and waits until that has begun it, or refused it.
 * @param folder the run's, with the plan in it
 * @returns the exit code: 0 once the run has begun; that of the other process where it has ended by then
 */
export async function detachCommand(
  plan: Plan,
  state: string,
  folder: string,
  options: DetachOptions,
): Promise<number> {
  const run = basename(folder);
  const log = join(folder, OUTPUT_FILE);
  const words = commandOf(join(folder, PLAN_FILE), run, options);
  const environment = environmentOf(process.env, state);
  const manager = managerOf(process.env, process.getuid?.());
  const unit = { run, words, environment, log, cwd: process.cwd() };
  let code = manager ? await begunAsUnit(unitArguments(manager, unit), folder) : undefined;
  // The unit opens this file before all else: without it there was none.
  const refused = manager !== undefined && code !== undefined && !existsSync(log);
  if (refused) process.stderr.write('systemd-run failed, so the run gets a session of its own\n');
  if (refused || !manager) code = await begunAsSession(words, environment, log, folder);
  if (code === undefined) {
    process.stdout.write(begunText(plan, run, folder, options.output));
    return 0;
  }
  const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
  (code === 0 ? process.stdout : process.stderr).write(said);
  if (readJournalEnds(folder) === undefined) await rm(folder, { recursive: true, force: true });
  return code;
}

function begunText(plan: Plan, run: string, folder: string, output: 'text' | 'json'): string {
  return output === 'json'
    ? `${jsonText({ run, journal: folder })}\n`
    : `${printable(plan.name)} on ${printable(plan.domain)}: run ${run} goes on by itself\n  $ ${blockplanCommand('attach', run)}\n`;
}

/** The command line of the other process. What was admitted runs, whatever becomes of the plan's file. */
function commandOf(file: string, run: string, options: DetachOptions): string[] {
  const { connect, set, expect, facts } = options;
  const option = (name: string, value: string | undefined) =>
    value === undefined ? [] : [name, value];
  return [
    process.execPath,
    ...process.execArgv,
    resolve(process.argv[1] ?? ''),
    ...['run', file, '--yes', '--run-id', run],
    ...option('--connect', connect),
    ...set.flatMap((each) => ['--set', each]),
    ...option('--expect', expect),
    ...option('--facts', facts === undefined ? undefined : resolve(facts)),
  ];
}

function environmentOf(env: NodeJS.ProcessEnv, state: string): Record<string, string> {
  const kept = Object.entries(env).filter(
    (each): each is [string, string] => ENVIRONMENT.test(each[0]) && each[1] !== undefined,
  );
  // A folder that was named from where we are has to be found from elsewhere.
  return { ...Object.fromEntries(kept), BLOCKPLAN_STATE_DIR: state };
}

/** Which systemd takes services: the system's for root, a user's own where it outlives the logins. */
export type Manager = 'system' | 'user';

/** @returns nothing where there is no systemd, or only one that ends with the last login */
function managerOf(env: NodeJS.ProcessEnv, uid: number | undefined): Manager | undefined {
  // sd_booted(3) looks for the same folder.
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
  /** The file that takes what it prints. */
  readonly log: string;
  readonly cwd: string;
}

/** The arguments of systemd-run(1). It waits for the unit, and passes its exit code on; the unit needs it no more once it has begun. */
export function unitArguments(
  manager: Manager,
  { run, words, environment, log, cwd }: Unit,
): string[] {
  return [
    ...(manager === 'user' ? ['--user'] : []),
    ...['--quiet', '--collect', '--wait', `--unit=blockplan-${run}`],
    `--description=blockplan run ${run}`,
    `--working-directory=${cwd}`,
    // A stop is told to blockplan alone: it rolls back, and its virsh is needed for that.
    '--property=KillMode=mixed',
    '--property=UMask=0077',
    `--property=StandardOutput=append:${log}`,
    `--property=StandardError=append:${log}`,
    ...Object.entries(environment).map(([name, value]) => `--setenv=${name}=${value}`),
    '--',
    // systemd would put variables in, as in a unit's ExecStart (systemd.service(5), "Command lines").
    ...words.map((word) => word.replaceAll('$', '$$$$')),
  ];
}

/** What comes of a unit; `systemd-run` only waits for it, and is not needed any more once the run has begun. */
async function begunAsUnit(argv: readonly string[], folder: string): Promise<number | undefined> {
  const waiting = spawn('systemd-run', argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await endOrBeginning(waiting, folder);
  waiting.kill();
  return code;
}

/** A session of its own has no terminal that could be closed. */
async function begunAsSession(
  [program = '', ...argv]: readonly string[],
  environment: Readonly<Record<string, string>>,
  log: string,
  folder: string,
): Promise<number | undefined> {
  const out = openSync(log, 'a', 0o600);
  const stdio = ['ignore', out, out] as const;
  const env = { ...process.env, ...environment };
  const session = spawn(program, argv, { detached: true, stdio: [...stdio], env });
  closeSync(out);
  const code = await endOrBeginning(session, folder);
  session.unref();
  return code;
}

/** Waits until the run has begun (nothing), or until its process has ended (its exit code). */
function endOrBeginning(child: ChildProcess, folder: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (code?: number): void => {
      watcher.close();
      resolve(code);
    };
    const look = (): void => {
      const { last } = readJournalEnds(folder)?.log ?? {};
      if (last && last.type !== 'run-started' && last.type !== 'run-finished') settle();
    };
    const watcher = watch(folder, look).on('error', reject);
    child.once('error', reject);
    child.once('exit', (code) => settle(code ?? EXIT_CODES.bug));
  });
}
