/**
 * Which backups of a store are kept. Reads no clock: days, weeks and months are those of the backups' own times, counted back
 * from the newest, so a clock that jumps cannot make every backup old.
 */
import type {
  BackupStore,
  RetentionRule,
  StoredBackup,
  StoredPoint,
} from '../model/backup-store.ts';
import { diskChain } from './chain.ts';
import { damagedDisks, isVerified } from './verification.ts';

/** What becomes of a backup. */
export interface RetainedBackup {
  readonly name: string;
  /** ISO 8601, in UTC; absent without a valid manifest. */
  readonly time?: string;
  readonly kept: boolean;
  /** Why, as phrases; at least one. */
  readonly reasons: readonly string[];
}

/**
 * The backups of a store, newest first, those without a valid manifest last. Broken and damaged backups, those of other guests
 * and those that an unfinished prune has begun to remove are not counted.
 * @param guest the UUID of the guest
 * @param checkpoints that the guest has: each rests on the backup of its name
 */
export function retentionOf(
  store: Pick<BackupStore, 'backups' | 'drafts' | 'strays'>,
  keep: RetentionRule,
  guest: string,
  checkpoints: readonly string[],
): readonly RetainedBackup[] {
  const reasons = new Map<string, string[]>();
  const add = (name: string, reason: string) =>
    reasons.set(name, [...(reasons.get(name) ?? []), reason]);
  const counted = store.backups.filter((each) => whyUncounted(store, each, guest) === undefined);
  for (const { name, reason } of ruled(store, counted, keep)) add(name, reason);
  for (const { name, point } of counted)
    if (point?.checkpoint === name && checkpoints.includes(name))
      add(name, 'its checkpoint exists');
  for (const each of store.backups) {
    const why = isGoing(each) ? undefined : whyLeft(store, each, guest);
    if (why !== undefined) add(each.name, why);
  }
  for (const { name, by } of neededBy(store, new Set(reasons.keys()))) add(name, `${by} needs it`);
  const unknown = whyUnknown(store);
  return store.backups.toReversed().map((backup): RetainedBackup => {
    const { name, point } = backup;
    const found = reasons.get(name) ?? [];
    const of = { name, ...(point ? { time: point.time } : {}) };
    if (isGoing(backup) && found.length === 0)
      return { ...of, kept: false, reasons: ['an unfinished prune is removing it'] };
    if (found.length > 0) return { ...of, kept: true, reasons: found };
    return unknown === undefined
      ? { ...of, kept: false, reasons: ['no rule keeps it'] }
      : { ...of, kept: true, reasons: [unknown] };
  });
}

/** Whether an unfinished prune has changed it: what is only marked is whole, and decided about again. */
function isGoing({ dropped }: StoredBackup): boolean {
  return dropped !== undefined && (dropped.begun === true || dropped.into !== undefined);
}

/** Why a backup does not count for the rule, as a phrase; undefined if it does. */
function whyUncounted(
  { backups }: Pick<BackupStore, 'backups'>,
  backup: StoredBackup,
  guest: string,
): string | undefined {
  const { name, point, findings } = backup;
  if (isGoing(backup)) return 'it is being removed';
  if (!point) return 'left alone: it has no valid manifest';
  if (point.uuid !== guest) return `left alone: it is a backup of another guest, ${point.domain}`;
  if (findings.some(({ severity }) => severity === 'error')) return 'left alone: it is broken';
  const twin = backups.find(
    (each) =>
      each.name !== name && each.point?.uuid === guest && each.point.sequence === point.sequence,
  );
  return twin && `left alone: ${twin.name} has the same sequence number`;
}

/** Why a backup stays whatever the rule says, as a phrase; it can count nevertheless. */
function whyLeft(
  store: Pick<BackupStore, 'backups' | 'strays'>,
  backup: StoredBackup,
  guest: string,
): string | undefined {
  const stray = store.strays.find((each) => each.startsWith(`${backup.name}/`));
  return (
    whyUncounted(store, backup, guest) ??
    (stray === undefined
      ? undefined
      : `left alone: it contains ${stray.slice(backup.name.length + 1)}, which blockplan did not create`)
  );
}

/** Whether a later verification of another backup has found damage in a disk that has an image in common with this one. */
function isDoubted(store: Pick<BackupStore, 'backups'>, { name, verified }: StoredBackup): boolean {
  return store.backups.some((other) => {
    if (!other.verified || other.verified.time <= (verified?.time ?? '')) return false;
    return damagedDisks(other.verified, other.disks).some(({ target }) => {
      const own = diskChain(store, name, target).map(({ backup }) => backup);
      return diskChain(store, other.name, target).some(({ backup }) => own.includes(backup));
    });
  });
}

