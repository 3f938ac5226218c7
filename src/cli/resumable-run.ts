/** The run that `resume` and `rollback` work on. */

import { dirname } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand, blockplanOn, commandLine } from '../command.ts';
import { hookName } from '../hook.ts';
import { runningHook } from '../journal/logged-hooks.ts';
import { type RecoveryMode, unusableJournalHint } from '../journal/recovery-mode.ts';
import { isRunOver, readRunLog, type StartRecord, type StoredLog } from '../journal/run-log.ts';
import { removeUnfinished, unfinishedRuns } from '../journal/unfinished.ts';
import { LOCAL, ofHost } from '../model/hosts.ts';
import { printable } from '../printable.ts';
import { preflightRefusal } from './refusal.ts';
import { namedRun } from './run-folders.ts';

/** A run that can be resumed from its journal. */
export interface ResumableRun {
  readonly run: string;
  readonly folder: string;
  readonly log: StoredLog;
  readonly started: StartRecord;
}

/**
 * Finds the run to resume or roll back.
 * @param word see `namedRun`; undefined for the only unfinished run
 * @param how what is asked for
 * @throws BlockplanError runNotFound if there is none, or more than one; runEnded if it is over; journalUnreadable or
 *   journalUnsupported if it cannot be resumed from its journal
 */
export async function resumableRun(
  state: string,
  word: string | undefined,
  how: RecoveryMode,
): Promise<ResumableRun> {
  const { run, folder } = await namedRun(state, word ?? (await onlyLeft(state)));
  const log = await readRunLog(folder).catch((error: Error) => {
    throw preflightRefusal(
      codes.journalUnreadable,
      `the journal of run ${run} cannot be read: ${error.message}`,
      unusableJournalHint(run, undefined),
    );
  });
  const { started, damage, strange } = log;
  const records = log.end.seq;
  const unusable = unusableJournalHint(run, started);
  if (damage === 'altered')
    throw preflightRefusal(
      codes.journalUnreadable,
      `the journal of run ${run} was modified after it was written: the records after record ${records} cannot be trusted`,
      unusable,
    );
  if (strange)
    throw preflightRefusal(
      strange.otherVersion ? codes.journalUnsupported : codes.journalUnreadable,
      `the journal of run ${run} cannot be read: ${strange.why}`,
      strange.otherVersion ? writerOf(log) : unusable,
    );
  if (records === 0) await removeUnfinished(state, run);
  if (!started)
    throw preflightRefusal(
      codes.journalUnsupported,
      records === 0
        ? `the journal of run ${run} has no records: the run had not started, and nothing was done`
        : `the journal of run ${run} has a format that this version of blockplan does not know`,
      records === 0 ? 'start it again: blockplan run' : writerOf(log),
    );
  if (isRunOver(log)) {
    // blockplan was killed after it had recorded the end.
    await removeUnfinished(state, run);
    throw preflightRefusal(
      codes.runEnded,
      `run ${run} is over: ${endingOf(log)}`,
      how === 'rollback' && !log.forgotten
        ? await notUndoneHint(log, started)
        : `nothing is left to do; see what it did: ${blockplanCommand('show', run)}`,
    );
  }
  return { run, folder, log, started };
}

/** The version that can read a journal that this one cannot. */
function writerOf({ attempts }: StoredLog): string {
  const last = attempts.at(-1);
  return last
    ? `use version ${printable(last.version)} of blockplan, which wrote it`
    : 'use the version that wrote it';
}

/** How to undo what a run that is over has left: with a new plan, or by removing what it keeps. */
async function notUndoneHint(log: StoredLog, started: StartRecord): Promise<string> {
  const { committedResults } = await import('../run/commits.ts');
  const removals = committedResults(log).map(
    ({ what, removal }) => `to remove ${printable(what)}, ${printable(removal)}`,
  );
  const { run, domain, uri, hosts } = started;
  const { filesLeftBy } = await import('../run/left-files.ts');
  const left = filesLeftBy(log);
  const moved = left.filter(
    ({ kind, wasActive, block }) => kind === 'blockcopy' && wasActive && !block,
  );
  const replaced = left.filter(({ kind, wasActive }) => kind === 'restore' && wasActive);
  const first = moved.filter(
    ({ target }, at) => moved.findIndex((each) => each.target === target) === at,
  );
  const over =
    log.finish?.end === 'succeeded'
      ? 'a run that has succeeded cannot be rolled back'
      : 'nothing is left to do';
  const formerly = replaced
    .map(({ file, target }) => `${printable(file)} for ${target}`)
    .join(', ');
  const edit =
    formerly === ''
      ? []
      : [
          `to use the former disks again, name ${formerly} in the definition of the guest while it is off`,
        ];
  const hints = [over, ...removals, ...edit];
  if (first.length === 0)
    return [...hints, `see what it did: ${blockplanCommand('show', run)}`].join('; ');
  const several = ofHost(hosts, LOCAL).domain.disks.length > 1;
  const back = first.map(({ file, target }) =>
    blockplanOn(
      uri,
      'init',
      domain,
      ...['migrate', '--to', dirname(file)],
      ...(several ? ['--disk', target] : []),
      ...['--output', `back-${target}.yaml`],
    ),
  );
  return [
    ...hints,
    `write a plan that moves the disk back, into a new file: ${back.join('; ')}`,
  ].join('; ');
}

/** The word for how it ended. */
function endingOf({ forgotten, finish }: StoredLog): string | undefined {
  return forgotten ? 'forgotten' : finish?.end;
}

async function onlyLeft(state: string): Promise<string> {
  const runs = await unfinishedRuns(state);
  const [run, another] = runs;
  if (run === undefined)
    throw preflightRefusal(
      codes.runNotFound,
      `${state} contains no unfinished run`,
      'list all runs: blockplan list',
    );
  if (another !== undefined)
    throw preflightRefusal(
      codes.runNotFound,
      `more than one run is unfinished: ${runs.join(', ')}`,
      'name one of them',
    );
  return run;
}

/**
 * Refuses to continue a run while one of its hooks still runs, although blockplan was killed: the first step, or the same
 * hook again, would run beside it.
 * @throws BlockplanError hookRunning
 */
export function refuseRunningHook({ run, log }: Pick<ResumableRun, 'run' | 'log'>): void {
  const hook = runningHook(log.hooks);
  if (!hook) return;
  const { pid } = hook.process;
  throw preflightRefusal(
    codes.hookRunning,
    `the ${hookName(hook)} of run ${run} is still running (${printable(hook.command[0])}, pid ${pid}): blockplan was killed while the hook ran`,
    `wait until it has ended, or end it and its process group: ${commandLine('kill', '--', `-${pid}`)}`,
  );
}
