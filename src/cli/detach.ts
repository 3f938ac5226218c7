/** `run --detach`: runs the plan in a separate process that outlives the terminal and the login session. */

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { PLAN_FILE } from '../journal/folder.ts';
import { readJournalEnds } from '../journal/journal-ends.ts';
import { livingHolders } from '../journal/lock.ts';
import type { Plan } from '../plan/plan.ts';
import { printable } from '../printable.ts';
import { jsonText } from '../render/json.ts';
import { managerOf, startUnit, systemctlArguments, unitState } from './detached-unit.ts';
import { inputRefusal } from './read.ts';
import { endOrBeginning } from './run-beginning.ts';

/** The options of `run`. */
export interface DetachOptions {
  readonly connect?: string;
  readonly set: readonly string[];
  readonly expect?: string;
  readonly facts?: string;
  readonly notify?: string;
  readonly metrics?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly format: 'text' | 'json';
}

/** The file in the run's folder that takes the output of a detached run. */
const OUTPUT_FILE = 'output.log';

/**
 * The environment variables that select the state directory, the libvirt and the programs of a run, and the certificates
 * that its webhooks are checked against.
 */
const ENVIRONMENT =
  /^(BLOCKPLAN_.*|LIBVIRT_.*|XDG_.*|PATH|HOME|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|NODE_OPTIONS|SSL_CERT_FILE|SSL_CERT_DIR)$/;

/** @throws BlockplanError detachOptions if the options conflict */
export function refuseUndetachable({ detach, dryRun, yes }: DetachOptions): void {
  if (!detach || (yes && !dryRun)) return;
  throw inputRefusal(
    codes.detachOptions,
    dryRun
      ? '"--detach" and "--dry-run" are mutually exclusive: a preview is meant to be read'
      : '"--detach" requires "--yes": a detached run cannot ask for confirmation',
    dryRun ? 'keep one of the two' : 'run blockplan preview and check its output, then add --yes',
  );
}

/**
 * Runs an admitted plan in another process, and waits until that process has started or refused it.
 * @param folder the run's folder, which contains the plan
 * @returns the exit code: 0 once the run has started; that of the other process if it ended before
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
  let code = manager ? await startUnit(manager, unit, folder) : undefined;
  // The unit opens this file first: if it does not exist, the unit never started.
  const refused = manager !== undefined && code !== undefined && !existsSync(log);
  if (refused) {
    // systemd may still start it, beside the other process.
    spawnSync('systemctl', systemctlArguments(manager, 'stop', run), { stdio: 'ignore' });
    process.stderr.write('systemd-run failed; starting the run in its own session instead\n');
  }
  if (refused || !manager) code = await begunAsSession(words, environment, log, folder);
  if (code === undefined) {
    process.stdout.write(begunText(plan, run, folder, options.format));
    return 0;
  }
  const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
  (code === 0 ? process.stdout : process.stderr).write(said);
  // A unit that still runs needs its folder, before it has a lock or a journal.
  const hasEnded = !manager || refused || unitState(manager, run) === 'ended';
  const isUnused =
    hasEnded && readJournalEnds(folder) === undefined && !(await livingHolders(state)).has(run);
  if (isUnused) await rm(folder, { recursive: true, force: true });
  return code;
}

function begunText(plan: Plan, run: string, folder: string, format: 'text' | 'json'): string {
  return format === 'json'
    ? `${jsonText({ run, journal: folder })}\n`
    : `${printable(plan.name)} on ${printable(plan.domain)}: run ${run} continues in the background\n  $ ${blockplanCommand('attach', run)}\n`;
}

/** The command line of the other process. It runs the admitted copy of the plan, even if the plan's file changes. */
function commandOf(file: string, run: string, options: DetachOptions): string[] {
  const { connect, set, expect, facts, notify, metrics } = options;
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
    ...option('--notify', notify ? resolve(notify) : notify),
    ...option('--metrics', metrics === undefined ? undefined : resolve(metrics)),
  ];
}

/** The environment of a detached run. @param state the state directory, an absolute path */
export function environmentOf(env: NodeJS.ProcessEnv, state: string): Record<string, string> {
  const kept = Object.entries(env).filter(
    (each): each is [string, string] => ENVIRONMENT.test(each[0]) && each[1] !== undefined,
  );
  // A relative path must be found from any working directory.
  const notify = env['BLOCKPLAN_NOTIFY'];
  const named = notify ? { BLOCKPLAN_NOTIFY: resolve(notify) } : {};
  return { ...Object.fromEntries(kept), ...named, BLOCKPLAN_STATE_DIR: state };
}

/** Starts the run in a session of its own, which has no terminal that could be closed. */
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
