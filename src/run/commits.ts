/**
 * What a run has committed: phases that completed something that is kept. A rollback ends behind the last of them, and
 * leads to the host states that were observed then.
 */
import { type PhaseState, stateName } from '../graph/graph.ts';
import type { RunLog } from '../journal/run-log.ts';
import type { HostState } from '../model/host-state.ts';
import type { OnHosts } from '../model/hosts.ts';
import { type RunState, withHostKnown } from './run-state.ts';

type Kept = NonNullable<PhaseState['commits']>;

/** The run after a phase has committed. */
export function withCommit(run: RunState, index: number, states: OnHosts<HostState>): RunState {
  const known = Object.entries(states).reduce(
    (former, [on, savepoint]) => withHostKnown(former, on, { savepoint }),
    run,
  );
  return { ...known, committed: index + 1 };
}

/** What a run has completed that is kept, in order. */
export function keptIn({ graph, committed }: RunState): readonly Kept[] {
  return graph.nodes.slice(0, committed).flatMap(({ doing }) => doing.commits ?? []);
}

/** Sentences about it for a run that is over. */
export function keptTexts(results: readonly Kept[]): string[] {
  return results.map(({ what }) => `${what} is kept`);
}

/** The same for a run that can still be rolled back. */
export function keptByRollback(results: readonly Kept[]): string[] {
  return keptTexts(results).map((text) => `${text}, also by a rollback`);
}

/** What a run has completed that is kept, from its log, in order. */
export function committedResults({ started, visits }: RunLog): readonly Kept[] {
  const states = started?.compiled?.states ?? [];
  return visits.flatMap((visit) => {
    if (!visit.finished?.committed) return [];
    return states.find(({ name }) => name === stateName(visit, 'do'))?.commits ?? [];
  });
}

/** The time that a rollback leads to, as in "everything is as it was …". */
export function savepointText({ graph, committed }: RunState): string {
  const node = graph.nodes[committed - 1];
  return node ? `after ${node.planned.id}/${node.phase.name}` : 'before the run';
}
