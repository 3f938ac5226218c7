/** The runs that block another run on their domain: unfinished ones, and one that is active. */
import { stat } from 'node:fs/promises';
import { codes } from '../codes.ts';
import { blockplanCommand, blockplanOn } from '../command.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { readKeptBundle } from '../journal/bundle.ts';
import { statePath } from '../journal/folder.ts';
import { type LockOwner, livingHolders, lockOwner } from '../journal/lock.ts';
import { recoveryCommands, unusableJournalHint } from '../journal/recovery-mode.ts';
import {
  isRunOver,
  isUntrusted,
  readRunLog,
  recoveryModesOf,
  type StoredLog,
} from '../journal/run-log.ts';
import { unfinishedRuns } from '../journal/unfinished.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import { domainKey, LOCAL } from '../model/hosts.ts';
import { isUuid } from '../model/uuid.ts';
import { isProcessAlive } from '../processes.ts';

/**
 * Refuses a new run on a domain that has an unfinished one.
 * @throws BlockplanError domainLocked
 */
export async function refuseUnfinishedRun(
  state: string,
  uuid: string,
  domain: string,
): Promise<void> {
  const found = await unfinishedRunOn(state, uuid, domain);
  if (found) throw new BlockplanError('preflight-refused', [found]);
}

/**
 * The finding about an unfinished run that no process works on.
 * @param state the state directory
 * @param uuid of the domain
 * @param domain its name
 */
export async function unfinishedRunOn(
  state: string,
  uuid: string,
  domain: string,
): Promise<Finding | undefined> {
  for (const run of await unfinishedRuns(state)) {
    const folder = statePath(state, 'runs', run);
    const log = await readRunLog(folder).catch(absentAsUndefined);
    if (log?.beginning === undefined) {
      const found = (await hasBegun(folder, log)) && (await unreadRun(state, run, uuid, domain));
      if (found) return found;
      continue;
    }
    if (log.beginning.uuid !== uuid || isRunOver(log)) continue;
    if ((await activeRunOn(state, uuid))?.run === run) continue;
    return {
      ...{ code: codes.domainLocked, severity: 'error' },
      message: `run ${run} of ${log.beginning.plan} on "${domain}" is unfinished: ${log.finish?.end ?? 'it was interrupted'}`,
      hint: `finish it: ${recoveryCommands(run, recoveryModesOf(log)).join(', or ')}; if that is not possible, check the domain: ${blockplanOn(log.beginning.uri, 'doctor', domain)}; once it is in order, close the run: ${blockplanCommand('forget', run)}`,
    };
  }
  return undefined;
}

/** Whether a run without a readable start may have had an effect: its start is on disk before anything else is done. */
async function hasBegun(folder: string, log: StoredLog | undefined): Promise<boolean> {
  if (log) return log.end.seq > 0 || isUntrusted(log);
  // A run whose folder no longer exists blocks nothing.
  return (await stat(folder).catch(absentAsUndefined)) !== undefined;
}

/** The finding about an unfinished run whose journal does not show its domain, if it may have been this one. */
async function unreadRun(
  state: string,
  run: string,
  uuid: string,
  domain: string,
): Promise<Finding | undefined> {
  const own = await uuidInBundle(statePath(state, 'runs', run));
  if (own !== undefined && own !== uuid) return undefined;
  if ((await livingHolders(state)).has(run)) return undefined;
  return {
    ...{ code: codes.domainLocked, severity: 'error' },
    message: `run ${run} is unfinished, and its journal is missing or damaged: it ${own === undefined ? 'may have worked' : 'worked'} on "${domain}"`,
    hint: unusableJournalHint(run, { domain, uri: undefined }),
  };
}

/** The UUID of the domain whose definition a run saved; undefined if it saved none that can be read. */
async function uuidInBundle(folder: string): Promise<string | undefined> {
  const found = await readKeptBundle(folder);
  if (!('kept' in found)) return undefined;
  try {
    const { uuid } = readDomainXml(found.kept.definition);
    return isUuid(uuid) ? uuid : undefined;
  } catch {
    // Not domain XML: the bundle shows no domain.
    return undefined;
  }
}

/** The run that a process of this machine works on, on the domain with this UUID. */
export async function activeRunOn(state: string, uuid: string): Promise<LockOwner | undefined> {
  const owner = await lockOwner(state, domainKey(LOCAL, uuid));
  return owner && isProcessAlive(owner) ? owner : undefined;
}

function absentAsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
