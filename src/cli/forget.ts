/** `blockplan forget`: marks a run that was fixed by other means as over. Removes its marker and keeps its files. */

import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { codes } from '../codes.ts';
import { blockplanCommand, blockplanOn } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { writeDurably } from '../journal/durable.ts';
import { stateFolder } from '../journal/folder.ts';
import { reopenJournal } from '../journal/journal.ts';
import { type LockOwner, takeLock } from '../journal/lock.ts';
import { isRunOver, isUntrusted, type StartRecord, tryReadRunLog } from '../journal/run-log.ts';
import { removeUnfinished, unfinishedRuns } from '../journal/unfinished.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { domainKey, LOCAL, ofHost } from '../model/hosts.ts';
import { printable } from '../printable.ts';
import { situationLines } from '../render/situation.ts';
import { runSummaryOf } from '../run/run-summary.ts';
import { filesMadeBy } from './earlier-runs.ts';
import { type LeftByForgotten, leftByForgotten } from './forgotten-state.ts';
import { holderText } from './holder-text.ts';
import { preflightRefusal } from './refusal.ts';
import { writeReportFiles } from './report-files.ts';
import { namedRun, type RunFolder, runHolders } from './run-folders.ts';
import { withState } from './with-state.ts';

/**
 * @param word the run
 * @returns the exit code
 * @throws BlockplanError domainLocked if a process works on it; runEnded if there is nothing to forget; onlyDefinition if it
 *   may hold the only copy of its domain's definition
 */
export async function forgetCommand(word: string): Promise<number> {
  const state = stateFolder(process.env, process.getuid?.());
  const found = await namedRun(state, word);
  const started = await startOf(found);
  if (started === undefined) {
    // Without a start record its lock is unknown, but each lock names the run of its holder.
    const holder = (await runHolders(state)).get(found.run);
    if (holder) throw taken(holder);
    return await forgotten(state, found, undefined);
  }
  const taker = `${found.run}.${randomBytes(3).toString('hex')}`;
  const { username } = userInfo();
  const lock = await withState(
    state,
    takeLock(state, domainKey(LOCAL, started.uuid), found.run, username, taker),
  );
  if ('heldBy' in lock) throw taken(lock.heldBy);
  try {
    return await forgotten(state, found, started);
  } finally {
    await lock.release();
  }
}

function taken(holder: LockOwner): BlockplanError {
  return preflightRefusal(
    codes.domainLocked,
    `another process works on ${holderText(holder)}`,
    `wait until it has ended: ${blockplanCommand('attach', holder.run)}`,
  );
}

async function startOf({ folder }: RunFolder): Promise<StartRecord | undefined> {
  // Unreadable journals are what this command is for.
  return (await tryReadRunLog(folder))?.started;
}

async function forgotten(
  state: string,
  found: RunFolder,
  started: StartRecord | undefined,
): Promise<number> {
  const { run, folder } = found;
  const open = (await unfinishedRuns(state)).includes(run);
  const seen = started && (await seenOn(started, found));
  if (!open && !seen?.unmarked)
    throw preflightRefusal(
      codes.runEnded,
      `run ${run} is over already`,
      `nothing is left to forget; see what it did: ${blockplanCommand('show', run)}`,
    );
  const summary = await runSummaryOf(found, new Map());
  if (open && summary?.holdsDefinition && seen?.persistent !== true)
    throw preflightRefusal(
      codes.onlyDefinition,
      `run ${run} may hold the only copy of the definition of ${summary.domain === undefined ? 'its domain' : `"${summary.domain}"`}${seen?.problem === undefined ? '' : `, and libvirt does not answer: ${seen.problem}`}`,
      `restore it first: ${blockplanCommand('rescue', run)}`,
    );
  await note(folder);
  await removeUnfinished(state, run);
  await writeReportFiles(state, found);
  process.stdout.write(forgottenText(run, started, seen));
  return 0;
}

function forgottenText(
  run: string,
  started: StartRecord | undefined,
  seen: SeenDomain | undefined,
): string {
  const of = started ? `: ${started.plan} on ${started.domain}, run ${run}` : `: run ${run}`;
  const left = seen?.left ?? { state: [], advice: [], commands: [] };
  const state = [
    'the run is closed, and cannot be resumed or rolled back',
    ...(seen?.unmarked ? ['its marker was removed from the domain'] : []),
    ...(seen?.problem === undefined
      ? []
      : [
          `the domain could not be inspected: ${seen.problem}; a block job of the run may still be running`,
        ]),
    ...left.state,
    ...(seen?.left === undefined ? ['files that it created or moved stay as they are'] : []),
  ];
  const doctor = started ? [blockplanOn(started.uri, 'doctor', started.domain)] : [];
  const lines = situationLines(
    {
      ...{ happened: [], state, advice: left.advice },
      commands: [...left.commands, ...doctor],
    },
    (title) => title,
    process.stdout.columns || Number.POSITIVE_INFINITY,
  );
  return `${[printable(`forgotten${of}`), ...lines].join('\n')}\n`;
}

/** Records it in the journal, so that the run cannot be resumed. A torn or altered journal prevents that already. */
async function note(folder: string): Promise<void> {
  const log = await tryReadRunLog(folder);
  if (!log?.started || isUntrusted(log) || isRunOver(log)) return;
  const journal = await reopenJournal(folder, log.end);
  try {
    const entry = { type: 'run-forgotten', host: hostname(), user: userInfo().username } as const;
    await journal.append(entry, true);
  } finally {
    await journal.close();
  }
}

interface SeenDomain {
  /** Whether libvirt has a definition of it. */
  readonly persistent?: boolean;
  /** Whether this run's marker was found and removed. */
  readonly unmarked: boolean;
  /** What the run leaves on it; absent if that is unknown. */
  readonly left?: LeftByForgotten;
  /** Why it could not be inspected. */
  readonly problem?: string;
}

/** Inspects the run's domain and removes the run's marker, but not that of another run. */
async function seenOn(started: StartRecord, { run, folder }: RunFolder): Promise<SeenDomain> {
  const { domain, uuid } = started;
  const log = await tryReadRunLog(folder);
  const uri = started.uri || ofHost(started.hosts, LOCAL).host.uri;
  try {
    const driver = await openLiveDriver(localHost, { uri, domain, readonly: false, writeDurably });
    try {
      const state = await driver.observe(log === undefined ? [] : filesMadeBy(log));
      const now = state.domain;
      if (now.uuid !== uuid) return { unmarked: false };
      const marker = await driver.marker();
      const own = marker?.run === run && marker.host === hostname();
      if (own) await driver.unmark();
      const left = log === undefined ? {} : { left: leftByForgotten(log, state) };
      return { persistent: now.persistent, unmarked: own, ...left };
    } finally {
      await driver.close();
    }
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return { unmarked: false, problem: error.message };
  }
}
