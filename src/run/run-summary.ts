/** The status of a run, from its folder alone: it needs no libvirt, so it works when nothing else does. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BUNDLE_FILE, readKeptBundle } from '../journal/bundle.ts';
import { readJournalEnds } from '../journal/journal-ends.ts';
import type { LockOwner } from '../journal/lock.ts';
import type { RecoveryMode } from '../journal/recovery-mode.ts';
import {
  type RunLog,
  readRunLog,
  recoveryModesOf,
  type StartRecord,
  type StoredLog,
} from '../journal/run-log.ts';
import { LOCAL } from '../model/hosts.ts';
import { type End, isEnd, isOpenEnd } from '../outcomes.ts';
import { EVERY_OTHER } from '../steps/overlay.ts';
import { committedResults, keptByRollback } from './commits.ts';
import { type PendingRestore, pendingRestoreOf } from './pending-restore.ts';

/**
 * `forgotten`: marked as over by `blockplan forget`; `unfinished`: no process works on it; `unreadable`: its journal does
 * not even show how it began.
 */
export type RunStatus = End | 'forgotten' | 'running' | 'unfinished' | 'unreadable';

export interface RunSummary {
  readonly run: string;
  /** The folder that holds the journal. */
  readonly journal: string;
  readonly outcome: RunStatus;
  /** Absent if the journal does not show it. */
  readonly plan?: string;
  readonly domain?: string;
  /** The libvirt that was chosen for the run; absent for virsh's own default, or if the journal does not show it. */
  readonly uri?: string;
  /** The targets of the disks that its steps work on; absent if there are none, or if the journal does not show it. */
  readonly disks?: readonly string[];
  /** The paths of the copies and backups that its steps create, or of their folder; absent as above. */
  readonly destinations?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  /** When its last record was written; milliseconds since the epoch. */
  readonly lastAt?: number;
  /** Who works on it or, if no process does, who started it: `root@host, pid 4242`. */
  readonly owner?: string;
  /** Whether this run may hold the only copy of a definition that an undefine removed. */
  readonly holdsDefinition: boolean;
  /**
   * Set if it removed an autostart mark that has not been restored, as far as is known: the guest does not start with its
   * host.
   */
  readonly owesAutostart?: true;
  /** How it can be ended; empty if it is over or running, or if its journal does not show it. */
  readonly ways: readonly RecoveryMode[];
  /** What went wrong, in sentences; absent if nothing did, or an older version wrote it to `state`. */
  readonly happened?: readonly string[];
  /** The state at its end, in sentences. */
  readonly state: readonly string[];
  /** The commands to type, from its end. */
  readonly next: readonly string[];
  /** What is wrong with its journal, as a clause. */
  readonly damage?: string;
}

/**
 * Reads the status of one run.
 * @param holders who holds the locks now, by run
 * @returns undefined if the folder has neither a journal nor a definition: then no run ever began there
 */
export async function runSummaryOf(
  { run, folder }: { readonly run: string; readonly folder: string },
  holders: ReadonlyMap<string, LockOwner>,
): Promise<RunSummary | undefined> {
  const holder = holders.get(run);
  const bundled = existsSync(join(folder, BUNDLE_FILE));
  const seen = seenOf(folder);
  if (seen === undefined && !bundled && !holder) return undefined;
  const { log, damage, strange }: Seen = seen ?? { damage: 'its journal is missing' };
  const { beginning, last } = log ?? {};
  const outcome = strange && !holder ? 'unreadable' : outcomeOf(log, holder !== undefined);
  const whole = isStatusOver(outcome) ? undefined : await wholeLog(folder);
  const owes = isStatusOver(outcome) ? NOTHING_OWED : await owedIn(folder, whole);
  return {
    run,
    journal: folder,
    outcome,
    ...(beginning
      ? {
          plan: beginning.plan,
          domain: beginning.domain,
          ...(beginning.uri === '' ? {} : { uri: beginning.uri }),
          ...placesOf(log?.started),
          startedAt: Date.parse(beginning.time),
        }
      : {}),
    ...(last && !strange ? { lastAt: Date.parse(last.time) } : {}),
    ...ownerOf(log, holder),
    holdsDefinition: owes.definition,
    ...(owes.autostart ? { owesAutostart: true as const } : {}),
    ways: outcome !== 'running' && beginning && whole ? recoveryModesOf(whole) : [],
    ...(log?.finish?.happened && !log.forgotten ? { happened: log.finish.happened } : {}),
    state: stateOf(log, whole),
    next: log?.forgotten ? [] : (log?.finish?.next ?? []),
    // The end of a journal that is being written can be torn.
    ...(damage === undefined || holder ? {} : { damage }),
  };
}

