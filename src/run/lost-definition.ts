/** What a run has kept of a domain, and what its folder tells besides: where the guest was last seen to write. */
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
import { lastWrites } from './last-writes.ts';
import { pendingRestoreOf } from './pending-restore.ts';
import { applyRecord } from './recovery.ts';
import { home, initialRunState } from './run-state.ts';
import { graphOfRun } from './stored-plan.ts';

/** A definition that may be lost. */
export interface LostDefinition {
  readonly found: FoundBundle;
  readonly name: string;
  readonly uuid: string;
  /** The connection, as libvirt spells it; absent where nothing tells it. */
  readonly uri?: string;
  readonly run?: string;
  /** The host state that the run began with; absent where its journal does not tell. */
  readonly initial?: HostState;
  /** As of a run: where the guest's latest writes are. Empty where nobody knows. */
  readonly lastUp: readonly HostState[];
  /** Whether the run can be resumed, is over, or is not known well enough for either. */
  readonly runStatus: 'open' | 'over' | 'unknown';
  /** How it can be resumed where it can. */
  readonly ways: readonly RecoveryMode[];
  /** Whether nobody, as far as it is known, has given the definition back since it was kept, with its autostart mark. */
  readonly owed: boolean;
  /** Whether the guest was migrated to another host while the run had its definition. */
  readonly movedAway: boolean;
  /** How many good records the run's journal has. */
  readonly records: number;
  /** When the last of them was written; ISO 8601. */
  readonly until?: string;
}

/**
 * Puts a bundle together with what the folder that it was found in tells of its run.
 * @throws Error where the definition is not the XML of a domain
 */
export async function lostDefinitionIn(
  folder: string,
  found: FoundBundle,
): Promise<LostDefinition> {
  const { name, uuid } = readDomainXml(found.kept.definition);
  if (!isUuid(uuid)) throw new Error(`"${printable(uuid)}" is not a UUID`);
  // Without its journal less is known of a run, and the bundle is as good.
  const log = await tryReadRunLog(folder);
  // A journal of another domain beside a bundle that was put there tells nothing of it.
  const own = log?.started?.uuid === uuid ? log : undefined;
  const begun = own?.started;
  const lastUp = own && (await lastWritesIn(folder, own));
  const last = log?.last;
  const owes = pendingRestoreOf(found, own);
  const uri = (found.uri ?? begun?.uri) || (begun && ofHost(begun.hosts, LOCAL).host.uri);
  const run = found.run ?? begun?.run;
  return {
    found,
    name,
    uuid,
    ...(uri === undefined ? {} : { uri }),
    ...(run === undefined ? {} : { run }),
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

/** Where the guest wrote last, by plan and journal; undefined where one of them is gone, or is not as it was written. */
async function lastWritesIn(
  folder: string,
  log: StoredLog,
): Promise<readonly HostState[] | undefined> {
  const { started } = log;
  // Records that cannot be read may tell that the guest was moved.
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
    // A plan that is gone, or one that this version does not take any more.
    if (error instanceof BlockplanError) return undefined;
    throw error;
  }
}
