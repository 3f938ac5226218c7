/** Reads the host state that a plan is checked against, from a read-only connection or from a facts file. */
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
  // With facts no libvirt is needed: the code that talks to it is not even loaded.
  if (facts === undefined) return (await import('./live-state.ts')).liveState(plan, connect);
  if (connect === undefined) return stateOfFacts(plan, facts);
  throw inputRefusal(
    codes.factsMismatch,
    '"--facts" and "--connect" exclude each other: the host state comes from a file or from libvirt',
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
    `${name} describes "${state.domain.name}", but the plan is for "${plan.domain}"`,
    `export the facts of that domain: ${blockplanCommand('facts', plan.domain)}`,
  );
}
