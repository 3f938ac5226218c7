/** The unfinished runs on a domain that the journals of this machine record, as the doctor needs them. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { blockplanCommand } from '../command.ts';
import type { UnfinishedRun } from '../doctor/patient.ts';
import { readKeptBundle } from '../journal/bundle.ts';
import { JOURNAL_FILE } from '../journal/journal.ts';
import { lockOwner } from '../journal/lock.ts';
import { recoveryCommands, recoveryText } from '../journal/recovery-mode.ts';
import { isRunOver, readRunLog, recoveryModesOf, type StoredLog } from '../journal/run-log.ts';
import { unfinishedRuns } from '../journal/unfinished.ts';
import type { Bundle, Domain } from '../model/host-state.ts';
import { domainKey, LOCAL } from '../model/hosts.ts';
import type { Marker } from '../model/marker.ts';
import { isOpenEnd } from '../outcomes.ts';
import { isProcessAlive } from '../processes.ts';
import { pendingRestoreOf } from '../run/pending-restore.ts';
import { filesMadeBy } from './earlier-runs.ts';
import { isMarkingProcessAlive } from './marker-process.ts';
import { runFolders } from './run-folders.ts';

/**
 * @param state the state directory
 * @param domain as observed; matched by name if libvirt does not know it
 * @throws BlockplanError stateUnreadable if the state directory cannot be read
 */
export async function runsOnDomain(state: string, domain: Domain): Promise<UnfinishedRun[]> {
  const all = await runFolders(state);
  const unfinished = new Set(await unfinishedRuns(state));
  const found: UnfinishedRun[] = [];
  for (const { folder } of all.filter(({ run }) => unfinished.has(run))) {
    const resumable = await runIn(state, folder, domain);
    if (resumable) found.push(resumable);
  }
  return found;
}

async function runIn(
  state: string,
  folder: string,
  domain: Domain,
): Promise<UnfinishedRun | undefined> {
  if (!(await isThere(join(folder, JOURNAL_FILE)))) return undefined;
  const log = await readRunLog(folder);
  const { beginning: first, finish } = log;
  const kept = log.kept[LOCAL];
  if (!first || isRunOver(log)) return undefined;
  if (domain.uuid === '' ? first.domain !== domain.name : first.uuid !== domain.uuid)
    return undefined;
  const owner = await lockOwner(state, domainKey(LOCAL, first.uuid));
  const ways = recoveryModesOf(log);
  return {
    run: first.run,
    plan: first.plan,
    folder,
    startedAt: Date.parse(first.time),
    ...(finish && isOpenEnd(finish.end) ? { end: finish.end } : {}),
    next: finish?.next ?? [],
    finishing: recoveryText(ways),
    takeUp:
      ways.length > 0 ? recoveryCommands(first.run, ways) : [blockplanCommand('forget', first.run)],
    alive: owner !== undefined && owner.run === first.run && isProcessAlive(owner),
    owner: `${first.user}@${first.host}, pid ${first.pid}`,
    ...(kept ? { bundle: kept, ...(await owes(folder, kept, log)) } : {}),
    files: filesMadeBy(log),
  };
}

async function owes(
  folder: string,
  bundle: Bundle,
  log: StoredLog,
): Promise<Pick<UnfinishedRun, 'owesAutostart'>> {
  const found = await readKeptBundle(folder);
  const of = 'kept' in found ? found : { kept: bundle };
  return pendingRestoreOf(of, log).autostart ? { owesAutostart: true } : {};
}

/** Whether a process works on the run of a marker; undefined if that is unknown, or if there is no marker. */
export function isMarkerAlive(
  marker: Marker | undefined,
  runs: readonly UnfinishedRun[],
): boolean | undefined {
  if (marker === undefined) return undefined;
  const known = runs.find(({ run }) => run === marker.run);
  return known ? known.alive : isMarkingProcessAlive(marker);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
