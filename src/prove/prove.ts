/** A plan's proof: the results of every single fault and of every pair of faults in a run. */
import { contentLostBy } from '../commands/effect.ts';
import type { Graph } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import type { End } from '../outcomes.ts';
import { walk } from '../simulate/walk.ts';
import { assume } from './assume.ts';
import { Explorer } from './explore.ts';
import { FAULTS, type Fault } from './faults.ts';
import { replay } from './replay.ts';
import { seedOf } from './seed.ts';
import type { Group, Groups, Restart, Tally } from './tally.ts';

export interface Proof {
  readonly format: 'blockplan-proof/v1';
  readonly plan: string;
  readonly domain: string;
  readonly phases: number;
  /** What was assumed, because the facts do not contain it. */
  readonly assumptions: readonly string[];
  /** The number of cases by their ends, with at most one fault and with at most two. */
  readonly singles: Counts;
  readonly pairs: Counts;
  /** Files whose former content no run restores once the step that writes into them has begun. */
  readonly lost: readonly string[];
  /** What a run did although no run may do it. */
  readonly violations: readonly Violation[];
  /** The same where it is unavoidable: the journal could not be written, and then blockplan ended. */
  readonly unknowable: readonly Violation[];
  /** The result of each single fault. */
  readonly faults: readonly FaultResult[];
}

export type Counts = Readonly<Partial<Record<End, number>>>;

/** A problem that some cases have, with the shortest of them. */
export interface Violation {
  readonly what: string;
  readonly cases: number;
  readonly said: readonly string[];
  readonly seed: string;
}

export interface FaultResult {
  readonly fault: Fault;
  /** The clause that describes it. */
  readonly what: string;
  readonly again?: Restart;
  readonly end: End;
  /** The machine's state in which it happened. */
  readonly place: string;
  readonly cases: number;
  readonly said: readonly string[];
  readonly seed: string;
}

/**
 * Proves a plan in a host state in which preflight has no error; pure.
 * @param files every path that the plan may touch
 */
export function provePlan(graph: Graph, state: HostState, files: readonly string[]): Proof {
  const { assumptions } = assume(state, files);
  const explorer = new Explorer(graph, state, files);
  const singles = explorer.explore(1);
  const pairs = explorer.explore(2);
  return {
    format: 'blockplan-proof/v1',
    plan: graph.name,
    domain: state.domain.name,
    phases: graph.nodes.length,
    assumptions,
    singles: countsOf(singles),
    pairs: countsOf(pairs),
    lost: lostIn(graph, explorer.initial),
    violations: wrongs(explorer, pairs.violations),
    unknowable: wrongs(explorer, pairs.unknowable),
    faults: [...singles.faults].map(([key, group]) => faultResult(explorer, key, group)),
  };
}

function lostIn(graph: Graph, state: HostState): string[] {
  const { phases } = walk(graph, state);
  const lost = phases.flatMap(({ node, before, start }) =>
    node.phase.effects(before, start).flatMap(contentLostBy),
  );
  return [...new Set(lost)];
}

function countsOf({ ends }: Tally): Counts {
  return Object.fromEntries([...ends].map(([end, { count }]) => [end, count]));
}

/** The simplest first. */
function wrongs(explorer: Explorer, groups: Groups): Violation[] {
  return [...groups]
    .sort(([, a], [, b]) => a.injections.length - b.injections.length)
    .map(([what, group]) => ({ what, ...shortest(explorer, group) }));
}

/** The shortest case, from a replay: runs that continue alike are counted together, but each report depends on its past. */
function shortest(explorer: Explorer, { count, injections }: Group) {
  const { finish } = replay(explorer, injections);
  return { cases: count, said: finish.state, seed: seedOf(injections) };
}

function faultResult(explorer: Explorer, key: string, group: Group): FaultResult {
  const [end, what, ...place] = key.split(' ');
  const [fault, again] = (what ?? '').split('+') as [Fault, Restart | undefined];
  return {
    fault,
    what: FAULTS[fault],
    ...(again === undefined ? {} : { again }),
    end: end as End,
    place: place.join(' '),
    ...shortest(explorer, group),
  };
}
