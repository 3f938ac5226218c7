/** `blockplan forget`: marks a run that was fixed by other means as over. Removes its marker and keeps its files. */

import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand, blockplanOn } from '../command.ts';
import type { BlockplanError } from '../errors.ts';
import { stateFolder } from '../journal/folder.ts';
import { reopenJournal } from '../journal/journal.ts';
import { type LockOwner, takeLock } from '../journal/lock.ts';
import { isRunOver, isUntrusted, type StartRecord, tryReadRunLog } from '../journal/run-log.ts';
import { removeUnfinished, unfinishedRuns } from '../journal/unfinished.ts';
import { domainKey, LOCAL } from '../model/hosts.ts';
import { printable } from '../printable.ts';
import { situationLines } from '../render/situation.ts';
import { runSummaryOf } from '../run/run-summary.ts';
import { type SeenDomain, seenOn, unmarkedOn } from './forgotten-domain.ts';
import { holderText } from './holder-text.ts';
import { lockHint } from './lock-hint.ts';
import { hostOfRun, refuseElsewhere } from './other-host.ts';
import { NOTHING, type Owed, owedBy } from './owed-by-forgotten.ts';
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
  const record = join(state, 'unfinished', found.run);
  const host = await hostOfRun(found.folder);
  refuseElsewhere({ ...found, host }, 'forget', (name) => `if ${name} is lost, remove ${record}`);
  if (started === undefined) {
    // Without a start record its lock is unknown, but each lock names the run of its holder.
    const holder = (await runHolders(state)).get(found.run);
    if (holder) throw taken(holder);
    return await forgotten(state, found, undefined);
  }
  const { username } = userInfo();
  const lock = await withState(
    state,
    takeLock(state, domainKey(LOCAL, started.uuid), found.run, username),
  );
  if ('heldBy' in lock) {
    const { heldBy } = lock;
    throw taken(heldBy, (wait) => lockHint(state, started.uuid, heldBy, wait));
  }
  try {
    return await forgotten(state, found, started);
  } finally {
    await lock.release();
  }
}

function taken(holder: LockOwner, hint = (wait: string) => wait): BlockplanError {
  return preflightRefusal(
    codes.domainLocked,
    `another process works on ${holderText(holder)}`,
    hint(`wait until it has ended: ${blockplanCommand('attach', holder.run)}`),
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
  if (!open && !seen?.marked)
    throw preflightRefusal(
      codes.runEnded,
      `run ${run} is over already`,
      `nothing is left to forget; see what it did: ${blockplanCommand('show', run)}`,
    );
  const summary = await runSummaryOf(found, new Map());
  if (open && summary?.holdsDefinition && seen?.now?.domain.persistent !== true)
    throw preflightRefusal(
      codes.onlyDefinition,
      `run ${run} may hold the only copy of the definition of ${summary.domain === undefined ? 'its domain' : `"${summary.domain}"`}${seen?.problem === undefined ? '' : `, and libvirt does not answer: ${seen.problem}`}`,
      `restore it first: ${blockplanCommand('rescue', run)}`,
    );
  await note(folder);
  const marker = started && seen?.marked ? await unmarkedOn(started, found) : [];
  await removeUnfinished(state, run);
  await writeReportFiles(state, found);
  const owed = open && started ? await owedBy(found, summary, started, seen) : NOTHING;
  process.stdout.write(
    forgottenText(run, started, seen, {
      state: [...marker, ...owed.state],
      commands: owed.commands,
    }),
  );
  return 0;
}

function forgottenText(
  run: string,
  started: StartRecord | undefined,
  seen: SeenDomain | undefined,
  rest: Owed,
): string {
  const of = started ? `: ${started.plan} on ${started.domain}, run ${run}` : `: run ${run}`;
  const left = seen?.left ?? { state: [], advice: [], commands: [] };
  const state = [
    'the run is closed, and cannot be resumed or rolled back',
    ...rest.state,
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
      commands: [...left.commands, ...rest.commands, ...doctor],
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
