/** A rehearsal: runs a plan, undoes it and runs it again on a throwaway libvirt with a guest of the same shape. */
import { BlockplanError } from '../errors.ts';
import { compile } from '../graph/graph.ts';
import { hookName } from '../hook.ts';
import { kvmWorks } from '../lab/acceleration.ts';
import { type LabHost, startHost } from '../lab/host.ts';
import type { HostState } from '../model/host-state.ts';
import { EXIT_CODES } from '../outcomes.ts';
import type { Plan } from '../plan/plan.ts';
import { walk } from '../simulate/walk.ts';
import { buildGuest } from './build.ts';
import { guestShapeOf } from './guest-shape.ts';
import type { LabContext } from './lab-run.ts';
import { type PartsResult, runAndUndo, runToCompletion } from './parts.ts';
import { onLabPaths, pathsBelow } from './paths.ts';
import { labFailed } from './refusals.ts';
import type { HostFacts, Rehearsal } from './report.ts';

export interface RehearsalOptions {
  readonly plan: Plan;
  /** The host state whose shape the guest gets; the plan has been checked against it. */
  readonly state: HostState;
  readonly version: string;
  /** The path of the thaw guard's code. */
  readonly thawGuard: string;
  /** Aborts when the user interrupts: the current run is rolled back, and the lab is removed. */
  readonly signal: AbortSignal;
  /** Reports progress, in clauses. */
  tell(what: string): void;
}

/**
 * Rehearses a plan. The lab is removed in every case, even if this process is killed.
 * @throws BlockplanError `preflight-refused` when the lab fails, or the plan does not fit the guest that was built; the
 * signal's reason when it aborts
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { state, signal, tell } = options;
  // Hooks reach beyond the lab: they notify people and change other programs.
  const plan = { ...options.plan, hooks: [] };
  const { hooks } = options.plan;
  const began = performance.now();
  tell('starting a private libvirt host');
  const host = await startHost({ name: 'rehearsal' }).catch((error) => {
    throw labFailed(error);
  });
  try {
    const paths = pathsBelow(`${host.dir}/disks`);
    const shape = guestShapeOf(state, paths);
    const { files } = walk(compile(plan), state);
    tell('building the rehearsal guest');
    const blueprint = { state, files, shape, paths };
    const guest = await buildGuest(host, blueprint, (boot) => unlessAborted(signal, boot));
    signal.throwIfAborted();
    const lab: LabContext = { ...options, host, paths, plan: onLabPaths(plan, paths) };
    const outcome = await inAll(lab, { host, guest, paths });
    const facts = await factsOf(host);
    return {
      format: 'blockplan-rehearsal/v1',
      ...outcome,
      exitCode: EXIT_CODES[outcome.end],
      plan: plan.name,
      domain: plan.domain,
      host: facts,
      ...(hooks.length === 0 ? {} : { hooksNotRun: hooks.map(hookName) }),
      differences: [...shape.differences, ...hostDifferences(facts, state)],
      durationMs: Math.round(performance.now() - began),
    };
  } catch (error) {
    // An error that an interruption causes is not a failure of the lab.
    signal.throwIfAborted();
    throw error instanceof BlockplanError ? error : labFailed(error);
  } finally {
    tell('removing the private libvirt host');
    await host.stop();
  }
}

async function inAll(
  lab: LabContext,
  scene: Parameters<typeof runAndUndo>[1],
): Promise<PartsResult> {
  const first = await runAndUndo(lab, scene);
  lab.signal.throwIfAborted();
  if (first.end !== 'succeeded') return first;
  const second = await runToCompletion(lab, scene, first.parts.length === 0 ? 'run' : 'run again');
  lab.signal.throwIfAborted();
  return { ...first, ...second, parts: [...first.parts, ...second.parts] };
}

/** Waits for the work until the user interrupts; work that continues then ends with the host. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => {});
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** How the lab's host differs from the user's, as far as the host state has that. */
function hostDifferences(
  { libvirt, qemu, acceleration }: HostFacts,
  { host }: HostState,
): string[] {
  const other = (name: string, here: string, there: string | undefined) =>
    there === undefined || there === here ? [] : [`${name} is ${here}; the original has ${there}`];
  return [
    ...other('libvirt', libvirt, host.libvirt),
    ...other('QEMU', qemu, host.qemu),
    ...(acceleration === 'KVM'
      ? []
      : ['the guest is emulated, so the durations are not representative']),
  ];
}

async function factsOf(host: LabHost): Promise<HostFacts> {
  const told = await host.virsh('version');
  const version = (pattern: RegExp) => pattern.exec(told)?.[1] ?? 'of an unknown version';
  return {
    libvirt: version(/^Using library: libvirt (\S+)/m),
    qemu: version(/^Running hypervisor: QEMU (\S+)/m),
    acceleration: (await kvmWorks()) ? 'KVM' : 'emulation (TCG)',
  };
}
