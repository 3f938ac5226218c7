/** The runs on a domain that this machine's journals tell of and that are not over, as the doctor wants to know them. */
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { LeftRun } from '../doctor/patient.ts';
import { listRuns } from '../journal/folder.ts';
import { JOURNAL_FILE, type JournalRecord, readJournal } from '../journal/journal.ts';
import { isAlive, lockOwner } from '../journal/lock.ts';
import type { Marker } from '../model/driver.ts';
import type { Effect } from '../model/effect.ts';
import type { Domain } from '../model/world.ts';

/**
 * @param state the state folder
 * @param domain as observed; one that libvirt does not know is known by its name
 */
export async function leftRuns(state: string, domain: Domain): Promise<LeftRun[]> {
  const found: LeftRun[] = [];
  for (const { folder } of await listRuns(state)) {
    const left = await leftRun(state, folder, domain);
    if (left) found.push(left);
  }
  return found;
}

async function leftRun(
  state: string,
  folder: string,
  domain: Domain,
): Promise<LeftRun | undefined> {
  if (!(await isThere(join(folder, JOURNAL_FILE)))) return undefined;
  const { records } = await readJournal(folder);
  const [first] = records;
  if (first?.type !== 'run-started') return undefined;
  if (domain.uuid === '' ? first.domain !== domain.name : first.uuid !== domain.uuid)
    return undefined;
  const end = endOf(records);
  if (end !== undefined && end !== 'stranded' && end !== 'uncertain') return undefined;
  const owner = await lockOwner(state, first.uuid);
  const kept = records.findLast((record) => record.type === 'kept');
  return {
    run: first.run,
    plan: first.plan,
    folder,
    startedAt: Date.parse(first.time),
    ...(end === undefined ? {} : { end }),
    alive: owner?.run === first.run && isAlive(owner),
    owner: `${first.user}@${first.host}, pid ${first.pid}`,
    ...(kept?.type === 'kept' ? { bundle: kept.bundle } : {}),
    files: records.flatMap((record) => (record.type === 'intent' ? filesMade(record.effect) : [])),
  };
}

function endOf(records: readonly JournalRecord[]) {
  const last = records.findLast(({ type }) => type === 'run-finished');
  return last?.type === 'run-finished' ? last.end : undefined;
}

function filesMade(effect: Effect): string[] {
  if (effect.tool === 'make-file') return [effect.file];
  if (effect.tool === 'qemu-img') return [effect.dest];
  if (effect.tool !== 'virsh') return [];
  const at = effect.argv.indexOf('--dest');
  const dest = at < 0 ? undefined : effect.argv[at + 1];
  return typeof dest === 'string' ? [dest] : [];
}

/**
 * Whether the process of a marker still runs: false where it certainly does not, undefined where nobody can tell, as of one
 * on another machine.
 */
export async function isMarkerAlive(
  marker: Marker | undefined,
  runs: readonly LeftRun[],
): Promise<boolean | undefined> {
  if (marker === undefined) return undefined;
  const known = runs.find(({ run }) => run === marker.run);
  if (known) return known.alive;
  if (marker.host !== hostname()) return undefined;
  // A process of that number may be another one.
  return (await isThere(`/proc/${marker.pid}`)) ? undefined : false;
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