/** What the steps of a plan work on and copy to: the disks that they name, or all that a backup copies, and the new files. */
function placesOf(started: StartRecord | undefined): Pick<RunSummary, 'disks' | 'destinations'> {
  const params = started?.compiled?.steps.map((step) => step.params) ?? [];
  const specs = params.flatMap(({ diskspec }) => (Array.isArray(diskspec) ? diskspec : []));
  const disks = textsOf([
    ...[...params, ...specs].map((each: { readonly disk?: unknown }) => each.disk),
    ...params.flatMap(({ store, disks: listed }) =>
      store === undefined ? [] : Array.isArray(listed) ? listed : writtenDisks(started),
    ),
  ]);
  const named = disks.filter((disk) => disk !== EVERY_OTHER);
  const destinations = textsOf(
    params.map(({ dest, store, name }) =>
      typeof store === 'string' && typeof name === 'string' ? join(store, name) : dest,
    ),
  );
  return {
    ...(named.length === 0 ? {} : { disks: named }),
    ...(destinations.length === 0 ? {} : { destinations }),
  };
}

/** The disks that the guest could write to when the run began. */
function writtenDisks(started: StartRecord | undefined): string[] {
  const disks = started?.hosts[LOCAL]?.domain.disks ?? [];
  return disks
    .filter(
      ({ device, readonly, chain }) => !readonly && chain.length > 0 && /^(disk|lun)$/.test(device),
    )
    .map(({ target }) => target);
}

function textsOf(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))];
}

interface Seen {
  /** The log of the two ends of the journal. */
  readonly log?: RunLog;
  readonly damage?: string;
  /** Whether it holds a record that this version does not write. */
  readonly strange?: true;
}

/**
 * The log of the two ends of the journal, and what is wrong with it. A journal that cannot be opened must not break a
 * list of runs.
 */
function seenOf(folder: string): Seen | undefined {
  try {
    const ends = readJournalEnds(folder);
    if (!ends) return undefined;
    const { log, damaged, strange } = ends;
    if (strange)
      return { log, damage: `its journal cannot be read: ${strange.why}`, strange: true };
    if (!log.last) return { damage: 'its journal has no complete record, so nothing was done' };
    if (!log.beginning) return { log, damage: 'the beginning of its journal was modified' };
    if (!damaged) return { log };
    return { log, damage: 'its journal ends with an incomplete record' };
  } catch (error) {
    return { damage: `its journal cannot be read: ${(error as Error).message}` };
  }
}

function outcomeOf(log: RunLog | undefined, alive: boolean): RunStatus {
  if (alive) return 'running';
  if (!log?.beginning) return 'unreadable';
  if (log.forgotten) return 'forgotten';
  return log.finish?.end ?? 'unfinished';
}

/** @param whole the log of the whole journal, for a run that is not over */
function stateOf(log: RunLog | undefined, whole: RunLog | undefined): readonly string[] {
  const { forgotten, finish } = log ?? {};
  if (forgotten)
    return [
      `${forgotten.user}@${forgotten.host} closed the run with blockplan forget; what the run had left stayed as it was`,
    ];
  return finish?.state ?? (whole ? keptByRollback(committedResults(whole)) : []);
}

/** Undefined if the journal cannot be read, which must not break a list of runs. */
function wholeLog(folder: string): Promise<StoredLog | undefined> {
  return readRunLog(folder).catch(() => undefined);
}

/** Whether a run with this status needs no further action. */
export function isStatusOver(outcome: RunStatus): boolean {
  return outcome === 'forgotten' || (isEnd(outcome) && !isOpenEnd(outcome));
}

function ownerOf(
  log: RunLog | undefined,
  holder: LockOwner | undefined,
): Pick<RunSummary, 'owner'> {
  if (holder) return { owner: `${holder.user}@${hostname()}, pid ${holder.pid}` };
  const { beginning } = log ?? {};
  return beginning ? { owner: `${beginning.user}@${beginning.host}, pid ${beginning.pid}` } : {};
}

const NOTHING_OWED: PendingRestore = { definition: false, autostart: false };

/** What was kept and has not been restored, as far as is known. */
async function owedIn(folder: string, log: StoredLog | undefined): Promise<PendingRestore> {
  const found = await readKeptBundle(folder);
  if (!('kept' in found)) return { definition: !found.missing, autostart: false };
  return pendingRestoreOf(found, log);
}
