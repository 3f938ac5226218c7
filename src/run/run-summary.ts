/** How a run stands, as its folder tells: no libvirt is asked, so it can be told when nothing else works. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE_FILE, readKeptBundle } from '../journal/bundle.ts';
import { readJournalEnds } from '../journal/journal-ends.ts';
import type { LockOwner } from '../journal/lock.ts';
import type { RecoveryMode } from '../journal/recovery-mode.ts';
import { type RunLog, readRunLog, recoveryModesOf, type StoredLog } from '../journal/run-log.ts';
import { type End, isEnd, isOpenEnd } from '../outcomes.ts';
import { type PendingRestore, pendingRestoreOf } from './pending-restore.ts';

/** `forgotten` where somebody had it counted as over; `unfinished` where nobody works on it any more; `unreadable` where its journal does not even tell how it began. */
export type RunStatus = End | 'forgotten' | 'running' | 'unfinished' | 'unreadable';

export interface RunSummary {
  readonly run: string;
  /** The folder that holds the journal. */
  readonly journal: string;
  readonly outcome: RunStatus;
  /** Absent where the journal does not tell. */
  readonly plan?: string;
  readonly domain?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  /** When its last record was written; milliseconds since the epoch. */
  readonly lastAt?: number;
  /** Who works on it or, where nobody does, who had begun it: `root@host, pid 4242`. */
  readonly owner?: string;
  /** Whether the definition that an undefine took away may be with nobody but this run. */
  readonly holdsDefinition: boolean;
  /** Set where it took an autostart mark away that nothing is known to have put back: the guest starts with no host. */
  readonly owesAutostart?: true;
  /** How it can be brought to an end; none where it is over or under way, or where its journal does not tell. */
  readonly ways: readonly RecoveryMode[];
  /** What was so at its end, in sentences. */
  readonly state: readonly string[];
  /** What its end said to type. */
  readonly next: readonly string[];
  /** What of its journal cannot be read, as a clause. */
  readonly damage?: string;
}

/**
 * Looks at one run.
 * @param holders who holds the locks now, by the run
 * @returns nothing where the folder has neither a journal nor a definition: there no run ever began
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
          startedAt: Date.parse(beginning.time),
        }
      : {}),
    ...(last && !strange ? { lastAt: Date.parse(last.time) } : {}),
    ...ownerOf(log, holder),
    holdsDefinition: owes.definition,
    ...(owes.autostart ? { owesAutostart: true as const } : {}),
    ways: outcome !== 'running' && beginning && whole ? recoveryModesOf(whole) : [],
    state: stateOf(log),
    next: log?.forgotten ? [] : (log?.finish?.next ?? []),
    // What is being written is torn at its end now and then.
    ...(damage === undefined || holder ? {} : { damage }),
  };
}

interface Seen {
  /** What the two ends of the journal tell. */
  readonly log?: RunLog;
  readonly damage?: string;
  /** Whether it holds a record that this version does not write. */
  readonly strange?: true;
}

/** What the two ends of the journal tell, and what is wrong with it; a journal that cannot be opened ends no list. */
function seenOf(folder: string): Seen | undefined {
  try {
    const ends = readJournalEnds(folder);
    if (!ends) return undefined;
    const { log, damaged, strange } = ends;
    if (strange)
      return { log, damage: `its journal cannot be read: ${strange.why}`, strange: true };
    if (!log.last) return { damage: 'its journal has no whole record, so nothing had been begun' };
    if (!log.beginning) return { log, damage: 'the beginning of its journal has been altered' };
    if (!damaged) return { log };
    return { log, damage: 'its journal ends in a record that is not whole' };
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

function stateOf(log: RunLog | undefined): readonly string[] {
  const { forgotten, finish } = log ?? {};
  if (forgotten)
    return [
      `${forgotten.user}@${forgotten.host} had it forgotten: it counts as over, wherever it stood`,
    ];
  return finish?.state ?? [];
}

/** A journal that cannot be read tells nothing, and ends no list. */
function wholeLog(folder: string): Promise<StoredLog | undefined> {
  return readRunLog(folder).catch(() => undefined);
}

/** Whether nothing is left to be done of a run that stands so. */
export function isStatusOver(outcome: RunStatus): boolean {
  return outcome === 'forgotten' || (isEnd(outcome) && !isOpenEnd(outcome));
}

function ownerOf(
  log: RunLog | undefined,
  holder: LockOwner | undefined,
): Pick<RunSummary, 'owner'> {
  if (holder) return { owner: `${holder.user}, pid ${holder.pid}` };
  const { beginning } = log ?? {};
  return beginning ? { owner: `${beginning.user}@${beginning.host}, pid ${beginning.pid}` } : {};
}

const NOTHING_OWED: PendingRestore = { definition: false, autostart: false };

/** What was kept that nobody, as far as it is known, has given back. */
async function owedIn(folder: string, log: StoredLog | undefined): Promise<PendingRestore> {
  const found = await readKeptBundle(folder);
  if (!('kept' in found)) return { definition: !found.missing, autostart: false };
  return pendingRestoreOf(found, log);
}