interface Reason {
  readonly name: string;
  readonly reason: string;
}

/** The backups that the rule keeps, with the reason; the newest and the newest verified one always are. */
function* ruled(
  store: Pick<BackupStore, 'backups'>,
  counted: readonly StoredBackup[],
  keep: RetentionRule,
): Generator<Reason> {
  const { last = 0, daily = 0, weekly = 0, monthly = 0, pins = [] } = keep;
  const newestFirst = counted.toReversed();
  const [newest] = newestFirst;
  for (const { name } of counted.filter((each) => pins.includes(each.name)))
    yield { name, reason: 'pinned' };
  for (const { name } of newestFirst.slice(0, last))
    yield { name, reason: last === 1 ? 'the newest' : `one of the newest ${last}` };
  const eras = erasOf(counted);
  const dated = (unit: string, most: number, periodOf: (day: Date) => string) =>
    newestOfEach(newestFirst, most, unit, (backup) => ({
      period: periodOf(new Date(timeOf(backup))),
      era: eras.get(backup.name) ?? 0,
    }));
  yield* dated('day', daily, dayText);
  yield* dated('week of', weekly, mondayText);
  yield* dated('month', monthly, (day) => dayText(day).slice(0, 7));
  // Each count keeps it already.
  if (newest && last + daily + weekly + monthly === 0)
    yield { name: newest.name, reason: 'the newest is always kept' };
  const verified = newestFirst.find((each) => isVerified(each) && !isDoubted(store, each));
  if (verified) yield { name: verified.name, reason: 'the newest verified one is always kept' };
}

/** The newest backup of each of the last periods that have one. */
function* newestOfEach(
  newestFirst: readonly StoredBackup[],
  most: number,
  unit: string,
  periodOf: (backup: StoredBackup) => { readonly period: string; readonly era: number },
): Generator<Reason> {
  const seen = new Set<string>();
  for (const backup of newestFirst) {
    if (seen.size === most) return;
    const { period, era } = periodOf(backup);
    const key = `${era} ${period}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield { name: backup.name, reason: `${unit} ${period}` };
  }
}

function timeOf({ point }: StoredBackup): number {
  return Date.parse(point?.time ?? '');
}

/**
 * How often the clock had been set back before each backup: after that, the same date is another day. A clock that begins at
 * the same date after each boot would otherwise have only one day.
 */
function erasOf(counted: readonly StoredBackup[]): ReadonlyMap<string, number> {
  const eras = new Map<string, number>();
  let era = 0;
  for (const [at, backup] of counted.entries()) {
    const before = counted[at - 1];
    if (before && timeOf(backup) < timeOf(before)) era++;
    eras.set(backup.name, era);
  }
  return eras;
}

function dayText(time: Date): string {
  return Number.isNaN(time.getTime()) ? '?' : time.toISOString().slice(0, 10);
}

function mondayText(time: Date): string {
  const monday = new Date(time);
  monday.setUTCDate(time.getUTCDate() - ((time.getUTCDay() + 6) % 7));
  return dayText(monday);
}

/** The backups that kept ones and drafts are based on, directly or not, each with one that needs it. */
function* neededBy(
  { backups, drafts }: Pick<BackupStore, 'backups' | 'drafts'>,
  kept: ReadonlySet<string>,
): Generator<{ readonly name: string; readonly by: string }> {
  const known = new Map(backups.map((each) => [each.name, each]));
  const reached = new Set(kept);
  const todo: { readonly point: StoredPoint; readonly called: string }[] = [
    ...backups.filter(({ name }) => kept.has(name)).map((point) => ({ point, called: point.name })),
    ...drafts.map((point) => ({ point, called: `the draft ${point.name}` })),
  ];
  for (const { point, called } of todo)
    for (const name of point.needs ?? []) {
      const needed = known.get(name);
      if (!needed || reached.has(name)) continue;
      reached.add(name);
      todo.push({ point: needed, called: name });
      yield { name, by: called };
    }
}

/** Why nothing can be removed, as a phrase; undefined if the needs of all backups and drafts are known. */
function whyUnknown({
  backups,
  drafts,
}: Pick<BackupStore, 'backups' | 'drafts'>): string | undefined {
  const unread = [...backups, ...drafts].find(({ needs }) => needs === undefined);
  return unread && `${unread.name} cannot be read, and may need it`;
}
