/** `blockplan resume` and `blockplan rollback`: finish an interrupted run, forward or back. */

import { rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand, virshLine } from '../command.ts';
import type { Driver, MadeFile } from '../commands/driver.ts';
import { type Effect, filesWrittenInto } from '../commands/effect.ts';
import { localHost } from '../host-io/local-host.ts';
import { writeDurably } from '../journal/durable.ts';
import { stateFolder, statePath } from '../journal/folder.ts';
import { type Journal, RESERVE_FILE, reopenJournal } from '../journal/journal.ts';
import { lastProgressOf } from '../journal/last-progress.ts';
import { lockOwner, takeLock } from '../journal/lock.ts';
import { commandInDoubt, type RunLog } from '../journal/run-log.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { fileMadeBeforeCrash } from '../libvirt/made-files.ts';
import { domainKey, LOCAL, ofHost, onLocal } from '../model/hosts.ts';
import { isProcessAlive } from '../processes.ts';
import { resumeRun } from '../run/execute.ts';
import { isEndJudged } from '../run/hooks.ts';
import { layersUsedBy } from '../run/left-files.ts';
import { otherCommands } from '../run/other-commands.ts';
import { filesOfPlan } from '../run/preflight.ts';
import { editedText, graphOfRun } from '../run/stored-plan.ts';
import { RunEnding } from './after-run.ts';
import { holderText } from './holder-text.ts';
import { lockHint } from './lock-hint.ts';
import { lockedByMarker } from './marker-refusal.ts';
import { type AfterRunOptions, afterRecoverySettings } from './notify-settings.ts';
import { ranElsewhere, refuseElsewhere } from './other-host.ts';
import { performRun } from './perform-run.ts';
import { preflightRefusal } from './refusal.ts';
import { type ResumableRun, refuseRunningHook, resumableRun } from './resumable-run.ts';
import { thawGuardPath } from './thaw-guard-path.ts';
import { VERSION } from './version.ts';
import { withState } from './with-state.ts';

export interface ResumeOptions extends AfterRunOptions {
  /** The name of the host that the run was on, if it is this one under another name. */
  readonly from?: string;
  readonly format: 'text' | 'json';
}

/**
 * @param word the run ID or the beginning of one; undefined for the only unfinished run
 * @returns the exit code
 */
export async function resumeCommand(
  word: string | undefined,
  how: 'resume' | 'rollback',
  options: ResumeOptions,
): Promise<number> {
  const settings = await afterRecoverySettings(options);
  const ending = new RunEnding(how, options.format, settings);
  return ending.after(() => resumeNamed(word, how, options, ending));
}

async function resumeNamed(
  word: string | undefined,
  how: 'resume' | 'rollback',
  options: ResumeOptions,
  ending: RunEnding,
): Promise<number> {
  const state = stateFolder(process.env, process.getuid?.());
  const { run, started } = await resumableRun(state, word, how);
  ending.name({ plan: started.plan, domain: started.domain, run });
  const user = userInfo().username;
  // Files made here contain guest data or passwords of the definition: no other user may read them.
  process.umask(0o077);
  // A dead run leaves the space that it reserved for its rollback; on a full disk the lock needs it.
  const owner = await lockOwner(state, domainKey(LOCAL, started.uuid));
  if (!owner || !isProcessAlive(owner))
    await rm(join(statePath(state, 'runs', run), RESERVE_FILE), { force: true });
  const lock = await withState(state, takeLock(state, domainKey(LOCAL, started.uuid), run, user));
  if ('heldBy' in lock) {
    const { run: other } = lock.heldBy;
    throw preflightRefusal(
      codes.domainLocked,
      `"${started.domain}" is locked by ${holderText(lock.heldBy)}`,
      lockHint(
        state,
        started.uuid,
        lock.heldBy,
        other === run
          ? `it is active; follow it: ${blockplanCommand('attach', run)}`
          : `wait until it has ended: ${blockplanCommand('attach', other)}`,
      ),
    );
  }
  try {
    // Read it again under the lock: another process may have just finished it.
    return await resumeLocked(
      state,
      await resumableRun(state, run, how),
      how,
      options,
      user,
      ending,
    );
  } finally {
    await lock.release();
  }
}

