/** `blockplan status`: the runs that this machine's journals tell of, newest first. */
import { stat } from 'node:fs/promises';
import { BlockplanError } from '../errors.ts';
import { listRuns, stateFolder } from '../journal/folder.ts';
import { isAlive, lockOwner } from '../journal/lock.ts';
import { type JournalRecord, readJournal } from '../journal/replay.ts';
import { colorWanted } from '../render/color.ts';
import { type RunStatus, renderStatus } from '../render/status.ts';

/** @param domain only the runs on that domain; all when undefined */
export async function status(domain: string | undefined): Promise<number> {
  const state = stateFolder(process.env, process.getuid?.());
  const statuses: RunStatus[] = [];
  for (const { folder } of await runsOf(state)) {
    const found = await statusOf(state, folder);
    if (found && (domain === undefined || found.domain === domain)) statuses.push(found);
  }
  statuses.sort((a, b) => b.startedAt - a.startedAt);
  process.stdout.write(
    renderStatus(statuses, colorWanted(process.env, process.stdout.isTTY === true)),
  );
  return 0;
}

async function runsOf(state: string): Promise<{ run: string; folder: string }[]> {
  try {
    return await listRuns(state);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new BlockplanError('input-refused', [
      {
        code: 'BP094',
        severity: 'error',
        message: `the state folder ${state} is not yours to read`,
        hint: 'run it as the user who runs the plans, or name another folder in BLOCKPLAN_STATE_DIR',
      },
    ]);
  }
}

/** A folder whose journal has no good record tells nothing of a run: it never began. */
async function statusOf(state: string, folder: string): Promise<RunStatus | undefined> {
  if (!(await hasJournal(folder))) return undefined;
  const { records } = await readJournal(folder);
  const [first] = records;
  if (first?.type !== 'run-started') return undefined;
  const last = records.findLast(
    (record): record is JournalRecord & { type: 'run-finished' } => record.type === 'run-finished',
  );
  const owner = await lockOwner(state, first.uuid);
  return {
    run: first.run,
    plan: first.plan,
    domain: first.domain,
    outcome: last?.end ?? 'unfinished',
    startedAt: Date.parse(first.time),
    ...(last ? { finishedAt: Date.parse(last.time) } : {}),
    journal: folder,
    alive: !last && owner?.run === first.run && isAlive(owner),
    owner: `${first.user}@${first.host}, pid ${first.pid}`,
  };
}

async function hasJournal(folder: string): Promise<boolean> {
  try {
    return (await stat(`${folder}/journal.jsonl`)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
