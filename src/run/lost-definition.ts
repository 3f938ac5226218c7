/** What a run kept of a domain, and what else its folder shows: where the guest was last seen to write. */
import { BlockplanError } from '../errors.ts';
import type { FoundBundle } from '../journal/bundle.ts';
import type { RecoveryMode } from '../journal/recovery-mode.ts';
import {
  isRunOver,
  isUntrusted,
  recoveryModesOf,
  type StoredLog,
  tryReadRunLog,
} from '../journal/run-log.ts';
import { createPlanMachine } from '../machine/machine.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import type { HostState } from '../model/host-state.ts';
import { eachHost, LOCAL, ofHost } from '../model/hosts.ts';
import { isUuid } from '../model/uuid.ts';
import { printable } from '../printable.ts';
import { type KnownHost, recordedHost } from '../this-host.ts';
import { applyRecord } from './interrupted-run.ts';
import { lastWrites } from './last-writes.ts';
import { pendingRestoreOf } from './pending-restore.ts';
import { home, initialRunState } from './run-state.ts';
import { graphOfRun } from './stored-plan.ts';

/** A definition that may be lost. */
export interface LostDefinition {
  readonly found: FoundBundle;
  readonly name: string;
  readonly uuid: string;
  /** The connection, as libvirt spells it; absent if it is unknown. */
  readonly uri?: string;
  readonly run?: string;
  /** The host that the run was on last; absent if it is unknown. */
  readonly ranOn?: KnownHost;
  /** Its name, if it is another host than the one on which the definition is to be restored. */
  readonly elsewhere?: string;
  /** The host state that the run began with; absent if its journal does not record it. */
  readonly initial?: HostState;
  /** As in `RunHost`: where the guest's latest writes are. Empty if unknown. */
  readonly lastUp: readonly HostState[];
  /** Whether the run can be resumed, is over, or too little is known of it for either. */
  readonly runStatus: 'open' | 'over' | 'unknown';
  /** How it can be resumed, if it can be. */
  readonly ways: readonly RecoveryMode[];
  /** Whether the definition or its autostart mark has not been restored since it was kept, as far as is known. */
  readonly owed: boolean;
  /** Whether the guest was migrated to another host while the run had its definition. */
  readonly movedAway: boolean;
  /** The number of valid records in the run's journal. */
  readonly records: number;
  /** When the last of them was written; ISO 8601. */
  readonly until?: string;
}

/**
 * Combines a bundle with what its folder shows of its run.
 * @throws Error if the definition is not domain XML
 */
export async function lostDefinitionIn(
  folder: string,
  found: FoundBundle,
): Promise<LostDefinition> {
  const { name, uuid } = readDomainXml(found.kept.definition);
  if (!isUuid(uuid)) throw new Error(`"${printable(uuid)}" is not a UUID`);
  // Without the journal less is known of the run, but the bundle is just as good.
  const log = await tryReadRunLog(folder);
  // The journal of another domain, next to a bundle that was put there, says nothing about it.
  const own = log?.started?.uuid === uuid ? log : undefined;
  const begun = own?.started;
  const lastUp = own && (await lastWritesIn(folder, own));
  const last = log?.last;
  const owes = pendingRestoreOf(found, own);
  const uri = (found.uri ?? begun?.uri) || (begun && ofHost(begun.hosts, LOCAL).host.uri);
  const run = found.run ?? begun?.run;
  const ranOn = recordedHost(own?.attempts.at(-1) ?? found);
  return {
    found,
    name,
    uuid,
    ...(uri === undefined ? {} : { uri }),
    ...(run === undefined ? {} : { run }),
    ...(ranOn === undefined ? {} : { ranOn }),
    ...(begun ? { initial: ofHost(begun.hosts, LOCAL) } : {}),
    lastUp: lastUp ?? [],
    runStatus: own && isRunOver(own) ? 'over' : lastUp ? 'open' : 'unknown',
    ways: log ? recoveryModesOf(log) : [],
    owed: owes.definition || owes.autostart,
    movedAway: own?.movedAway === true,
    records: log?.end.seq ?? 0,
    ...(last === undefined ? {} : { until: last.time }),
  };
}

/** Where the guest last wrote, from plan and journal; undefined if one of them is missing or was altered. */
async function lastWritesIn(
  folder: string,
  log: StoredLog,
): Promise<readonly HostState[] | undefined> {
  const { started } = log;
  // Unreadable records may say that the guest was moved.
  if (!started || isUntrusted(log)) return undefined;
  try {
    const graph = await graphOfRun(folder, started, 'rollback', log);
    const run = initialRunState({
      graph,
      machine: createPlanMachine(graph),
      id: started.run,
      folder,
      hosts: eachHost(started.hosts, (state) => ({ initial: state, files: [] })),
    });
    return lastWrites(home(applyRecord({ run }, log).run));
  } catch (error) {
    // The plan is missing, or this version no longer accepts it.
    if (error instanceof BlockplanError) return undefined;
    throw error;
  }
}
