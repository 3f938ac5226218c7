/** What a plan is held against without touching anything: a host that is only looked at, or a file of facts. */
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { inputRefusal, textOf } from './read.ts';

export interface HostStateOptions {
  /** libvirt's URI; its own default if absent. */
  readonly connect?: string;
  /** A facts file; then no libvirt is needed. */
  readonly facts?: string;
}

/** @throws BlockplanError `input-refused` for a facts file, `preflight-refused` for a libvirt that cannot be reached */
export async function readHostState(
  plan: Plan,
  { connect, facts }: HostStateOptions,
): Promise<HostState> {
  // Whoever has facts needs no libvirt: what talks to it is not even loaded.
  if (facts === undefined) return (await import('./live-state.ts')).liveState(plan, connect);
  if (connect === undefined) return stateOfFacts(plan, facts);
  throw inputRefusal(
    codes.factsMismatch,
    '"--facts" and "--connect" exclude each other: what is seen of the host comes from a file or from libvirt',
    'keep one of the two',
  );
}

async function stateOfFacts(plan: Plan, file: string): Promise<HostState> {
  const { readFacts } = await import('../facts/read.ts');
  const { source, name } = await textOf(file, 'facts');
  const state = readFacts(source, name);
  if (state.domain.name === plan.domain) return state;
  throw inputRefusal(
    codes.factsMismatch,
    `${name} tells of "${state.domain.name}", but the plan works on "${plan.domain}"`,
    `write down what that domain is like: ${blockplanCommand('facts', plan.domain)}`,
  );
}
