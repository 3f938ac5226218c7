/** What a plan is held against without touching anything: a host that is only looked at, or a file of facts. */
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import type { World } from '../model/world.ts';
import type { Plan } from '../plan/plan.ts';
import { inputRefusal, textOf } from './read.ts';

export interface WorldOptions {
  /** libvirt's URI; its own default unless told. */
  readonly connect?: string;
  /** A facts file; then no libvirt is needed. */
  readonly facts?: string;
}

/** @throws BlockplanError `input-refused` for a facts file, `preflight-refused` for a libvirt that cannot be reached */
export async function seenWorld(plan: Plan, { connect, facts }: WorldOptions): Promise<World> {
  // Whoever has facts needs no libvirt: what talks to it is not even loaded.
  if (facts === undefined) return (await import('./live-world.ts')).liveWorld(plan, connect);
  if (connect === undefined) return factsWorld(plan, facts);
  throw inputRefusal(
    codes.factsMismatch,
    '"--facts" and "--connect" exclude each other: the World comes from a file or from a host',
    'keep one of the two',
  );
}

async function factsWorld(plan: Plan, file: string): Promise<World> {
  const { readFacts } = await import('../facts/read.ts');
  const { source, name } = await textOf(file, 'facts');
  const world = readFacts(source, name);
  if (world.domain.name === plan.domain) return world;
  throw inputRefusal(
    codes.factsMismatch,
    `${name} tells of "${world.domain.name}", but the plan works on "${plan.domain}"`,
    `write down what that domain is like: ${blockplanCommand('facts', plan.domain)}`,
  );
}
