/** What a run has kept of a domain, and what its folder tells besides: where the guest was last seen to write. */
import { BlockplanError } from '../errors.ts';
import type { FoundBundle } from '../journal/bundle.ts';
import type { Way } from '../journal/direction.ts';
import {
  isRunOver,
  isUnbelievable,
  readLogIfThere,
  type StoredLog,
  waysOf,
} from '../journal/run-log.ts';
import { createPlanMachine } from '../machine/machine.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import { eachHost, LOCAL, ofHost } from '../model/hosts.ts';
import { isUuid } from '../model/uuid.ts';
import type { World } from '../model/world.ts';
import { printable } from '../printable.ts';
import { courseOf, home } from './course.ts';
import { owedBy } from './given-back.ts';
import { lastWrites } from './last-writes.ts';
import { follow } from './recover.ts';
import { graphOfRun } from './stored-plan.ts';

/** A definition that may be lost. */
export interface Lost {
  readonly found: FoundBundle;
  readonly name: string;
  readonly uuid: string;
  /** The connection, as libvirt spells it; absent where nothing tells it. */
  readonly uri?: string;
  readonly run?: string;
  /** The World that the run began with; absent where its journal does not tell. */
  readonly begun?: World;
  /** As of a course: where the guest's latest writes are. Empty where nobody knows. */
  readonly lastUp: readonly World[];
  /** Whether the run can be taken up again, is over, or is not known well enough for either. */
  readonly course: 'open' | 'over' | 'unknown';
  /** How it can be taken up again where it can. */
  readonly ways: readonly Way[];
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
export async function lostIn(folder: string, found: FoundBundle): Promise<Lost> {
  const { name, uuid } = readDomainXml(found.kept.definition);
  if (!isUuid(uuid)) throw new Error(`"${printable(uuid)}" is not a UUID`);
  // Without its journal less is known of a run, and the bundle is as good.
  const log = await readLogIfThere(folder);
  // A journal of another domain beside a bundle that was put there tells nothing of it.
  const own = log?.started?.uuid === uuid ? log : undefined;
  const begun = own?.started;
  const course = own && (await courseIn(folder, own));
  const last = log?.last;
  const owes = owedBy(found, own);
  const uri = (found.uri ?? begun?.uri) || (begun && ofHost(begun.hosts, LOCAL).host.uri);
  const run = found.run ?? begun?.run;
  return {
    found,
    name,
    uuid,
    ...(uri === undefined ? {} : { uri }),
    ...(run === undefined ? {} : { run }),
    ...(begun ? { begun: ofHost(begun.hosts, LOCAL) } : {}),
    lastUp: course ?? [],
    course: own && isRunOver(own) ? 'over' : course ? 'open' : 'unknown',
    ways: log ? waysOf(log) : [],
    owed: owes.definition || owes.autostart,
    movedAway: own?.movedAway === true,
    records: log?.end.seq ?? 0,
    ...(last === undefined ? {} : { until: last.time }),
  };
}

/** Where the guest wrote last, by plan and journal; undefined where one of them is gone, or is not as it was written. */
async function courseIn(folder: string, log: StoredLog): Promise<readonly World[] | undefined> {
  const { started } = log;
  // Records that cannot be read may tell that the guest was moved.
  if (!started || isUnbelievable(log)) return undefined;
  try {
    const graph = await graphOfRun(folder, started, 'rollback', log);
    const course = courseOf({
      graph,
      machine: createPlanMachine(graph),
      run: started.run,
      folder,
      hosts: eachHost(started.hosts, (world) => ({ world, files: [] })),
    });
    return lastWrites(home(follow({ course }, log).course));
  } catch (error) {
    // A plan that is gone, or one that this version does not take any more.
    if (error instanceof BlockplanError) return undefined;
    throw error;
  }
}
