/** Reads the host state that a plan is checked against, from a read-only connection or from a facts file, and then the plan. */
import { codes } from '../codes.ts';
import { blockplanOn } from '../command.ts';
import type { HostState } from '../model/host-state.ts';
import { runIdAt } from '../model/run-id.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanDraft } from '../plan/read.ts';
import type { ObserveDrafts } from '../run/first-plan.ts';
import { inputRefusal, textOf } from './read.ts';

export interface HostStateOptions {
  /** libvirt's URI; its own default if absent. */
  readonly connect?: string;
  /** A facts file; then no libvirt is needed. */
  readonly facts?: string;
}

/** A plan with the values of its guest, and the host state that has them. */
export interface PlanOnHost {
  readonly plan: Plan;
  readonly state: HostState;
}

/**
 * Reads the host state of a draft's guest, and the plan with its values, as for a run that begins now.
 * @throws BlockplanError `input-refused` for a facts file, `preflight-refused` for a libvirt that cannot be reached or a
 *   guest that lacks a value
 */
export async function planOnHost(draft: PlanDraft, options: HostStateOptions): Promise<PlanOnHost> {
  const run = runIdAt(new Date());
  const state = await readHostState(draft.domain, [draft], options, run);
  return { plan: draft.resolve(state, run), state };
}

/**
 * The state of a domain and, if it is observed, of all files that these plans use.
 * @param run see `PlanDraft.resolve`
 * @throws BlockplanError as {@link planOnHost}
 */
export function readHostState(
  domain: string,
  drafts: readonly PlanDraft[],
  options: HostStateOptions,
  run: string,
): Promise<HostState> {
  return withObserver(domain, options, run, (observe) => observe(drafts));
}

/**
 * Lets a function observe a domain several times, over one connection. Facts do not change.
 * @param run see `PlanDraft.resolve`
 * @throws BlockplanError as {@link planOnHost}
 */
export async function withObserver<T>(
  domain: string,
  { connect, facts }: HostStateOptions,
  run: string,
  use: (observe: ObserveDrafts) => Promise<T>,
): Promise<T> {
  // With facts no libvirt is needed: the code that talks to it is not even loaded.
  if (facts === undefined)
    return (await import('./live-state.ts')).withLiveHost(domain, connect, run, use);
  if (connect === undefined) {
    const state = await stateOfFacts(domain, facts);
    return use(() => Promise.resolve(state));
  }
  throw inputRefusal(
    codes.factsMismatch,
    '"--facts" and "--connect" are mutually exclusive: the host state comes from a file or from libvirt',
    'keep one of the two',
  );
}

async function stateOfFacts(domain: string, file: string): Promise<HostState> {
  const { state, name } = await readFactsFile(file);
  if (state.domain.name === domain) return state;
  throw inputRefusal(
    codes.factsMismatch,
    `${name} describes "${state.domain.name}", but the plan is for "${domain}"`,
    `export the facts of that domain: ${blockplanOn(undefined, 'facts', domain)}`,
  );
}

/**
 * A facts file, and the name that messages use for it.
 * @param file a path, or `-`
 * @throws BlockplanError `input-refused`
 */
export async function readFactsFile(
  file: string,
): Promise<{ readonly state: HostState; readonly name: string }> {
  const { readFacts } = await import('../facts/read.ts');
  const { source, name } = await textOf(file, 'facts');
  return { state: readFacts(source, name), name };
}
