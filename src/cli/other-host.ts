/**
 * The host of a run. Hosts that share a state directory find each other's runs in it, but their guests, libvirts and
 * processes are not those of this host.
 */
import { codes } from '../codes.ts';
import { blockplanCommand, commandLine, type RunVerb } from '../command.ts';
import { readKeptBundle } from '../journal/bundle.ts';
import { tryReadRunLog } from '../journal/run-log.ts';
import { isThisHost, type KnownHost, recordedHost, thisHost } from '../this-host.ts';
import { preflightRefusal } from './refusal.ts';

/** The host that a run was on last, from its journal or its bundle; undefined if neither shows it. */
export async function hostOfRun(folder: string): Promise<KnownHost | undefined> {
  const log = await tryReadRunLog(folder);
  const last = log?.attempts.at(-1);
  if (last) return last;
  const found = await readKeptBundle(folder);
  return 'kept' in found ? recordedHost(found) : undefined;
}

/**
 * Whether a run was on another host, as far as is known.
 * @param folder of the run
 * @param from the name of a host that is this one, according to the user
 */
export function ranElsewhere(
  host: KnownHost | undefined,
  folder: string,
  from?: string,
): host is KnownHost {
  return host !== undefined && host.host !== from && !isThisHost(host, folder);
}

export function elsewhereText(run: string, { host }: KnownHost): string {
  const here = thisHost().host;
  return host === here
    ? `run ${run} ran on another machine that is also called ${host}: its machine id differs`
    : `run ${run} ran on ${host}; this is ${here}`;
}

/** The run that a command was given for, and its host. */
interface RunOfHost {
  readonly run: string;
  readonly folder: string;
  readonly host: KnownHost | undefined;
  /** What the user says of the host; see `ranElsewhere`. */
  readonly from?: string | undefined;
}

/**
 * Refuses a command for a run of another host.
 * @param verb the command
 * @param otherwise what to do if that cannot be done there, as a clause; the parameter is the host's name
 * @throws BlockplanError runOnOtherHost
 */
export function refuseElsewhere(
  { run, folder, host, from }: RunOfHost,
  verb: RunVerb,
  otherwise: (host: string) => string,
): void {
  if (!ranElsewhere(host, folder, from)) return;
  const { host: name } = host;
  const there = `${commandLine('ssh', ...(name.startsWith('-') ? ['--'] : []), name)} ${blockplanCommand(verb, run)}`;
  throw preflightRefusal(
    codes.runOnOtherHost,
    elsewhereText(run, host),
    `run it there: ${there}; ${otherwise(name)}`,
  );
}
