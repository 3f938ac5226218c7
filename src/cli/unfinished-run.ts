/** The runs that block another run on their domain: unfinished ones, and one that is active. */
import { codes } from '../codes.ts';
import { blockplanCommand, blockplanOn } from '../command.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { statePath } from '../journal/folder.ts';
import { type LockOwner, lockOwner } from '../journal/lock.ts';
import { recoveryCommands } from '../journal/recovery-mode.ts';
import { isRunOver, readRunLog, recoveryModesOf } from '../journal/run-log.ts';
import { unfinishedRuns } from '../journal/unfinished.ts';
import { domainKey, LOCAL } from '../model/hosts.ts';
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
    const log = await readRunLog(statePath(state, 'runs', run)).catch(absentAsUndefined);
    if (log?.beginning?.uuid !== uuid || isRunOver(log)) continue;
    if ((await activeRunOn(state, uuid))?.run === run) continue;
    return {
      ...{ code: codes.domainLocked, severity: 'error' },
      message: `run ${run} of ${log.beginning.plan} on "${domain}" is unfinished: ${log.finish?.end ?? 'it was interrupted'}`,
      hint: `finish it: ${recoveryCommands(run, recoveryModesOf(log)).join(', or ')}; if that is not possible, check the domain: ${blockplanOn(log.beginning.uri, 'doctor', domain)}; once it is in order, close the run: ${blockplanCommand('forget', run)}`,
    };
  }
  return undefined;
}

/** The run that a process of this machine works on, on the domain with this UUID. */
export async function activeRunOn(state: string, uuid: string): Promise<LockOwner | undefined> {
  const owner = await lockOwner(state, domainKey(LOCAL, uuid));
  return owner && isProcessAlive(owner) ? owner : undefined;
}

/** A run whose folder no longer exists blocks nothing. */
function absentAsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