async function resumeLocked(
  state: string,
  resumable: ResumableRun,
  how: 'resume' | 'rollback',
  { format, from }: ResumeOptions,
  user: string,
  ending: RunEnding,
): Promise<number> {
  const { run, folder, log, started } = resumable;
  refuseElsewhere({ run, folder, host: log.attempts.at(-1), from }, how, renamedHint(run, how));
  refuseRunningHook(resumable);
  const graph = await graphOfRun(folder, started, how, log);
  const findings = [
    ...(await editedText(folder, started)),
    ...(how === 'resume' ? otherCommands(graph, started, log) : []),
  ];
  const { host, ...recorded } = ofHost(started.hosts, LOCAL);
  const uri = started.uri || host.uri;
  // Journals of older versions name the libvirt only here; the commands to type name it.
  const hostState = {
    ...recorded,
    host: { ...host, ...(started.uri ? { connect: started.uri } : {}) },
  };
  const unseen = await madeInDoubt(log);
  const made = [...log.made, ...unseen];
  const { domain } = started;
  const wasTransient = Object.keys(log.kept).length > 0;
  const layers = layersUsedBy(log, hostState);
  const known = { made, layers, movedAway: log.movedAway, wasTransient };
  const driver = await openLiveDriver(localHost, {
    uri,
    domain,
    readonly: false,
    ...known,
    thawGuard: thawGuardPath(),
    writeDurably,
  });
  try {
    // The hooks of an end that is judged need no guest, and may have replaced it.
    if (!isEndJudged(log.judged, how)) await refuseOthers(driver, resumable, from);
    const journal = await withState(state, reopenJournal(folder, log.end));
    await remember(journal, unseen);
    // Another version may have made files that this one would not.
    const files = [...new Set([...filesOfPlan(graph, hostState), ...made.map(({ file }) => file)])];
    const followed = await lastProgressOf(folder);
    const admitted = onLocal({ driver, initial: hostState, files });
    const of = { id: run, graph, hosts: admitted, journal, uri, user, version: VERSION };
    const seen = followed === undefined ? {} : { followed };
    const { set, planSum } = started;
    return await performRun({ state, run, journal, format, findings, ending }, (attended) =>
      resumeRun({ ...of, ...seen, ...attended, set, planSum }, log, how),
    );
  } finally {
    await driver.close();
  }
}

/** What to do if the host of a run is this one under another name. */
function renamedHint(run: string, how: 'resume' | 'rollback'): (host: string) => string {
  return (host) =>
    `only if this is that host, with a new name or a new machine id: ${blockplanCommand(how, run, '--from', host)}`;
}

/** Refuses if the name belongs to another domain by now, or if another run works on the domain. */
async function refuseOthers(
  driver: Driver,
  { run, folder, started }: ResumableRun,
  from: string | undefined,
): Promise<void> {
  const { domain, host } = await driver.observe([]);
  const { name, uuid, state } = domain;
  if (state !== 'gone' && uuid !== started.uuid)
    throw preflightRefusal(
      codes.runDomainReplaced,
      `"${name}" is now another domain (${uuid}); the run was on ${started.uuid}`,
      `restore the name of the run's domain: ${virshLine(host, 'domrename')} …`,
    );
  const marker = await driver.marker();
  if (marker && (marker.run !== run || ranElsewhere(marker, folder, from)))
    throw lockedByMarker(name, marker, host);
}

/** The file that the run was making when it died, if it made it. */
async function madeInDoubt(log: RunLog): Promise<readonly MadeFile[]> {
  const command = commandInDoubt(log);
  if (!command) return [];
  const { effect, time } = command;
  const file = newFileOf(effect);
  const made =
    file === undefined ? undefined : await fileMadeBeforeCrash(localHost, file, Date.parse(time));
  return made ? [made] : [];
}

/** The path at which an effect makes a file or a folder before it does anything else. */
function newFileOf(effect: Effect): string | undefined {
  if (effect.tool === 'make-file') return effect.file;
  if (effect.tool === 'draft-backup') return effect.draft;
  return effect.tool === 'qemu-img' && filesWrittenInto(effect).length === 0
    ? effect.args.dest
    : undefined;
}

async function remember(journal: Journal, made: readonly MadeFile[]): Promise<void> {
  // On a full disk this fails; the next attempt finds the file again.
  for (const each of made)
    await journal.append({ type: 'made', on: LOCAL, ...each }, true).catch(() => {});
}
