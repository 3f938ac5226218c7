/** Reads a plan, checks it against the host, asks for confirmation and runs it, or only previews it. */

import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { localHost } from '../host-io/local-host.ts';
import { writeDurably } from '../journal/durable.ts';
import { makeRunFolder, newRunId, PLAN_FILE, planSumOf, stateFolder } from '../journal/folder.ts';
import { createJournal, type Journal } from '../journal/journal.ts';
import { takeLock } from '../journal/lock.ts';
import { addUnfinished } from '../journal/unfinished.ts';
import type { LibvirtDriver } from '../libvirt/live-connection.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import type { Virsh } from '../libvirt/virsh.ts';
import { domainKey, LOCAL, onLocal } from '../model/hosts.ts';
import { EXIT_CODES } from '../outcomes.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanDraft } from '../plan/read.ts';
import { executeRun } from '../run/execute.ts';
import { type CheckedPlan, preflightDraft, refuseErrors } from '../run/preflight.ts';
import type { Preview } from '../simulate/preview.ts';
import { RunEnding } from './after-run.ts';
import { chosenConnection, namedLibvirt } from './connection.ts';
import { detachCommand, refuseUndetachable } from './detach.ts';
import { type ExpectOptions, type ReviewCheck, reviewCheckOf } from './expectation.ts';
import { explained } from './explained.ts';
import { holderText } from './holder-text.ts';
import { lockHint } from './lock-hint.ts';
import { lockedByMarker } from './marker-refusal.ts';
import { type AfterRunOptions, afterRunSettings } from './notify-settings.ts';
import { performRun } from './perform-run.ts';
import { ask, canAsk, isYes } from './question.ts';
import { draftFrom, inputRefusal, readSettings } from './read.ts';
import { preflightRefusal } from './refusal.ts';
import { previewHeadline, showPreview } from './show-preview.ts';
import { thawGuardPath } from './thaw-guard-path.ts';
import { refuseUnfinishedRun } from './unfinished-run.ts';
import { VERSION } from './version.ts';
import { withState } from './with-state.ts';

export interface RunCommandOptions extends ExpectOptions, AfterRunOptions {
  readonly connect?: string;
  readonly set: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /** Run it in a separate process. */
  readonly detach?: boolean;
  /** The run ID, if the process that detached the run has chosen one. */
  readonly runId?: string;
  readonly format: 'text' | 'json';
}

/** @returns the exit code */
export async function runPlan(
  file: string,
  options: RunCommandOptions,
  connecting: Promise<Virsh>,
): Promise<number> {
  refuseUndetachable(options);
  const settings = await afterRunSettings(options);
  const ending = new RunEnding('run', options.format, settings, { plan: file });
  const run = () => runOrPreview(file, options, connecting, ending);
  return options.dryRun ? run() : ending.after(run);
}

async function runOrPreview(
  file: string,
  options: RunCommandOptions,
  connecting: Promise<Virsh>,
  ending: RunEnding,
): Promise<number> {
  const draft = await draftFrom(file, options.set);
  ending.name({ plan: draft.name, domain: draft.domain });
  // The ID has the date and the time that the plan may refer to: those of the preview that is confirmed.
  const id = options.runId ?? newRunId(new Date());
  const refuseDrift = await reviewCheckOf(draft, id, options);
  const asks = !options.dryRun && !options.yes;
  if (asks && !(canAsk(process.stdout) && options.format === 'text')) {
    throw inputRefusal(
      codes.noTerminal,
      'no terminal is available to ask for confirmation',
      'add --yes to run without confirmation, or --dry-run to preview the run',
    );
  }
  // Files made here contain guest data or passwords of the definition: no other user may read them.
  process.umask(0o077);
  const driver = await openLiveDriver(
    localHost,
    {
      ...chosenConnection(options.connect),
      domain: draft.domain,
      readonly: options.dryRun === true,
      thawGuard: thawGuardPath(),
      writeDurably,
    },
    connecting,
  );
  const run: RequestedRun = { id, draft, driver, options, refuseDrift, ending };
  try {
    if (!options.dryRun && !options.detach && !asks) return await locked(run);
    const checked = await checkedPlan(run);
    refuseDrift(checked.plan, checked.state);
    const preview = await previewOf(id, checked);
    if (options.dryRun) return await showPreview(preview, { format: options.format });
    refuseErrors(checked);
    if (options.detach) return await detached(id, checked.plan, options);
    await showPreview(preview, { format: 'text' });
    // The top of the preview may have scrolled away.
    const question = `\n${await previewHeadline(preview)}Run this plan? [y/N] `;
    if (isYes(await ask(question, process.stdout))) return await locked(run, preview);
    process.stdout.write('not confirmed: nothing was done\n');
    return EXIT_CODES['preflight-refused'];
  } finally {
    await driver.close();
  }
}

