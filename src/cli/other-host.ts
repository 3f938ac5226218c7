/**
 * The host of a run. Hosts that share a state directory find each other's runs in it, but their guests, libvirts and
 * processes are not those of this host.
 */
import { hostname } from 'node:os';
import { codes } from '../codes.ts';
import { blockplanCommand, commandLine, type RunVerb } from '../command.ts';
import { readKeptBundle } from '../journal/bundle.ts';
import { tryReadRunLog } from '../journal/run-log.ts';
import { preflightRefusal } from './refusal.ts';

/** The host that a run was on last, from its journal or its bundle; undefined if neither shows it. */
export async function hostOfRun(folder: string): Promise<string | undefined> {
  const log = await tryReadRunLog(folder);
  const host = log?.attempts.at(-1)?.host;
  if (host !== undefined) return host;
  const found = await readKeptBundle(folder);
  return 'kept' in found ? found.host : undefined;
}

/** Whether a run was on another host, as far as is known. */
export function ranElsewhere(host: string | undefined): host is string {
  return host !== undefined && host !== hostname();
}

export function elsewhereText(run: string, host: string): string {
  return `run ${run} ran on ${host}; this is ${hostname()}`;
}

/**
 * Refuses a command for a run of another host.
 * @param verb the command
 * @param lost what to do if that host is lost
 * @throws BlockplanError runOnOtherHost
 */
export function refuseElsewhere(
  run: string,
  host: string | undefined,
  verb: RunVerb,
  lost?: string,
): void {
  if (!ranElsewhere(host)) return;
  const there = `${commandLine('ssh', ...(host.startsWith('-') ? ['--'] : []), host)} ${blockplanCommand(verb, run)}`;
  throw preflightRefusal(
    codes.runOnOtherHost,
    elsewhereText(run, host),
    `run it there: ${there}${lost === undefined ? '' : `; if ${host} is lost, ${lost}`}`,
  );
}
