/** `blockplan resume` and `blockplan rollback`: a run that was interrupted is brought to its end, on or back. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand, commandLine } from '../command.ts';
import type { Driver, MadeFile } from '../commands/driver.ts';
import { filesWrittenInto } from '../commands/effect.ts';
import { localHost } from '../host-io/local-host.ts';
import { writeDurably } from '../journal/durable.ts';
import { stateFolder, statePath } from '../journal/folder.ts';
import { type Journal, RESERVE_FILE, reopenJournal } from '../journal/journal.ts';
import { isAlive, lockOwner, takeLock } from '../journal/lock.ts';
import { commandInDoubt, type RunLog } from '../journal/run-log.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { fileMadeBeforeCrash } from '../libvirt/made-files.ts';
import { domainKey, LOCAL, ofHost, onLocal } from '../model/hosts.ts';
import { resumeRun } from '../run/execute.ts';
import { otherCommands } from '../run/other-commands.ts';
import { filesOfPlan } from '../run/preflight.ts';
import { editedText, graphOfRun } from '../run/stored-plan.ts';
import { performRun } from './perform-run.ts';
import { preflightRefusal } from './refusal.ts';
import { type ResumableRun, resumableRun } from './resumable-run.ts';
import { VERSION } from './version.ts';
import { withState } from './with-state.ts';

export interface ResumeOptions {
  readonly output: 'text' | 'json';
}

/**
 * @param word the run's id or a beginning of it; undefined for the only one that was left
 * @returns the exit code
 */
export async function resumeCommand(
  word: string | undefined,
  how: 'resume' | 'rollback',
  options: ResumeOptions,
): Promise<number> {
  const state = stateFolder(process.env, process.getuid?.());
  const { run, started } = await resumableRun(state, word);
  const user = userInfo().username;
  // What is made here holds a guest's data, or its definition's passwords: it is nobody else's to read.
  process.umask(0o077);
  // A dead run has left the room that it took for its rollback, which a full disk needs for the lock.
  const owner = await lockOwner(state, domainKey(LOCAL, started.uuid));
  if (!owner || !isAlive(owner))
    await rm(join(statePath(state, 'runs', run), RESERVE_FILE), { force: true });
  const taker = `${run}.${randomBytes(3).toString('hex')}`;
  const lock = await withState(
    state,
    takeLock(state, domainKey(LOCAL, started.uuid), run, user, taker),
  );
  if ('heldBy' in lock) {
    const { run: other, pid, user: holder, since } = lock.heldBy;
    throw preflightRefusal(
      codes.domainLocked,
      `"${started.domain}" is taken by run ${other} (${holder}, pid ${pid}, since ${since})`,
      other === run
        ? `it goes on; watch it: ${blockplanCommand('attach', run)}`
        : 'wait until it has ended',
    );
  }
  try {
    // Only what is read under the lock counts: another may have brought it to its end a moment ago.
    return await resumeLocked(state, await resumableRun(state, run), how, options, user);
  } finally {
    await lock.release();
  }
}

async function resumeLocked(
  state: string,
  resumable: ResumableRun,
  how: 'resume' | 'rollback',
  { output }: ResumeOptions,
  user: string,
): Promise<number> {
  const { run, folder, log, started } = resumable;
  refuseElsewhere(resumable);
  const graph = await graphOfRun(folder, started, how, log);
  const findings = [
    ...(await editedText(folder, started)),
    ...(how === 'resume' ? otherCommands(graph, started, log) : []),
  ];
  const hostState = ofHost(started.hosts, LOCAL);
  const uri = started.uri || hostState.host.uri;
  const unseen = await madeInDoubt(log);
  const made = [...log.made, ...unseen];
  const { domain } = started;
  const known = { made, movedAway: log.movedAway };
  const driver = await openLiveDriver(localHost, {
    uri,
    domain,
    readonly: false,
    ...known,
    writeDurably,
  });
  try {
    await refuseOthers(driver, resumable);
    const journal = await withState(state, reopenJournal(folder, log.end));
    await remember(journal, unseen);
    // Another version may have made files that this one would not.
    const files = [...new Set([...filesOfPlan(graph, hostState), ...made.map(({ file }) => file)])];
    const admitted = onLocal({ driver, initial: hostState, files });
    const of = { id: run, graph, hosts: admitted, journal, uri, user, version: VERSION };
    const { set, planSum } = started;
    return await performRun({ state, run, journal, output, findings }, (attended) =>
      resumeRun({ ...of, ...attended, set, planSum }, log, how),
    );
  } finally {
    await driver.close();
  }
}

/** With a state folder that hosts share, the run may go on over there, and its guest runs there. */
function refuseElsewhere({ run, started, log }: ResumableRun): void {
  const host = log.attempts.at(-1)?.host ?? started.host;
  if (host !== hostname())
    throw preflightRefusal(
      codes.runOnOtherHost,
      `run ${run} was done on ${host}; this is ${hostname()}`,
      `take it up there: ${commandLine('ssh', host)} blockplan …`,
    );
}

/** Refuses where the name is another domain's by now, or where another run works on the domain. */
async function refuseOthers(driver: Driver, { run, started }: ResumableRun): Promise<void> {
  const { name, uuid, state } = (await driver.observe([])).domain;
  if (state !== 'gone' && uuid !== started.uuid)
    throw preflightRefusal(
      codes.runDomainReplaced,
      `"${name}" is another domain now (${uuid}): the run was on ${started.uuid}`,
      'give the domain its name back: virsh domrename',
    );
  const marker = await driver.marker();
  if (marker && (marker.run !== run || marker.host !== hostname()))
    throw preflightRefusal(
      codes.domainLocked,
      `"${name}" is taken by run ${marker.run} (${marker.user} on ${marker.host}, pid ${marker.pid}), as a marker in its metadata says`,
      'wait until it has ended',
    );
}

/** The file that the run was about to make when it died, where it did make it. */
async function madeInDoubt(log: RunLog): Promise<readonly MadeFile[]> {
  const command = commandInDoubt(log);
  if (!command) return [];
  const { effect, time } = command;
  const file =
    effect.tool === 'make-file'
      ? effect.file
      : effect.tool === 'qemu-img' && filesWrittenInto(effect).length === 0
        ? effect.args.dest
        : undefined;
  const made =
    file === undefined ? undefined : await fileMadeBeforeCrash(localHost, file, Date.parse(time));
  return made ? [made] : [];
}

async function remember(journal: Journal, made: readonly MadeFile[]): Promise<void> {
  // On a full disk it is found again by the next one.
  for (const each of made)
    await journal.append({ type: 'made', on: LOCAL, ...each }, true).catch(() => {});
}