/** A run that was requested and is not admitted yet. */
interface RequestedRun {
  readonly id: string;
  readonly draft: PlanDraft;
  readonly driver: LibvirtDriver;
  readonly options: RunCommandOptions;
  readonly refuseDrift: ReviewCheck;
  readonly ending: RunEnding;
}

async function checkedPlan({ id, draft, driver }: RequestedRun): Promise<CheckedPlan> {
  const checked = await preflightDraft(draft, driver, id);
  const { findings, plan, state } = checked;
  return { ...checked, findings: await explained(findings, plan, state, id) };
}

async function previewOf(id: string, { plan, state, hookFindings }: CheckedPlan): Promise<Preview> {
  const { previewPlan } = await import('../simulate/preview-plan.ts');
  const { fingerprintOf } = await import('../facts/fingerprint.ts');
  const fingerprint = fingerprintOf(plan, state);
  const preview = previewPlan(plan, state, { fingerprint, hookFindings });
  return { ...preview, findings: await explained(preview.findings, plan, state, id) };
}

/** Refuses if the host changed while the user was deciding: other commands would run. */
async function refuseChanged(id: string, checked: CheckedPlan, confirmed: Preview): Promise<void> {
  if (isDeepStrictEqual(confirmable(await previewOf(id, checked)), confirmable(confirmed))) return;
  throw preflightRefusal(
    codes.hostChanged,
    'the host has changed since the preview, so the run would differ from what was confirmed',
    'check the new preview, and confirm it again',
  );
}

/** What the user confirms. Leaves out sizes and free space, because a guest that writes changes them meanwhile. */
function confirmable({ hooks, steps, findings }: Preview): unknown {
  return { hooks, steps, findings: findings.map(({ code, path }) => ({ code, path })) };
}

/** Takes the lock, checks for another run's marker, checks the plan against the current host, and runs it. */
async function locked(run: RequestedRun, shown?: Preview): Promise<number> {
  const { id, draft, driver, options, ending } = run;
  const state = stateFolder(process.env, process.getuid?.());
  const user = userInfo().username;
  const uuid = (await driver.uuid()) ?? (await uuidAdmitted(run));
  const lock = await withState(state, takeLock(state, domainKey(LOCAL, uuid), id, user));
  if ('heldBy' in lock) {
    const { run: other } = lock.heldBy;
    throw preflightRefusal(
      codes.domainLocked,
      `"${draft.domain}" is locked by ${holderText(lock.heldBy)}`,
      lockHint(
        state,
        uuid,
        lock.heldBy,
        `wait until it has ended: ${blockplanCommand('attach', other)}`,
      ),
    );
  }
  try {
    await refuseUnfinishedRun(state, uuid, draft.domain);
    const marker = await driver.marker();
    if (marker) throw lockedByMarker(draft.domain, marker, namedLibvirt(options.connect));
    // Observe again under the lock: another run may have just ended.
    const checked = await checkedPlan(run);
    const { plan, graph, state: hostState, files } = checked;
    run.refuseDrift(plan, hostState);
    refuseErrors(checked);
    if (shown) await refuseChanged(id, checked, shown);
    const journal = await withState(state, openJournal(state, id, plan));
    const findings = [...plan.warnings, ...checked.findings];
    const uri = chosenConnection(options.connect).uri ?? '';
    const set = readSettings(options.set);
    const planSum = planSumOf(plan.text.source);
    const hosts = onLocal({ driver, initial: hostState, files });
    const of = { id, graph, hosts, journal, uri, user, version: VERSION };
    return await performRun(
      { state, run: id, journal, format: options.format, findings, ending },
      (attended) => executeRun({ ...of, ...attended, set, planSum }),
    );
  } finally {
    await lock.release();
  }
}

/** A domain that libvirt does not know has no UUID to lock: preflight reports it, or finds it after all. */
async function uuidAdmitted(run: RequestedRun): Promise<string> {
  const admission = await checkedPlan(run);
  refuseErrors(admission);
  return admission.state.domain.uuid;
}

/** Hands an admitted plan over to a separate process. */
async function detached(run: string, plan: Plan, options: RunCommandOptions): Promise<number> {
  const state = resolve(stateFolder(process.env, process.getuid?.()));
  return await detachCommand(
    plan,
    state,
    await withState(state, makePlanFolder(state, run, plan)),
    options,
  );
}

/** Makes a run's folder with the plan in it, and returns its path. */
async function makePlanFolder(state: string, id: string, plan: Plan): Promise<string> {
  const folder = await makeRunFolder(state, id);
  await writeDurably(join(folder, PLAN_FILE), plan.text.source);
  return folder;
}

async function openJournal(state: string, id: string, plan: Plan): Promise<Journal> {
  // A folder without a journal is no run: the plan is written first, so that nothing is left of one that fails.
  const journal = await createJournal(await makePlanFolder(state, id, plan));
  await addUnfinished(state, id);
  return journal;
}
