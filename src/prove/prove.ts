/** A plan's proof: the results of every single fault and of every pair of faults in a run. */
import { blockplanCommand } from '../command.ts';
import { contentLostBy } from '../commands/effect.ts';
import type { Graph } from '../graph/graph.ts';
import type { RecoveryMode } from '../journal/recovery-mode.ts';
import type { HostState } from '../model/host-state.ts';
import type { End } from '../outcomes.ts';
import { saidIn } from '../run/run-state.ts';
import { walk } from '../simulate/walk.ts';
import { assume } from './assume.ts';
import { Explorer } from './explore.ts';
import { PROOF_RUN } from './fault-injection.ts';
import { causeOf, FAULTS, type Fault } from './faults.ts';
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
  /** Files whose former content no rollback restores once a step has begun to write to them. */
  readonly lost: readonly string[];
  /** The invariants that a run violates. */
  readonly violations: readonly Violation[];
  /** What is unavoidable: the journal could not be written when blockplan ended, or libvirt no longer answers. */
  readonly unknowable: readonly Violation[];
  /** The result of each single fault, in the order of the plan's phases. */
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
  /** The clause that describes its cause, which several faults share. */
  readonly cause: string;
  readonly again?: Restart;
  readonly end: End;
  /** The machine's state in which it happened. */
  readonly place: string;
  readonly cases: number;
  readonly said: readonly string[];
  /** How the run of the shortest case can be continued; empty if it is over. */
  readonly ways: readonly RecoveryMode[];
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
    faults: inOrder(
      graph,
      [...singles.faults].map(([key, group]) => faultResult(explorer, key, group)),
    ),
  };
}

/** In the order of the plan's phases; what happens at no phase comes last. */
function inOrder({ nodes }: Graph, faults: readonly FaultResult[]): readonly FaultResult[] {
  const order = new Map(nodes.map(({ doing }, index) => [doing.name, index]));
  const rank = ({ place }: FaultResult) => order.get(place) ?? nodes.length;
  return faults.toSorted((a, b) => rank(a) - rank(b));
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

/** The simplest first, each with the report of its shortest case. */
function wrongs(explorer: Explorer, groups: Groups): Violation[] {
  return [...groups]
    .sort(([, a], [, b]) => a.injections.length - b.injections.length)
    .map(([what, { count, injections }]) => {
      const { finish } = replay(explorer, injections);
      return { what, cases: count, said: saidIn(finish), seed: seedOf(injections) };
    });
}

function faultResult(explorer: Explorer, key: string, group: Group): FaultResult {
  const [end, what, ...place] = key.split(' ');
  const [fault, again] = (what ?? '').split('+') as [Fault, Restart | undefined];
  // From a replay: runs that continue alike are counted together, but each report depends on its past.
  const { finish } = replay(explorer, group.injections);
  return {
    fault,
    what: FAULTS[fault],
    cause: causeOf(fault),
    ...(again === undefined ? {} : { again }),
    end: end as End,
    place: place.join(' '),
    cases: group.count,
    said: saidIn(finish),
    ways: WAYS.filter((way) => finish.next.includes(blockplanCommand(way, PROOF_RUN))),
    seed: seedOf(group.injections),
  };
}

const WAYS: readonly RecoveryMode[] = ['resume', 'rollback'];
