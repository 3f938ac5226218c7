/**
 * `blockplan throttle`: changes the speed of the job of a run in another process. It changes no chain, so it does not take
 * the domain's lock; it requires that the run holds it.
 */

import { userInfo } from 'node:os';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import type { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { appendEvent } from '../journal/event-log.ts';
import {
  commandsOf,
  isRunOver,
  isUntrusted,
  type RunLog,
  type StartRecord,
  type StoredLog,
  tryReadRunLog,
} from '../journal/run-log.ts';
import { limitJobSpeed } from '../libvirt/job-speed.ts';
import { readMarker } from '../libvirt/marker.ts';
import { openVirsh, type Virsh } from '../libvirt/virsh.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { LOCAL, ofHost } from '../model/hosts.ts';
import { OUTCOMES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import { sizeText } from '../size-text.ts';
import { bandwidthOf } from './bandwidth.ts';
import { holderText } from './holder-text.ts';
import { inspectionHint } from './inspection-hint.ts';
import { preflightRefusal } from './refusal.ts';
import { namedRun, ownState, type RunFolder, runHolders } from './run-folders.ts';

/** The job that an active run waits for. */
interface ActiveJob {
  readonly started: StartRecord;
  /** The disks that it copies. */
  readonly disks: readonly string[];
}

/**
 * @param word the run
 * @param amount the bandwidth as typed
 * @returns the exit code
 * @throws BlockplanError invalidBandwidth or runNotFound; runEnded or runAbandoned if no process works on the run;
 *   noJobToThrottle if it has no job now, or one of qemu-img; domainLocked if its domain has the marker of another run
 */
export async function throttleCommand(word: string, amount: string): Promise<number> {
  const bandwidth = bandwidthOf(amount);
  const state = ownState();
  const run = await namedRun(state, word);
  const { started } = await activeJob(state, run);
  const { plan, domain, uuid } = started;
  const uri = started.uri || ofHost(started.hosts, LOCAL).host.uri;
  const virsh = await openVirsh(localHost, { uri });
  try {
    await refuseOtherRun(virsh, run, started);
    // Asked again: to connect takes a while, in which the job may have ended.
    const { disks } = await activeJob(state, run);
    const limits: string[] = [];
    for (const disk of disks) {
      const limit = await limitJobSpeed(virsh, { uuid, disk, bandwidth }).catch((error) => {
        throw error instanceof EffectFailed
          ? withoutJob(run, `libvirt reports: ${error.message}`)
          : error;
      });
      if (limit !== undefined) limits.push(limitText(disk, limit));
    }
    if (limits.length === 0) throw withoutJob(run, `its job on ${disks.join(', ')} has just ended`);
    const text = limits.join('; ');
    process.stdout.write(`${printable(`${plan} on ${domain}: ${text}`)}\n`);
    // The journal has one writer, the process of the run: `attach`, `show` and the report read this in the event log.
    const message = `${text} (set by ${userInfo().username} with blockplan throttle)`;
    appendEvent(run.folder, { time: Date.now(), event: 'notice', message, about: 'throttle' });
    return 0;
  } finally {
    await virsh.close();
  }
}

function limitText(disk: string, limit: number): string {
  return `the job on ${disk} ${limit === 0 ? 'has no speed limit' : `is limited to ${sizeText(limit)}/s`}`;
}

/** The job that the process of the run waits for now. */
async function activeJob(state: string, of: RunFolder): Promise<ActiveJob> {
  const holders = await runHolders(state);
  const log = await tryReadRunLog(of.folder);
  if (!holders.has(of.run)) throw inactive(of, log);
  if (!log?.started || isUntrusted(log))
    throw preflightRefusal(
      codes.journalUnsupported,
      `the journal of run ${of.run} cannot be read by this version of blockplan`,
      'use the version that runs the plan',
    );
  const last = commandsOf(log).at(-1);
  const effect = last?.answer ? undefined : last?.effect;
  if (effect?.tool === 'await-job') return { started: log.started, disks: [effect.disk] };
  if (effect?.tool === 'await-backup') return { started: log.started, disks: effect.disks };
  throw effect?.tool === 'qemu-img'
    ? withoutJob(
        of,
        'it is running qemu-img, whose speed cannot be changed',
        hintOfQemuImg(of, log),
      )
    : withoutJob(of, 'it has no block job now');
}

/** Only a `convert` has a speed limit. */
function hintOfQemuImg({ run }: RunFolder, { started, visits }: RunLog): string {
  const step = visits.findLast(({ commands }) => commands.length > 0)?.step;
  const kind = started?.steps.find(({ id }) => id === step)?.kind;
  return kind === 'convert'
    ? 'set "rate-limit" in the step of the plan before its next run'
    : `the step has no speed limit; follow the run: ${blockplanCommand('attach', run)}`;
}

/** The refusal of a run that no process works on. */
function inactive({ run }: RunFolder, log: StoredLog | undefined): BlockplanError {
  if (log && isRunOver(log))
    return preflightRefusal(
      codes.runEnded,
      `run ${run} is over: ${log.finish && !log.forgotten ? OUTCOMES[log.finish.end].word : 'forgotten'}`,
      `nothing is left to throttle; see what it did: ${blockplanCommand('show', run)}`,
    );
  const end = log?.finish
    ? `it ended as ${OUTCOMES[log.finish.end].word}`
    : 'no process on this machine is working on it';
  return preflightRefusal(
    codes.runAbandoned,
    `run ${run} is not active: ${end}`,
    inspectionHint(run, log),
  );
}

function withoutJob(
  { run }: RunFolder,
  why: string,
  hint = `follow it, and try again while a block job runs: ${blockplanCommand('attach', run)}`,
): BlockplanError {
  return preflightRefusal(codes.noJobToThrottle, `run ${run} cannot be throttled: ${why}`, hint);
}

/** Refuses if the domain has the marker of another run: the lock and the journal of this one are then not about it. */
async function refuseOtherRun(
  virsh: Virsh,
  { run }: RunFolder,
  { domain, uuid }: StartRecord,
): Promise<void> {
  const marker = await readMarker(virsh, uuid);
  if (marker === undefined || marker.run === run) return;
  throw preflightRefusal(
    codes.domainLocked,
    `"${domain}" is locked by ${holderText(marker)}, according to a marker in its metadata`,
    `throttle that run on its host: ${blockplanCommand('throttle', marker.run)} BANDWIDTH`,
  );
}
